import Succession
import Vocabulary

/// One read of ZooKeeper, `/redis/master` with its version first.
struct ZKView: Equatable {
    var master: SimZooKeeper.Master?
    var cluster: SimZooKeeper.Cluster?
    var members: [Int]
    var sentinels: [Int]
    var candidates: [SimZooKeeper.Lease]
    var watchers: [Int]
    /// Whether anybody has made a node since all data was lost.
    var hasParents: Bool
    var acceptsLoss: Bool
    var switchover: SimZooKeeper.Asked?
    /// Which loss of all data it is of: versions begin anew after each.
    var wipes: Int

    init(_ zk: SimZooKeeper) {
        (master, cluster, candidates, wipes) = (zk.master, zk.cluster, zk.candidates, zk.wipes)
        (acceptsLoss, switchover, hasParents) = (zk.acceptsLoss, zk.switchover, zk.hasParents)
        members = zk.members.map(\.address)
        sentinels = zk.sentinels.map(\.address)
        watchers = zk.watchers.map(\.node)
    }

    var record: Record? { master.map { Record(Names.address($0.address), version: $0.version) } }
    var clusterRecord: ClusterRecord? { cluster?.record }

    /// For the trace.
    var shown: String {
        let master = master.map { "\(Names.address($0.address)) v\($0.version)" } ?? "nobody"
        let members = members.map { Names.address($0).description }.joined(separator: " ")
        return "master \(master); members \(members); \(sentinels.count) sentinels, \(candidates.count) candidates"
    }
}

/// What a launcher saw, as it truly was: what the promises are judged by, whatever the driver makes of it.
struct StartTruth {
    var view: ZKView
    /// What everybody answered it.
    var instances: [Address: Instance] = [:]
    var sentinels: Sentinels = []
    /// The best of what was in its own data folder, and what a server was started with.
    var disk = Disk.none
    var isEmpty: Bool { !disk.holdsData }
}

/// Since when each sentinel has reported its failover, as one observer saw it: Sentinel doesn't tell.
struct FailoverClock {
    private var since: [Int: Int] = [:]

    mutating func timed(_ opinion: Opinion?, of sentinel: Int, at now: Int) -> Opinion? {
        guard var opinion, opinion.failoverFor != nil else {
            since[sentinel] = nil
            return opinion
        }
        let began = since[sentinel, default: now]
        since[sentinel] = began
        opinion.failoverFor = .milliseconds(now - began)
        return opinion
    }
}
