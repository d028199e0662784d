import Succession

typealias ZKCluster = SimZooKeeper.Cluster

extension SimZooKeeper.Cluster {
    init(id: Int, members: Int, line: Int? = nil, epoch: Int? = nil) {
        self.init(id: id, members: members, line: line, epoch: epoch, version: 0)
    }

    init(_ record: ClusterRecord) {
        self.init(
            id: Names.cluster(record.id), members: record.members,
            line: record.replicationID.flatMap(Names.line), epoch: record.epoch)
    }

    init(_ update: ClusterUpdate, id: Int) {
        self.init(
            id: id, members: update.members, line: update.replicationID.flatMap(Names.line), epoch: update.epoch)
    }
}

/// What happened to `/redis/master`, as ZooKeeper itself saw it.
struct MasterWrite {
    var before: SimZooKeeper.Master?
    var after: SimZooKeeper.Master
    var wipes: Int
    var at: Int
}

extension SimZooKeeper {
    /// Sets the node, or creates it at version 0.
    mutating func setMaster(_ address: Int) -> Master {
        let master = Master(address: address, version: master.map { $0.version + 1 } ?? 0)
        self.master = master
        return master
    }

    mutating func keep(_ record: Cluster) {
        var record = record
        record.version = cluster.map { $0.version + 1 } ?? 0
        cluster = record
    }
}
