/// A configuration as sentinels tell it to each other: which master a name has, and since which epoch.
///
/// A sentinel takes it from whoever publishes it, also straight on its own port (sentinel.c, `sentinelPublishCommand`,
/// `sentinelProcessHelloMessage`): with an epoch above its own for the master and another address it switches at once. The
/// speaker must be a peer that this very sentinel lists, or it would list one more for ever.
public struct SentinelHello: Equatable, Sendable {
    /// In whose name it is told.
    public var speaker: SentinelPeer
    public var masterName: String
    public var master: Endpoint
    /// Both the speaker's current epoch and the configuration's.
    public var epoch: Int

    public init(speaker: SentinelPeer, masterName: String, master: Endpoint, epoch: Int) {
        self.speaker = speaker
        self.masterName = masterName
        self.master = master
        self.epoch = epoch
    }

    /// Eight fields, separated by commas: no host, id or name may hold one.
    var text: String {
        let fields = [
            speaker.endpoint.host, String(speaker.endpoint.port), speaker.id, String(epoch), masterName, master.host,
            String(master.port), String(epoch),
        ]
        return fields.joined(separator: ",")
    }
}

extension Connection {
    /// The sentinels that this one lists, none where it doesn't monitor this name; and which one it is itself, asked in one
    /// write.
    public func sentinelPeers(
        named name: String, within limit: Duration
    ) async throws(RedisError) -> (peers: [SentinelPeer], id: String?) {
        let replies = try await pipeline([["SENTINEL", "SENTINELS", name], Self.idCommand], within: limit)
        return (try sentinelPeers(replies[0]), sentinelID(replies[1]))
    }

    /// `SENTINEL MYID`: which sentinel it is that answers; nil where it doesn't tell.
    public func sentinelID(within limit: Duration) async throws(RedisError) -> String? {
        sentinelID(try await pipeline([Self.idCommand], within: limit)[0])
    }

    /// Tells the sentinel at the other end.
    public func announce(_ hello: SentinelHello, within limit: Duration) async throws(RedisError) {
        _ = try await command(["PUBLISH", "__sentinel__:hello", hello.text], within: limit)
    }
}
