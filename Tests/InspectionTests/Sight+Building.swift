import Inspection
import Succession
import Vocabulary

/// A master with two replicas, three sentinels and two watchers, all well; and what may be wrong with it.
extension Sight {
    static let master = Address("10.0.0.1:6379")!
    static let replicas = [Address("10.0.0.2:6379")!, Address("10.0.0.3:6379")!]
    static let sentinelAddresses = (1...3).compactMap { Address("10.0.0.\($0):26379") }
    static let watcherAddresses = (1...2).compactMap { Address("10.0.0.\($0):8080") }
    private static let line = String(repeating: "a", count: 40)
    private static let history = History(replicationID: line, offset: 1_000, keys: 3)

    static let healthy: Sight = {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef")
        var snapshot = Snapshot(
            mark: mark, record: Record(master, version: 6),
            cluster: ClusterRecord(id: "0123456789abcdef", members: 3, epoch: 4, sentinelEpoch: 7, replicationID: line),
            members: [master] + replicas)
        snapshot.instances[master] = Instance(.master(history), mark: .mark(mark))
        for replica in replicas {
            snapshot.instances[replica] = Instance(
                .replica(Replication(of: master, synchronised: true, history: history)), mark: .mark(mark))
        }
        snapshot.sentinels = Sentinels(
            sentinelAddresses.map { address in
                let peers = sentinelAddresses.filter { $0 != address }
                let details = SentinelDetails(replicas: replicas, sentinels: peers)
                return SentinelReport(address, Opinion(names: master, epoch: 7, peers: 2, details: details))
            })
        let info = ["redis_version": "7.0.15", "uptime_in_seconds": "7200", "used_memory": "1572864", "maxmemory": "0"]
        var sight = Sight(
            snapshot: snapshot,
            servers: Dictionary(uniqueKeysWithValues: ([master] + replicas).map { ($0, ServerFacts(info: info)) }),
            sentinels: Dictionary(uniqueKeysWithValues: sentinelAddresses.map { ($0, ServerFacts(info: info)) }),
            watchers: watcherAddresses.map { WatcherFacts($0, answers: true, version: "0.1.0") },
            history: [
                HistoryEntry(
                    time: "2026-11-30T10:00:00.000Z", old: "10.0.0.9:6379", new: "\(master)", cause: "succession",
                    epoch: 4, members: 3, by: "10.0.0.1:8080", took: 48)
            ])
        sight.reign = .seconds(7_300)
        return sight
    }()

    func with(_ change: (inout Sight) -> Void) -> Sight {
        var next = self
        change(&next)
        return next
    }

    func answering(_ answer: Answer, _ address: Address) -> Sight {
        with {
            $0.snapshot.instances[address] = Instance(answer)
            $0.servers[address] = nil
        }
    }

    /// The sentinel of this number, or all of them.
    func sentinel(_ number: Int? = nil, _ change: (inout Opinion) -> Void) -> Sight {
        with { sight in
            for index in sight.snapshot.sentinels.indices where number.map({ $0 == index }) ?? true {
                if var opinion = sight.snapshot.sentinels[index].opinion {
                    change(&opinion)
                    sight.snapshot.sentinels[index].opinion = opinion
                }
            }
        }
    }

    func silentSentinels(_ numbers: Int...) -> Sight {
        with { sight in
            for index in numbers {
                sight.snapshot.sentinels[index].opinion = nil
                sight.snapshot.sentinels[index].trouble = .silent
            }
        }
    }
}
