import Cluster
import Succession
import Support
import Vocabulary
import ZooKeeper

/// What a record of a new reign says: its master is named at the sentinels' epoch 7.
let newReign = ClusterRecord(
    id: newCluster.id, members: 3, epoch: 2, sentinelEpoch: 7, replicationID: String(repeating: "b", count: 40))

extension HistoryEntry {
    /// The entry of a change to a port of loopback.
    init(_ old: Int?, _ new: Int, time: String = Timestamp.now, by: String = "127.0.0.1:8080") {
        self.init(
            time: time, old: old.map { Address($0).description }, new: Address(new).description, cause: "agreed",
            epoch: 7, members: 3, by: by)
    }
}

extension Recording {
    init(_ master: Int, previous: Record?, cluster: ClusterRecord = newReign) {
        self.init(master: Address(master), evidence: .agreed, previous: previous, cluster: cluster)
    }

    /// Of a watcher that knows no id.
    static func nameless(_ master: Int, previous: Record?) -> Recording {
        var cluster = newReign
        cluster.id = ""
        return Recording(master, previous: previous, cluster: cluster)
    }
}

extension Registry {
    /// Records the server on `port` upon a look at what there is, as a watcher does.
    func recordUponLook(_ port: Int, _ entry: HistoryEntry? = nil) async throws -> RecordOutcome {
        let view = try await watcherView()
        return try await record(
            Recording(port, previous: view.record), clusterVersion: view.clusterVersion, clusterID: "fedcba98",
            entry: entry ?? HistoryEntry(view.record?.address.port, port))
    }
}

extension Place {
    /// A place where a launcher has claimed port 7001, so that `/redis/master` has version 0.
    static func claimed(
        through proxy: TCPProxy? = nil, digest: Digest? = nil, _ body: (Place) async throws -> Void
    ) async throws {
        try await with(through: proxy, digest: digest) { place in
            guard try await place.registry.claimFirst(Address(7001), member: "m") == .done else {
                throw TestFailure("the first claim was overtaken")
            }
            try await body(place)
        }
    }

    /// The names of the histories that were set aside.
    func asides() async throws -> [String] {
        try await witness.children(root).filter { $0.hasPrefix("history.aside-") }.sorted()
    }
}

extension TCPProxy {
    /// What was asked through it since `record()`, in order.
    var requests: [ZooKeeperTraffic.Request] { recorded.map(ZooKeeperTraffic.init).flatMap(\.requests) }
}
