public import Vocabulary

/// What a replica whose link is down says of it, and which Redis it is; and whom its master is about to copy its data
/// to: only asked while nothing is pressing.
public struct ReplicaLink: Equatable, Sendable {
    /// The link's state as `ROLE` names it (replication.c, `roleCommand`).
    public enum State: String, Sendable {
        case none, connect, connecting, handshake, sync, connected, unknown
    }

    public var state: State?
    public var version: RedisVersion?
    /// The replicas that it has let in and that are not linked yet: a copy begins only once no other snapshot, and no
    /// rewrite of its log, is under way (replication.c, `syncCommand`).
    public var copies: Set<Address>

    public init(state: State? = nil, version: RedisVersion? = nil, copies: Set<Address> = []) {
        self.state = state
        self.version = version
        self.copies = copies
    }
}

/// `redis_version`, for example 7.0.15.
public struct RedisVersion: Equatable, Sendable, CustomStringConvertible {
    public var parts: [Int]

    /// nil for anything but two to four numbers with dots between.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.allSatisfy(\.isDigit) && $0.utf8.count <= 6 ? Int($0) : nil }
        guard (2...4).contains(parts.count), numbers.count == parts.count else { return nil }
        self.parts = numbers
    }

    /// Whether it is of an older series: within one, the format of what a master sends stays the same (rdb.h,
    /// `RDB_VERSION`).
    public func isOfOlderLine(than other: RedisVersion) -> Bool {
        parts.prefix(2).lexicographicallyPrecedes(other.parts.prefix(2))
    }

    public var description: String { parts.map(String.init).joined(separator: ".") }
}
