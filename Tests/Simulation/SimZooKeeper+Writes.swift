import Succession
import Vocabulary

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

    /// Writes `/redis/cluster`; an id that nobody knows is empty.
    mutating func keep(_ record: ClusterRecord, id: @autoclosure () -> Int, _ lines: Lines) {
        var record = record
        if record.id.isEmpty { record.id = Names.mark(id()).clusterID! }
        var held = cluster?.held
        if let holdings = record.holdings, holdings != cluster?.record.holdings, holdings.epoch == record.epoch,
            let line = record.replicationID.flatMap(Names.line)
        {
            held = lines.place(onLine: line, atOffset: holdings.offset)
        }
        cluster = Cluster(record: record, version: cluster.map { $0.version + 1 } ?? 0, held: held)
    }
}
