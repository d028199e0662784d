public import Vocabulary

/// Questions to a sentinel. A master name that it doesn't monitor is no error: nil, or an empty list.
extension Connection {
    /// Whom it names and how it stands with that master, asked in one write.
    ///
    /// The address is that of `SENTINEL GET-MASTER-ADDR-BY-NAME`, the one to act on, also during a failover. nil where
    /// the sentinel doesn't monitor this name, or monitors a host name that it could not resolve (it then gives an
    /// empty one), or one that no address has.
    public func sentinelOpinion(
        named name: String, within limit: Duration
    ) async throws(RedisError) -> (address: Address?, master: SentinelMaster?, id: String?) {
        let replies = try await pipeline(
            [masterAddressCommand(name), ["SENTINEL", "MASTER", name], Self.idCommand], within: limit)
        return (try masterAddress(replies[0]), try sentinelMaster(replies[1]), sentinelID(replies[2]))
    }

    /// Whom it names, how it stands with that master, and which other sentinels it lists, asked in one write.
    public func sentinelOpinionAndPeers(named name: String, within limit: Duration) async throws(RedisError)
        -> SentinelSurvey
    {
        let replies = try await pipeline(
            [masterAddressCommand(name)] + ["MASTER", "SENTINELS"].map { ["SENTINEL", $0, name] } + [Self.idCommand],
            within: limit)
        return SentinelSurvey(
            id: sentinelID(replies[3]), address: try masterAddress(replies[0]), master: try sentinelMaster(replies[1]),
            replicas: [], peers: try sentinelPeers(replies[2]), hasQuorum: true)
    }

    /// All that it says of a master, asked in one write.
    public func sentinelSurvey(named name: String, within limit: Duration) async throws(RedisError) -> SentinelSurvey {
        let replies = try await pipeline(
            [masterAddressCommand(name)]
                + ["MASTER", "REPLICAS", "SENTINELS", "CKQUORUM"].map { ["SENTINEL", $0, name] } + [Self.idCommand],
            within: limit)
        return SentinelSurvey(
            id: sentinelID(replies[5]), address: try masterAddress(replies[0]), master: try sentinelMaster(replies[1]),
            replicas: try sentinelReplicas(replies[2]), peers: try sentinelPeers(replies[3]),
            hasQuorum: try hasQuorum(replies[4]))
    }

    /// The sentinels that this one lists, none where it doesn't monitor this name; and which one it is itself, asked in
    /// one write.
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

    private static let idCommand = ["SENTINEL", "MYID"]

    private nonisolated func masterAddressCommand(_ name: String) -> [String] {
        ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]
    }

    // MARK: What the replies mean

    private nonisolated func masterAddress(_ result: Result<Reply, RedisError>) throws(RedisError) -> Address? {
        let reply = try result.get()
        if reply == .null { return nil }
        guard let pair = reply.list, pair.count == 2, let host = pair[0].text else {
            throw unexpected(reply, "SENTINEL GET-MASTER-ADDR-BY-NAME")
        }
        if host.isEmpty { return nil }
        guard let told = hostAndPort(pair[...]) else { throw unexpected(reply, "SENTINEL GET-MASTER-ADDR-BY-NAME") }
        return Address(host: told.host, port: told.port)
    }

    private nonisolated func sentinelMaster(_ result: Result<Reply, RedisError>) throws(RedisError) -> SentinelMaster? {
        guard let reply = try known(result) else { return nil }
        guard let master = SentinelMaster(reply) else { throw unexpected(reply, "SENTINEL MASTER") }
        return master
    }

    private nonisolated func sentinelPeers(_ result: Result<Reply, RedisError>) throws(RedisError) -> [SentinelPeer] {
        guard let reply = try known(result) else { return [] }
        guard let list = reply.list else { throw unexpected(reply, "SENTINEL SENTINELS") }
        return list.compactMap { SentinelPeer($0) }
    }

    private nonisolated func sentinelReplicas(
        _ result: Result<Reply, RedisError>
    ) throws(RedisError) -> [SentinelReplica] {
        guard let reply = try known(result) else { return [] }
        guard let list = reply.list else { throw unexpected(reply, "SENTINEL REPLICAS") }
        return list.compactMap { SentinelReplica($0) }
    }

    /// `SENTINEL CKQUORUM` answers with an error where there is none.
    private nonisolated func hasQuorum(_ result: Result<Reply, RedisError>) throws(RedisError) -> Bool {
        if case .failure(let error) = result, error.code == .server { return false }
        _ = try result.get()
        return true
    }

    /// nil where it doesn't tell.
    private nonisolated func sentinelID(_ result: Result<Reply, RedisError>) -> String? {
        guard case .string(let bytes)? = try? result.get() else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// nil where the sentinel doesn't know the name (sentinel.c, `sentinelGetMasterByNameOrReplyError`).
    private nonisolated func known(_ result: Result<Reply, RedisError>) throws(RedisError) -> Reply? {
        if case .failure(let error) = result, error.code == .server,
            error.message == "ERR No such master with that name"
        {
            return nil
        }
        return try result.get()
    }
}

/// A configuration as sentinels tell it to each other: which master a name has, and since which epoch.
///
/// A sentinel takes it from whoever publishes it, also straight on its own port (sentinel.c, `sentinelPublishCommand`,
/// `sentinelProcessHelloMessage`): with an epoch above its own for the master and another address it switches at once.
/// The speaker must be a peer that this very sentinel lists, or it would list one more for ever.
public struct SentinelHello: Equatable, Sendable {
    /// In whose name it is told.
    public var speaker: SentinelPeer
    public var masterName: String
    public var master: Address
    /// Both the speaker's current epoch and the configuration's.
    public var epoch: Int

    public init(speaker: SentinelPeer, masterName: String, master: Address, epoch: Int) {
        self.speaker = speaker
        self.masterName = masterName
        self.master = master
        self.epoch = epoch
    }

    /// Eight fields, separated by commas: no host, id or name may hold one. The speaker is called as the sentinel
    /// itself calls it.
    var text: String {
        let fields = [
            speaker.fields["ip"] ?? "", speaker.fields["port"] ?? "", speaker.id, String(epoch), masterName,
            master.host.description, String(master.port), String(epoch),
        ]
        return fields.joined(separator: ",")
    }
}

extension Message {
    /// Whether an event of Sentinel is about this master. Sentinels may watch several: a payload names its master first
    /// (`+switch-master`), second (`master <name>`), or after an `@` (sentinel.c, `sentinelEvent`); one that names none
    /// concerns all.
    public func concerns(masterNamed name: String) -> Bool {
        // Bytes: to Swift a space and an accent after it are one character, and no space.
        let words = payload.split(separator: UInt8(ascii: " "))
        let named: ArraySlice<UInt8>? =
            if let at = words.firstIndex(of: [UInt8(ascii: "@")]) {
                words.dropFirst(at + 1).first
            } else if words.first?.elementsEqual("master".utf8) == true {
                words.dropFirst().first
            } else if channel == "+switch-master" {
                words.first
            } else {
                nil
            }
        return named?.elementsEqual(name.utf8) ?? true
    }
}
