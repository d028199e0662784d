package import Cluster
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// `interrex aside`: what was set aside in a server's folder, and whether it is needed.
package struct Aside {
    /// What to delete: "contained", "all", or the time of one copy; nil: only what is contained, and only with
    /// `deletes`.
    private let prune: String?
    private let deletes: Bool
    private let printsJSON: Bool

    package init(prune: String?, deletes: Bool, printsJSON: Bool) {
        (self.prune, self.deletes, self.printsJSON) = (prune, deletes, printsJSON)
    }

    /// Lists the copies on standard output, or deletes those that are chosen.
    /// - Throws: `Failure` with its exit code.
    package func run(_ environment: Environment) throws {
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
        guard deletes || prune != nil else {
            print(printsJSON ? AsideRow.json(rows) : AsideRow.table(rows), terminator: "")
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
            if deletes { copies.delete(row.time) }
            print(
                "\(deletes ? "deleted" : "would be deleted, with --yes"): \(row.time), \(row.bytes) bytes, \(row.position)"
            )
        }
        let left = rows.count - chosen.count
        Log.info("\(chosen.count) copies \(deletes ? "deleted" : "chosen"), \(left) left")
    }

    /// The cluster's record, where ZooKeeper is named and answers: it tells of reigns that the passport doesn't know.
    private func clusterRecord(_ environment: Environment) throws -> ClusterRecord? {
        guard try environment.text("ZK_HOSTS") != nil else { return nil }
        let settings = try RegistrySettings(environment)
        Log.always(.cluster(settings.root))
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

    static func json(_ rows: [AsideRow]) -> String { JSON.array(rows.map(\.json)).text + "\n" }

    /// What is not known is left out.
    private var json: JSON {
        var members: [(String, JSON)] = [
            ("time", .string(time)), ("files", .array(files.map { .string($0.oneLine) })),
            ("bytes", .number(Int(bytes))),
        ]
        if let passport {
            members += [
                ("epoch", .number(passport.epoch)), ("offset", .number(Int(passport.offset))),
                ("keys", .number(Int(passport.keys))),
            ]
        }
        if let reason { members.append(("why", .string(reason.oneLine))) }
        if let isContained { members.append(("contained", .bool(isContained))) }
        return .object(members)
    }
}
