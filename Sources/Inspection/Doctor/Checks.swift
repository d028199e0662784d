/// All checks, by group.
public enum Checks {
    public static let all: [any Check] = [
        zooKeeper, nodes, master, replication, addresses, sentinels, passwords, data, memory, kernel, watchers,
    ].flatMap(\.self)

    /// nil where there is none of that name.
    public static func named(_ name: String) -> (any Check)? { all.first { $0.name == name } }
}
