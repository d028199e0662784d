public import Vocabulary

/// One setting, changed on several servers: who has what, and what becomes of it.
public struct SettingChange: Equatable, Sendable {
    public struct Server: Equatable, Sendable {
        public var address: Address
        public var isMaster: Bool
        public var old: String
        /// As the server says it; nil as long as it is not set.
        public var new: String?
        /// Whether its file has it too; nil where nobody asked.
        public var file: FileState?
        /// In bytes; nil where it does not tell.
        public var usedMemory: Int?
        public var policy: String?

        public init(_ address: Address, isMaster: Bool, old: String) {
            self.address = address
            self.isMaster = isMaster
            self.old = old
        }
    }

    public enum FileState: Equatable, Sendable {
        case written
        case notWritten(String)
    }

    public var name: String
    public var value: String
    /// In the order in which they are told: the master last, so that a value that servers don't take never reaches it.
    public var servers: [Server]

    public init(_ name: String, to value: String, _ servers: [Server]) {
        self.name = name
        self.value = value
        self.servers = servers.sorted { ($0.isMaster ? 1 : 0, $0.address) < ($1.isMaster ? 1 : 0, $1.address) }
    }

    /// Whether all have it already.
    public var isDone: Bool { servers.allSatisfy { Setting.areEqual($0.old, value, of: name) } }

    /// What the change would do besides, a line each.
    public var warnings: [String] {
        guard name == "maxmemory", let limit = Setting.bytes(value), limit > 0 else { return [] }
        return servers.compactMap { server in
            guard let used = server.usedMemory, used > limit else { return nil }
            let evicts = server.policy.map { $0 != "noeviction" } ?? false
            let consequence = evicts ? "deletes keys (\(server.policy ?? ""))" : "refuses writes"
            return
                "\(server.address) uses \(Amount.bytes(used)), more than that: it \(consequence) until it is below the limit"
        }
    }

    public func table(isPlan: Bool) -> Table {
        var table = Table(
            [Table.Column("address"), Table.Column("role", weight: 1), Table.Column("old"), Table.Column("new")]
                + (isPlan ? [] : [Table.Column("file", weight: 2)]))
        for server in servers {
            let new = server.new ?? value
            let isSame = Setting.areEqual(server.old, new, of: name)
            let file: Table.Cell =
                switch server.file {
                case .written: "written"
                case .notWritten(let why): Table.Cell("not written: \(why)", .doubtful)
                case nil: "-"
                }
            table.add(
                [
                    Table.Cell(server.address.description), Table.Cell(server.isMaster ? "master" : "replica"),
                    Table.Cell(Setting.shown(server.old, of: name)),
                    Table.Cell(Setting.shown(new, of: name), isSame ? .faint : .strong),
                ] + (isPlan ? [] : [file]))
        }
        return table
    }

    /// - Parameter isPlan: nothing was done.
    package func json(isPlan: Bool) -> JSON {
        let servers = servers.map { server -> JSON in
            let why: String? = if case .notWritten(let why)? = server.file { why } else { nil }
            return [
                "address": .string(server.address.description), "role": .string(server.isMaster ? "master" : "replica"),
                "old": .string(server.old), "new": JSON(server.new), "written": .bool(server.file == .written),
                "why": JSON(why),
            ]
        }
        return [
            "name": .string(name), "value": .string(value), "changed": .bool(!isPlan), "servers": .array(servers),
        ]
    }
}
