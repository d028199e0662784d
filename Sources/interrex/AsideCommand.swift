import ArgumentParser
import Cluster
import Redis
import Succession
import ZooKeeper

/// `interrex aside`: what was set aside in a server's folder, and whether it is needed.
struct AsideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aside", abstract: "List the copies of data that were set aside in DATA_DIR, and prune them.",
        discussion: """
            A launcher sets data aside that is no part of its master's history, and never deletes it. A server's lease deletes
            a copy once the server provably holds all that is in it. What is left is listed here: it may hold writes that
            are nowhere else.

            --yes deletes the copies that are contained in what the server holds; --prune TIME or --prune all, with --yes,
            deletes others too.
            """)

    @OptionGroup var registry: RegistryOptions
    @Option(help: "The server's folder (DATA_DIR; default: the current directory).")
    var dataDir: String?
    @Option(help: "What to delete: \"contained\", \"all\", or the time of one copy as it is listed; only with --yes.")
    var prune: String?
    @Flag(help: "Delete; without it only what would be deleted is said.")
    var yes = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var environment = Environment.process
        registry.override(&environment)
        environment.override("DATA_DIR", with: dataDir)
        StopSignals.install()
        try Log.start(environment, command: "aside")
        environment.warnOfLikelyMistakes()
        let folder = try Folder.absolute(environment.text("DATA_DIR", default: "."), "DATA_DIR")
        guard Folder.exists(folder) else {
            throw Failure(.badConfiguration, "DATA_DIR \(folder.clipped) is no folder; set it to that of a server")
        }
        let copies = AsideCopies(in: folder)
        let record = try clusterRecord(environment)
        let rows = copies.times.map { AsideRow($0, copies, record) }
        guard yes || prune != nil else {
            print(json ? AsideRow.json(rows) : AsideRow.table(rows), terminator: "")
            return
        }
        try delete(rows, copies)
    }

    private func delete(_ rows: [AsideRow], _ copies: AsideCopies) throws {
        let chosen = rows.filter { row in
            switch prune ?? "contained" {
            case "contained": row.isContained == true
            case "all": true
            case let time: row.time == time
            }
        }
        if let prune, prune != "contained", prune != "all", chosen.isEmpty {
            throw Failure(.usage, "no copy was set aside at \"\(prune.clipped)\"; interrex aside lists them")
        }
        for row in chosen {
            if yes { copies.delete(row.time) }
            print(
                "\(yes ? "deleted" : "would be deleted, with --yes"): \(row.time), \(row.bytes) bytes, \(row.position)")
        }
        let left = rows.count - chosen.count
        Log.info("\(chosen.count) copies \(yes ? "deleted" : "chosen"), \(left) left")
    }

    /// The cluster's record, where ZooKeeper is named and answers: it tells of reigns that the passport doesn't know.
    private func clusterRecord(_ environment: Environment) throws -> ClusterRecord? {
        guard try environment.text("ZK_HOSTS") != nil else { return nil }
        let settings = try RegistrySettings(environment)
        do {
            return try EventLoop.run { _ in
                let registry = try await Registry.look(settings, within: .seconds(2))
                let record = try? await registry.cluster()?.record
                await registry.session.close()
                return record
            }
        } catch {
            Log.warn("\(error); what is contained is told by the passport alone")
            return nil
        }
    }
}

/// One copy that was set aside, as people read it.
private struct AsideRow {
    let time: String
    let files: [String]
    let bytes: Int64
    let passport: Passport?
    let reason: String?
    /// Whether the server's own data contains it; nil where nobody can tell.
    let isContained: Bool?

    init(_ time: String, _ copies: AsideCopies, _ record: ClusterRecord?) {
        self.time = time
        files = copies.paths(of: time).map { fileName(of: $0) }
        bytes = copies.size(of: time)
        passport = copies.trustedPassport(of: time)
        reason = copies.reason(of: time)
        guard passport != nil, let own = copies.ownPassport, own.persistence != .none else {
            isContained = nil
            return
        }
        let history = History(
            replicationID: own.replicationID, previousID: own.previousID, previousOffset: own.previousOffset,
            offset: own.offset)
        isContained = copies.isContained(time, in: history, record)
    }

    var position: String {
        passport.map { "epoch \($0.epoch), offset \($0.offset), \($0.keys) keys" } ?? "position unknown"
    }

    private var word: String { isContained.map { $0 ? "contained" : "not contained" } ?? "unknown" }

    static func table(_ rows: [AsideRow]) -> String {
        guard !rows.isEmpty else { return "nothing is set aside\n" }
        return rows.map { row in
            """
            \(row.time)  \(row.bytes) bytes  \(row.position)  \(row.word)
              \(row.files.joined(separator: ", "))
              why: \(row.reason ?? "not known")

            """
        }.joined()
    }

    static func json(_ rows: [AsideRow]) -> String {
        let texts = rows.map { row in
            let fields = [
                #""time":\#(quoted(row.time))"#, #""files":[\#(row.files.map(quoted).joined(separator: ","))]"#,
                #""bytes":\#(row.bytes)"#,
                row.passport.map { #""epoch":\#($0.epoch),"offset":\#($0.offset),"keys":\#($0.keys)"# },
                row.reason.map { #""why":\#(quoted($0))"# }, row.isContained.map { #""contained":\#($0)"# },
            ]
            return "{\(fields.compactMap(\.self).joined(separator: ","))}"
        }
        return "[\(texts.joined(separator: ","))]\n"
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.oneLine.unicodeScalars.reduce(into: "") { result, scalar in
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return "\"\(escaped)\""
    }
}
