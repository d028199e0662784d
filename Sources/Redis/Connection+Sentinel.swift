/// Questions to a sentinel. A master name that it doesn't monitor is no error: nil, or an empty list.
extension Connection {
    /// `SENTINEL GET-MASTER-ADDR-BY-NAME`: the address to act on, also during a failover. nil where the sentinel doesn't
    /// monitor this name, or monitors a host name that it could not resolve (it then gives an empty one).
    public func masterAddress(named name: String, within limit: Duration) async throws(RedisError) -> Endpoint? {
        let reply = try await command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name], within: limit)
        if reply == .null { return nil }
        guard let pair = reply.list, pair.count == 2, let host = pair[0].text else {
            throw unexpected(reply, "SENTINEL GET-MASTER-ADDR-BY-NAME")
        }
        if host.isEmpty { return nil }
        guard let address = Endpoint(pair[...]) else { throw unexpected(reply, "SENTINEL GET-MASTER-ADDR-BY-NAME") }
        return address
    }

    /// `SENTINEL MASTER`: flags, epoch, counts and times.
    public func sentinelMaster(named name: String, within limit: Duration) async throws(RedisError) -> SentinelMaster? {
        guard let reply = try await ask("MASTER", name, limit) else { return nil }
        guard let master = SentinelMaster(reply) else { throw unexpected(reply, "SENTINEL MASTER") }
        return master
    }

    /// `SENTINEL SENTINELS`: its peers, itself not among them.
    public func sentinelPeers(named name: String, within limit: Duration) async throws(RedisError) -> [SentinelPeer] {
        guard let reply = try await ask("SENTINELS", name, limit) else { return [] }
        guard let list = reply.list else { throw unexpected(reply, "SENTINEL SENTINELS") }
        return list.compactMap { SentinelPeer($0) }
    }

    /// `SENTINEL REPLICAS`.
    public func sentinelReplicas(
        named name: String, within limit: Duration
    ) async throws(RedisError) -> [SentinelReplica] {
        guard let reply = try await ask("REPLICAS", name, limit) else { return [] }
        guard let list = reply.list else { throw unexpected(reply, "SENTINEL REPLICAS") }
        return list.compactMap { SentinelReplica($0) }
    }

    /// nil where the sentinel doesn't know the name (sentinel.c, `sentinelGetMasterByNameOrReplyError`).
    private func ask(_ subcommand: String, _ name: String, _ limit: Duration) async throws(RedisError) -> Reply? {
        do {
            return try await command(["SENTINEL", subcommand, name], within: limit)
        } catch {
            if error.code == .server, error.message == "ERR No such master with that name" { return nil }
            throw error
        }
    }
}
