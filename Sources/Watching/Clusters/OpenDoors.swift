import Cluster
import Succession

extension RedisSettings {
    /// Servers and sentinels that others reach, and that let everybody in. An alert would last for ever: it may be
    /// meant so.
    func openDoors(of snapshot: Snapshot) -> [String] {
        var snapshot = snapshot
        (snapshot.hasPassword, snapshot.hasSentinelPassword) = (credentials != nil, sentinelCredentials != nil)
        return snapshot.openDoors().map(\.text)
    }
}
