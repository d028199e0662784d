import Cluster
import Runtime
import Succession
import Vocabulary

/// What all watches share.
struct WatcherContext: Sendable {
    var loop: EventLoop
    var redis: RedisSettings
    /// After so long without a master the best copy may be promoted, though better ones are missing; nil: never.
    var acceptLossAfter: Duration?
    /// Where our HTTP port is reached: our name below `/redis/watchers` and in the history.
    var address: Address
    var board: StatusBoard
    /// What the event streams show.
    var feed: EventFeed
    /// What our hooks run on.
    var hookFeed: EventFeed
    var metrics: PrometheusBackend
    var limiter: PassLimiter
    var pulse: Pulse
    /// Whom passwords may be told, of all clusters.
    var confidants = Confidants()
    /// What our own machine lacked where load balancers asked.
    var probeShortage = Shortage()
    /// How fast ZooKeeper is.
    var zooKeeperPace = ZooKeeperPace()
}
