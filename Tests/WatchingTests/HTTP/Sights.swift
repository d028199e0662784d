import Succession
import Vocabulary

@testable import Watching

/// Clusters as a watcher may see them: a master on port 1, replicas on 2 and 3, sentinels on 11 to 13.
enum Sights {
    static func address(_ port: Int) -> Address { Address(host: "10.0.0.1", port: port)! }

    static func replica(
        of master: Int = 1, linked: Bool = true, contact: Duration? = .seconds(1), offset: Int64 = 900
    ) -> Instance {
        Instance(
            .replica(
                Replication(
                    of: address(master), synchronised: true, isLinked: linked, lastContact: contact,
                    history: History(replicationID: "a", offset: offset))))
    }

    static let master = Instance(.master(History(replicationID: "a", offset: 1_000, keys: 1)))

    static func healthy(_ root: String = "/redis") -> ClusterStatus {
        let opinion = Opinion(
            names: address(1), epoch: 4, peers: 2, details: SentinelDetails(replicas: [address(2), address(3)]))
        let snapshot = Snapshot(
            mark: Mark(root: root, masterName: "mymaster", clusterID: "0123456789abcdef"),
            record: Record(address(1), version: 7),
            cluster: ClusterRecord(id: "0123456789abcdef", members: 3, epoch: 4, replicationID: "a"),
            sentinels: Sentinels([11, 12, 13].map { SentinelReport(address($0), opinion) }),
            members: [1, 2, 3].map(address),
            instances: [address(1): master, address(2): replica(), address(3): replica(offset: 1_000)])
        return ClusterStatus(
            root: root, snapshot: snapshot, seen: .now, isConnected: true, leader: address(8_080), alerts: [],
            pause: nil,
            history: [
                HistoryEntry(
                    time: "2026-01-02T03:04:05.678Z", old: nil, new: "10.0.0.1:1", cause: "agreed", epoch: 4,
                    members: 3, by: "10.0.0.1:8080")
            ])
    }

    /// The master has crashed; one sentinel holds a failover, another one doesn't answer.
    static func failover() -> ClusterStatus {
        var status = healthy()
        status.snapshot?.instances[address(1)] = Instance(.refused)
        status.snapshot?.instances[address(2)] = replica(linked: false, contact: nil)
        status.snapshot?.members = [address(2), address(3)]
        status.snapshot?.sentinels[0].opinion?.failoverFor = .milliseconds(20)
        status.snapshot?.sentinels[0].opinion?.subjectivelyDown = true
        status.snapshot?.sentinels[1].opinion = nil
        status.alerts = [Alert("no-master", "the recorded master 10.0.0.1:1 refuses connections")]
        return status
    }

    /// Never looked at.
    static func unseen(_ root: String = "/redis") -> ClusterStatus { ClusterStatus(root: root) }

    /// Looked at, and nothing is there.
    static func empty(_ root: String = "/redis") -> ClusterStatus {
        let mark = Mark(root: root, masterName: "mymaster", clusterID: nil)
        return ClusterStatus(root: root, snapshot: Snapshot(mark: mark), seen: .now, isConnected: true)
    }
}
