package import Cluster
import Glibc
import Inspection
import Redis
import Rendering
import Runtime
package import Vocabulary

/// `interrex config show`: what a server runs with, where that is not what was written down.
package struct ConfigShow: Sendable {
    private let address: Address
    private let showsAll: Bool
    private let printsJSON: Bool

    package init(of address: Address, showsAll: Bool, printsJSON: Bool) {
        (self.address, self.showsAll, self.printsJSON) = (address, showsAll, printsJSON)
    }

    private struct Told: Sendable {
        var settings: [String: String]
        var file: String
    }

    /// - Throws: `OperatorRun.Finished` with 1 where there is a difference.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("config", environment) { run in
            try await LiveServers.with(run) { servers, root in
                if servers.sentinels.contains(address) {
                    throw Failure(
                        .usage,
                        "\(address) is a sentinel of \(root), and this compares servers; ask it what it has: redis-cli -h "
                            + "\(address.host) -p \(address.port) SENTINEL MASTER \(run.redis.masterName)")
                }
                guard servers.members.contains(address) else {
                    let known = servers.members.map(\.description).joined(separator: ", ")
                    throw Failure(
                        .usage,
                        "\(address) is no live member of \(root); those are: "
                            + (known.isEmpty ? "none" : known))
                }
                try await show(servers, Dialogue(run), Output(run.environment))
            }
        }
    }

    private func show(_ servers: LiveServers, _ dialogue: Dialogue, _ output: Output) async throws {
        let own = try await servers.ask(.server, address) { try await Self.told($0, within: servers.limit) }
        if showsAll { return shown(own.settings, output) }
        let lines = Self.lines(own.file, of: address)
        let differences: [SettingsDifference]
        if let lines {
            differences = SettingsComparison.differences(running: own.settings, lines: lines)
        } else {
            let answers = await servers.askAll(.server) { try await Self.told($1, within: servers.limit).settings }
            let others = answers.filter { $0.address != address }.compactMap { try? $0.answer.get() }
            differences = SettingsComparison.differences(running: own.settings, others: others)
            Log.info(
                "\(own.file.clipped) of \(address) can't be read here: compared with the other members and Redis's defaults; run "
                    + "this on its host, as its user, to compare it with that file")
        }
        if printsJSON {
            output.say(json(differences, own.file, isRead: lines != nil))
        } else if differences.isEmpty {
            dialogue.say(
                "\(address) runs with what "
                    + (lines == nil ? "the others have, or Redis's defaults" : "\(own.file.clipped) says"))
        } else {
            output.say(table(differences).lines(on: output.canvas))
            dialogue.say(remedy(for: differences))
        }
        if !differences.isEmpty { throw OperatorRun.Finished(1) }
    }

    private func shown(_ settings: [String: String], _ output: Output) {
        let all = settings.filter { !SettingsComparison.isOldName($0.key, in: settings) }.sorted { $0.key < $1.key }
        if printsJSON {
            output.say(JSON.object(all.map { ($0.key, .string(Setting.shown($0.value, of: $0.key))) }))
        } else {
            output.say(all.map { "\($0.key) \(Setting.shown($0.value, of: $0.key))".oneLine })
        }
    }

    private func remedy(for differences: [SettingsDifference]) -> String {
        let settable = differences.filter { ManagedSetting.refusal(of: $0.name) == nil }
        guard let first = settable.first else {
            let name = differences[0].name
            return "\(name) \(ManagedSetting.refusal(of: name) ?? "")"
        }
        let source = Set(settable.map { ManagedSetting.variable(of: $0.name) }).sorted().joined(separator: " and ")
        return
            "to keep what it runs with, change \(source) on its host; to have the other again, on all servers: interrex config "
            + "set \(first.name) VALUE"
    }

    private func table(_ differences: [SettingsDifference]) -> Table {
        var table = Table([
            Table.Column("setting"), Table.Column("runs with"), Table.Column("instead of"),
            Table.Column("which is", weight: 1),
        ])
        for difference in differences {
            table.add([
                Table.Cell(difference.name),
                Table.Cell(Setting.shown(difference.running, of: difference.name).oneLine, .doubtful),
                Table.Cell(Setting.shown(difference.written, of: difference.name).oneLine),
                Table.Cell(difference.source.words),
            ])
        }
        return table
    }

    private func json(_ differences: [SettingsDifference], _ file: String, isRead: Bool) -> JSON {
        [
            "address": .string(address.description), "file": .string(file.clipped), "compared": .bool(isRead),
            "differences": .array(
                differences.map { difference in
                    [
                        "name": .string(difference.name),
                        "running": .string(Setting.shown(difference.running, of: difference.name)),
                        "written": .string(Setting.shown(difference.written, of: difference.name)),
                        "source": .string(difference.source.word),
                    ]
                }),
        ]
    }

    private static func told(_ connection: Connection, within limit: Duration) async throws -> Told {
        let replies = try await connection.pipeline([["INFO", "server"], ["CONFIG", "GET", "*"]], within: limit)
        let server = Info(Array((try replies[0].get().text ?? "").utf8))
        return Told(settings: try replies[1].get().pairs, file: server["config_file"] ?? "")
    }

    /// The words of each line of a server's file, where that is here, and is its own: another host may have one of the
    /// same path.
    private static func lines(_ path: String, of address: Address) -> [[String]]? {
        guard !path.isEmpty, let bytes = try? readWholeFile(path, limit: 1_048_576) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let values = settingsValues(in: text)
        guard values["replica-announce-ip"] == address.host.description,
            values["replica-announce-port"] == String(address.port)
        else { return nil }
        return settingsLines(in: text).map(resolved)
    }

    /// A server says where its folder is without symbolic links.
    private static func resolved(_ line: [String]) -> [String] {
        guard line.count == 2, line[0] == "dir", let path = realpath(line[1], nil) else { return line }
        defer { free(path) }
        return [line[0], String(cString: path)]
    }
}

extension SettingsDifference.Source {
    fileprivate var word: String {
        switch self {
        case .file: "file"
        case .standard: "default"
        case .others: "others"
        }
    }

    fileprivate var words: String {
        switch self {
        case .file: "in its file"
        case .standard: "Redis's default"
        case .others: "what others run with"
        }
    }
}
