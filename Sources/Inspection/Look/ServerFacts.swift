public import Vocabulary

/// What a server or a sentinel says of itself: the fields of `INFO`.
public struct ServerFacts: Equatable, Sendable {
    /// As the server wrote them, by name (https://redis.io/docs/latest/commands/info).
    public var info: [String: String]
    /// `min-replicas-to-write`; nil where it does not tell.
    public var wantedReplicas: Int?

    public init(info: [String: String]) { self.info = info }

    /// Nil beyond what a server can have: whoever has its port may send any digits, and they are reckoned with.
    public func number(_ field: String) -> Int? {
        info[field].flatMap { Int($0) }.flatMap { (-Self.largest...Self.largest).contains($0) ? $0 : nil }
    }

    private static let largest = 1 << 53

    /// `redis_version`, of Valkey `valkey_version`.
    public var version: String? { (info["valkey_version"] ?? info["redis_version"])?.escapedLine(atMost: 40) }
    /// Since its start.
    public var uptime: Duration? { number("uptime_in_seconds").map { .seconds(max(0, $0)) } }
    /// In bytes.
    public var usedMemory: Int? { number("used_memory") }
    /// `maxmemory` in bytes; nil where there is no limit.
    public var memoryLimit: Int? { number("maxmemory").flatMap { $0 > 0 ? $0 : nil } }
    /// How long ago a replica last heard from its master; nil where its link is down.
    public var lastContact: Duration? {
        info["master_link_status"] == "up"
            ? number("master_last_io_seconds_ago").map { .seconds(max(0, $0)) } : nil
    }
    /// Of a sentinel: whether it mistrusts its own clock, and so does nothing.
    public var isInTilt: Bool { number("sentinel_tilt") == 1 }
}

/// A watcher that is registered, and what it says of itself.
public struct WatcherFacts: Equatable, Sendable {
    /// Of its HTTP port.
    public var address: Address
    /// Whether it answers there; nil where it was not asked.
    public var answers: Bool?
    /// Its program's version; nil where it does not answer.
    public var version: String?

    public init(_ address: Address, answers: Bool? = nil, version: String? = nil) {
        self.address = address
        self.answers = answers
        self.version = version
    }
}
