import Cluster
import Succession
import Vocabulary

extension RedisSettings {
    /// Servers and sentinels that others reach, and that let everybody in. An alert would last for ever: it may be
    /// meant so.
    func openDoors(of snapshot: Snapshot) -> [String] {
        let servers = snapshot.members.filter { !$0.host.isLoopback && snapshot.answersAsRedis($0) }
        let sentinels = snapshot.sentinels.filter { !$0.address.host.isLoopback && $0.opinion != nil }
        let ofServers =
            credentials == nil && !servers.isEmpty
            ? "REDIS_PASSWORD is not set, and the servers are at addresses that others reach: whoever does may read, write "
                + "and command them" : nil
        let ofSentinels =
            sentinelCredentials == nil && !sentinels.isEmpty
            ? "SENTINEL_PASSWORD is not set, and the sentinels are at addresses that others reach: whoever does may name "
                + "another master" : nil
        return [ofServers, ofSentinels].compactMap(\.self)
    }
}
