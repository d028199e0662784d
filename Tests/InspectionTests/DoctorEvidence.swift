import Inspection
import Succession
import Vocabulary

/// A cluster of three members, three sentinels and two watchers on three hosts, with which all is well.
extension Evidence {
    static let master = Address("10.0.0.1:6379")!
    static let replicas = [Address("10.0.0.2:6379")!, Address("10.0.0.3:6379")!]
    static let sentinels = (1...3).map { Address("10.0.0.\($0):26379")! }
    static let id = String(repeating: "a", count: 40)
    static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789ab")

    static var healthy: Evidence {
        var evidence = Evidence(sight: Sight(snapshot: .healthy, time: 1_800_000_000))
        evidence.hasZooKeeperUser = true
        evidence.ensemble = (1...3).map {
            EnsembleServer("10.0.1.\($0):2181", .serves(mode: $0 == 1 ? "leader" : "follower", version: "3.8.0"))
        }
        evidence.session = SessionFacts(asked: .seconds(6), given: .seconds(6), roundTrip: .milliseconds(1))
        for address in [master] + replicas {
            evidence.sight?.servers[address] = ServerFacts(info: info)
            var answers = ServerAnswers(settings: settings)
            answers.asksForPassword = true
            answers.masterauth = .same
            answers.clock = ClockReading(ahead: .milliseconds(3), roundTrip: .milliseconds(1))
            evidence.answers[address] = answers
        }
        for address in sentinels {
            evidence.sight?.sentinels[address] = ServerFacts(info: [
                "redis_version": "7.0.15", "sentinel_tilt": "0",
            ])
            var answers = ServerAnswers(settings: ["resolve-hostnames": "no", "announce-hostnames": "no"])
            answers.asksForPassword = true
            evidence.sentinelAnswers[address] = answers
        }
        evidence.sight?.watchers = [8_080, 8_081].map {
            WatcherFacts(Address(host: "10.0.0.1", port: $0)!, answers: true, version: "0.1")
        }
        evidence.machine.servers = [master]
        evidence.machine.hugePages = "madvise"
        (evidence.machine.overcommit, evidence.machine.somaxconn) = (1, 4_096)
        evidence.machine.openFiles = [master: 65_536]
        evidence.machine.disks = [master: Machine.Disk("/data", size: 1_000_000, free: 500_000)]
        return evidence
    }

    private static let info = [
        "redis_version": "7.0.15", "used_memory": "1000000000", "used_memory_dataset": "900000000",
        "total_system_memory": "16000000000", "connected_clients": "10", "maxclients": "10000",
        "rdb_last_bgsave_status": "ok", "aof_last_write_status": "ok", "aof_last_bgrewrite_status": "ok",
    ]

    private static let settings = [
        "appendonly": "yes", "appendfsync": "everysec", "save": "3600 1", "stop-writes-on-bgsave-error": "yes",
        "shutdown-on-sigterm": "nosave", "maxmemory": "8000000000", "maxmemory-policy": "noeviction",
        "repl-backlog-size": "67108864", "repl-timeout": "60", "repl-ping-replica-period": "10",
        "client-output-buffer-limit": "normal 0 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60",
        "timeout": "0", "tcp-keepalive": "60", "tcp-backlog": "511", "maxclients": "10000", "disable-thp": "yes",
        "requirepass": "ours", "protected-mode": "yes", "min-replicas-to-write": "1", "replica-read-only": "yes",
        "replica-announced": "yes", "cluster-enabled": "no", "databases": "16",
    ]

    /// With another value of a setting on every server.
    mutating func set(_ name: String, _ value: String, at servers: [Address] = [master] + replicas) {
        for server in servers { answers[server]?.settings?[name] = value }
    }

    mutating func say(_ field: String, _ value: String, at server: Address = master) {
        sight?.servers[server]?.info[field] = value
    }

    mutating func change(_ change: (inout Snapshot) -> Void) {
        guard var snapshot else { return }
        change(&snapshot)
        sight?.snapshot = snapshot
    }

    /// With something else in what every sentinel says.
    mutating func sentinelsSay(_ change: (inout Opinion) -> Void) {
        self.change { snapshot in
            for index in snapshot.sentinels.indices {
                guard var opinion = snapshot.sentinels[index].opinion else { continue }
                change(&opinion)
                snapshot.sentinels[index].opinion = opinion
            }
        }
    }

    /// As a cluster of which no more than this is known.
    mutating func loseSight(_ trouble: ZooKeeperTrouble) {
        (sight, session, self.trouble) = (nil, nil, trouble)
        (answers, sentinelAnswers, machine) = ([:], [:], Machine())
    }
}

extension Snapshot {
    static var healthy: Snapshot {
        let (master, replicas) = (Evidence.master, Evidence.replicas)
        let history = History(replicationID: Evidence.id, offset: 1_000, keys: 10)
        var cluster = ClusterRecord(id: "0123456789ab", members: 3, epoch: 100, replicationID: Evidence.id)
        cluster.sentinelEpoch = 100
        cluster.holdings = Holdings(
            epoch: 100, offset: 1_000, rate: 100_000, keys: 10, seen: "2026-11-29T10:00:00.000Z")
        var instances = [master: Instance(.master(history), mark: .mark(Evidence.mark))]
        for replica in replicas {
            instances[replica] = Instance(
                .replica(Replication(of: master, synchronised: true, history: history)), mark: .mark(Evidence.mark))
        }
        let reports = Evidence.sentinels.map { sentinel in
            let others = Evidence.sentinels.filter { $0 != sentinel }
            return SentinelReport(
                sentinel,
                Opinion(
                    names: master, epoch: 100, peers: 2,
                    details: SentinelDetails(quorum: 2, replicas: replicas, sentinels: others)))
        }
        var snapshot = Snapshot(
            mark: Evidence.mark, record: Record(master, version: 3), cluster: cluster, sentinels: Sentinels(reports),
            members: [master] + replicas, instances: instances)
        (snapshot.hasPassword, snapshot.hasSentinelPassword) = (true, true)
        return snapshot
    }
}
