import Inspection
import Succession
import Vocabulary

extension DoctorCheckTests {
    static let cases = ofZooKeeper + ofNodes + ofReplication + ofAddresses + ofSentinels

    private static let ofZooKeeper: [Case] = [
        Case("zookeeper", .fail, saying: "can't be reached") { $0.loseSight(ZooKeeperTrouble("it can't be reached")) },
        Case("zookeeper-servers", .warn, saying: "refuses") { $0.ensemble[1].state = .refuses },
        Case("zookeeper-servers", .warn, saying: "frozen") { $0.ensemble[1].state = .silent },
        Case("zookeeper-servers", .warn, saying: "no majority") { $0.ensemble[1].state = .servesNobody },
        Case("zookeeper-servers", .fail, saying: "gives no session") {
            $0.loseSight(ZooKeeperTrouble("no session"))
            $0.ensemble[1].state = .mute
        },
        Case("zookeeper-names", .warn, saying: "zoo.test:2181") {
            $0.ensemble[2] = EnsembleServer("zoo.test:2181", .unresolved("unknown name"))
        },
        Case("zookeeper-ensemble", .fail, saying: "more than one ensemble") {
            $0.ensemble[1].state = .serves(mode: "standalone", version: "3.8.0")
        },
        Case("zookeeper-ensemble", .fail, saying: "leader") {
            $0.ensemble[1].state = .serves(mode: "leader", version: "3.8.0")
        },
        Case("zookeeper-count", .warn, saying: "run three") {
            $0.ensemble = [EnsembleServer("10.0.1.1:2181", .serves(mode: "standalone"))]
        },
        Case("zookeeper-count", .warn, saying: "name all") {
            $0.ensemble = [EnsembleServer("10.0.1.1:2181", .serves(mode: "follower"))]
        },
        Case("zookeeper-count", .warn, saying: "odd") { $0.ensemble.removeLast() },
        Case("zookeeper-versions", .warn, saying: "3.9.3") {
            $0.ensemble[1].state = .serves(mode: "follower", version: "3.9.3")
        },
        Case("zookeeper-session", .warn, saying: "4000ms") { $0.session?.given = .seconds(4) },
        Case("zookeeper-pace", .warn, saying: "300 ms") { $0.session?.roundTrip = .milliseconds(300) },
    ]

    private static let ofNodes: [Case] = [
        Case("zookeeper-user", .fail, saying: "ZK_AUTH") {
            $0.loseSight(ZooKeeperTrouble("it does not let us in", isDenial: true))
        },
        Case("zookeeper-user", .fail, saying: "/redis/members") { evidence in
            evidence.change {
                $0.badNodes = [
                    BadNode(
                        path: "/redis/members",
                        reason: "belongs to another user than that of ZK_AUTH; check ZK_AUTH")
                ]
            }
        },
        Case("zookeeper-acl", .fail, saying: "setAcl -R /redis") { evidence in
            evidence.change {
                $0.badNodes = [
                    BadNode(
                        path: "/redis",
                        reason:
                            "may be changed by everybody, though ZK_AUTH is set: its ACL gives cdrwa to world:anyone")
                ]
            }
        },
        Case("zookeeper-acl", .warn, saying: "ZK_AUTH") { $0.hasZooKeeperUser = false },
        Case("nodes", .warn, saying: "/redis/members/x") { evidence in
            evidence.change { $0.badNodes = [BadNode(path: "/redis/members/x", reason: "it is no address")] }
        },
        Case("nodes", .fail, saying: "/redis/cluster") { evidence in
            evidence.change {
                $0.badNodes = [BadNode(path: "/redis/cluster", reason: "it is no JSON", isEssential: true)]
            }
        },
        Case("stale-nodes", .warn, saying: "delete /redis/sentinels/x") {
            $0.nodes.sentinels = ["/redis/sentinels/x": Evidence.sentinels[0]]
        },
        Case("stale-nodes", .warn, saying: "delete /redis/members/x") {
            $0.nodes.members = ["/redis/members/x": Evidence.master]
        },
        Case("identities", .warn, saying: "/redis/identities/x") {
            $0.nodes.identities = ["/redis/identities/x": Evidence.sentinels[0]]
        },
        Case("candidates", .warn, saying: "10.0.0.9:6379") {
            $0.sight?.candidates = [Candidate(number: 1, address: Address("10.0.0.9:6379")!, freshness: .empty)]
        },
        Case("leases", .warn, saying: "renew-lease") { evidence in
            evidence.change { $0.members.removeAll { $0 == Evidence.replicas[0] } }
        },
        Case("pause", .warn, saying: "without an end") { $0.sight?.pause = Pause(who: "ops") },
        Case("pause", .warn, saying: "since") {
            $0.sight?.pause = Pause(who: "ops", since: "2026-11-29T10:00:00Z")
            $0.nodes.pauseBegan = 1_799_900_000
        },
        Case("pause", .warn, saying: "until") {
            $0.sight?.pause = Pause(who: "ops", until: "2027-01-18T08:00:00Z")
            ($0.nodes.pauseBegan, $0.nodes.pauseEnds) = (1_800_000_000, 1_800_200_000)
        },
        Case("switchover", .warn, saying: "said to be running") { evidence in
            evidence.change { $0.switchover = Switchover(id: "one", state: .running) }
            evidence.nodes.switchoverAge = .seconds(300)
        },
        Case("accept-loss", .warn, saying: "/redis/accept-loss") { evidence in
            evidence.change { $0.acceptsLoss = true }
        },
        Case("watchers", .warn, saying: "10.0.0.1:8081") { $0.sight?.watchers[1].answers = false },
        Case("watcher-count", .warn, saying: "no watcher") { $0.sight?.watchers = [] },
        Case("watcher-count", .warn, saying: "one watcher") { $0.sight?.watchers.removeLast() },
        Case("watcher-versions", .warn, saying: "0.2 at 10.0.0.1:8081") { $0.sight?.watchers[1].version = "0.2" },
        Case("watcher-alerts", .unknown, saying: "10.0.0.1:8080") { $0.raised = nil },
        Case("watcher-alerts", .warn, saying: "failed-attach") {
            $0.raised = [RaisedAlert("failed-attach", about: "10.0.0.2:6379", "it can't be told")]
        },
    ]

    private static let ofReplication: [Case] = [
        Case("master", .fail, saying: "the recorded master") { evidence in
            evidence.change { $0.instances[Evidence.master] = Instance(.refused) }
        },
        Case("agreement", .warn, saying: "name") { evidence in
            evidence.sentinelsSay { $0.names = Evidence.replicas[0] }
        },
        Case("replicas", .warn, saying: "10.0.0.2:6379") { evidence in
            evidence.change { $0.instances[Evidence.replicas[0]] = Instance(.silent) }
        },
        Case("successors", .fail, saying: "nobody could take the place") { evidence in
            evidence.change { $0.members = [Evidence.master] }
            evidence.change { snapshot in
                for replica in Evidence.replicas { snapshot.instances[replica] = nil }
            }
        },
        Case("replica-priority", .fail, saying: "CONFIG SET replica-priority 100") { evidence in
            evidence.change { snapshot in
                for replica in Evidence.replicas {
                    guard var replication = snapshot.replication(of: replica) else { continue }
                    replication.priority = 0
                    snapshot.instances[replica]?.answer = .replica(replication)
                }
            }
        },
        Case("strangers", .fail, saying: "no mark of ours") { evidence in
            evidence.change { $0.instances[Evidence.master]?.mark = .absent }
        },
        Case("commands", .fail, saying: "+config|set") { $0.answers[Evidence.master]?.forbidden = ["CONFIG SET"] },
        Case("commands", .fail, saying: "knows no command") {
            $0.answers[Evidence.master]?.names = "it knows no command SLAVEOF"
        },
        Case("min-replicas", .fail, saying: "min-replicas-to-write 1") { $0.set("min-replicas-to-write", "3") },
        Case("min-replicas", .warn, saying: "none after the next failover") { $0.set("min-replicas-to-write", "2") },
        Case("backlog", .warn, saying: "repl-backlog-size 8388608") { $0.set("repl-backlog-size", "16384") },
        Case("replica-buffers", .warn, saying: "breaks off") {
            $0.set("client-output-buffer-limit", "normal 0 0 0 slave 1048576 1048576 60 pubsub 33554432 8388608 60")
        },
        Case("repl-timeout", .warn, saying: "repl-timeout is 5 s") { $0.set("repl-timeout", "5") },
        Case("replica-read-only", .warn, saying: "takes writes") { $0.set("replica-read-only", "no") },
        Case("replica-announced", .warn, saying: "hidden") { $0.set("replica-announced", "no") },
        Case("versions", .warn, saying: "6.2.14 at 10.0.0.2:6379") {
            $0.say("redis_version", "6.2.14", at: Evidence.replicas[0])
        },
        Case("same-settings", .warn, saying: "interrex config set maxmemory 8000000000") {
            $0.set("maxmemory", "1000000000", at: [Evidence.replicas[0]])
        },
        Case("backlog", .unknown, saying: "CONFIG GET") { $0.answers[Evidence.master]?.settings = nil },
        Case("changed-settings", .warn, saying: "maxmemory 1073741824, not 0") {
            $0.machine.changed = [
                Evidence.master: [SettingsDifference("maxmemory", running: "1073741824", written: "0", .file)]
            ]
        },
        Case("cluster-mode", .fail, saying: "cluster-enabled") { $0.set("cluster-enabled", "yes") },
        Case("persistence", .warn, saying: "no member keeps") {
            $0.set("appendonly", "no")
            $0.set("save", "")
        },
        Case("persistence", .warn, saying: "others do") {
            $0.set("appendonly", "no", at: [Evidence.master])
            $0.set("save", "", at: [Evidence.master])
        },
        Case("saves", .fail, saying: "BGSAVE") { $0.say("rdb_last_bgsave_status", "err") },
        Case("saves", .fail, saying: "log") { $0.say("aof_last_write_status", "err") },
        Case("saves", .fail, saying: "rewrite") { $0.say("aof_last_bgrewrite_status", "err") },
        Case("save-errors", .warn, saying: "in silence") { $0.set("stop-writes-on-bgsave-error", "no") },
        Case("appendfsync", .warn, saying: "everysec") { $0.set("appendfsync", "no") },
        Case("shutdown", .warn, saying: "shutdown-on-sigterm default") { $0.set("appendonly", "no") },
        Case("disk", .warn, saying: "/data") { $0.machine.disks[Evidence.master]?.free = 50_000 },
        Case("disk", .warn, saying: "10.0.0.2:6379") { evidence in
            evidence.change { $0.cluster?.disks = [MemberDisk(Evidence.replicas[0], isNearlyFull: true)] }
        },
        Case("aside", .warn, saying: "interrex aside") { evidence in
            evidence.change {
                $0.cluster?.disks = [MemberDisk(Evidence.replicas[0], asideBytes: 10, asideCopies: 1)]
            }
        },
        Case("memory-limit", .warn, saying: "has no limit") {
            $0.set("maxmemory", "0")
            $0.say("used_memory", "9000000000")
        },
        Case("memory-room", .warn, saying: "needs room") { $0.set("maxmemory", "15000000000") },
        Case("eviction", .warn, saying: "noeviction") { $0.set("maxmemory-policy", "allkeys-lru") },
        Case("memory-full", .warn, saying: "OOM") { $0.say("used_memory", "7900000000") },
        Case("clients", .fail, saying: "turned away") { $0.say("connected_clients", "9000") },
        Case("clients", .warn, saying: "ulimit") { $0.set("maxclients", "32") },
        Case("clients", .warn, saying: "no more than 9") { evidence in
            evidence.set("maxclients", "9", at: [Evidence.master])
            evidence.say("connected_clients", "7")
        },
        Case("timeout", .warn, saying: "timeout 0") { $0.set("timeout", "300") },
        Case("tcp-keepalive", .warn, saying: "vanished") { $0.set("tcp-keepalive", "0") },
        Case("open-files", .warn, saying: "ulimit -n 10032") { $0.machine.openFiles[Evidence.master] = 1_024 },
        Case("huge-pages", .warn, saying: "madvise") {
            $0.machine.hugePages = "always"
            $0.set("disable-thp", "no")
        },
        Case("overcommit", .warn, saying: "sysctl vm.overcommit_memory=1") { $0.machine.overcommit = 0 },
        Case("somaxconn", .warn, saying: "net.core.somaxconn=511") { $0.machine.somaxconn = 128 },
    ]

    private static let ofAddresses: [Case] = [
        Case("addresses", .fail, saying: "0.0.0.0:6379") { evidence in
            evidence.change { $0.members.append(Address("0.0.0.0:6379")!) }
        },
        Case("loopback", .fail, saying: "127.0.0.1:6379") { evidence in
            evidence.change { $0.members.append(Address("127.0.0.1:6379")!) }
        },
        Case("host-names", .warn, saying: "redis.test:6379") { evidence in
            evidence.change { $0.members.append(Address("redis.test:6379")!) }
        },
        Case("announced", .warn, saying: "announces 10.0.0.77:6379") {
            $0.set("replica-announce-ip", "10.0.0.77", at: [Evidence.replicas[0]])
        },
        Case("hosts", .warn, saying: "sentinels are at this address") { evidence in
            evidence.change { snapshot in
                for index in snapshot.sentinels.indices.dropLast() {
                    snapshot.sentinels[index].address = Address(host: "10.0.0.1", port: 26_379 + index)!
                }
            }
        },
        Case("clocks", .warn, saying: "5.0 s behind") {
            $0.answers[Evidence.replicas[0]]?.clock = ClockReading(ahead: .seconds(-5), roundTrip: .zero)
        },
        Case("passwords", .fail, saying: "REDIS_PASSWORD") { evidence in
            evidence.change { $0.instances[Evidence.replicas[0]] = Instance(.denied) }
        },
        Case("passwords", .fail, saying: "SENTINEL_PASSWORD") { evidence in
            evidence.change { snapshot in
                (snapshot.sentinels[0].opinion, snapshot.sentinels[0].trouble) = (nil, .denied)
            }
        },
        Case("password-asked", .warn, saying: "REDIS_PASSWORD") {
            $0.answers[Evidence.replicas[0]]?.asksForPassword = false
        },
        Case("password-asked", .warn, saying: "SENTINEL_PASSWORD") {
            $0.sentinelAnswers[Evidence.sentinels[0]]?.asksForPassword = false
        },
        Case("masterauth", .fail, saying: "has no masterauth") {
            $0.answers[Evidence.replicas[0]]?.masterauth = .missing
        },
        Case("masterauth", .fail, saying: "another masterauth") {
            $0.answers[Evidence.replicas[0]]?.masterauth = .other
        },
        Case("open-doors", .warn, saying: "REDIS_PASSWORD is not set") { evidence in
            evidence.change { $0.hasPassword = false }
        },
        Case("open-doors", .warn, saying: "SENTINEL_PASSWORD is not set") { evidence in
            evidence.change { $0.hasSentinelPassword = false }
        },
        Case("protected-mode", .fail, saying: "DENIED") { $0.set("requirepass", "") },
    ]

    private static let ofSentinels: [Case] = [
        Case("sentinel-count", .warn, saying: "two sentinels") { evidence in
            evidence.change { $0.sentinels.removeLast() }
        },
        Case("sentinel-count", .warn, saying: "odd") { evidence in
            evidence.change { snapshot in
                var fourth = snapshot.sentinels[0]
                fourth.address = Address("10.0.0.4:26379")!
                snapshot.sentinels.append(fourth)
            }
        },
        Case("quorum", .fail, saying: "never begins") { evidence in
            evidence.sentinelsSay { $0.details.quorum = 4 }
        },
        Case("quorum", .warn, saying: "more than a majority") { evidence in
            evidence.sentinelsSay { $0.details.quorum = 3 }
        },
        Case("quorum", .warn, saying: "one sentinel that loses") { evidence in
            evidence.sentinelsSay { $0.details.quorum = 1 }
        },
        Case("sentinels", .warn, saying: "10.0.0.1:26379") { evidence in
            evidence.change { snapshot in
                (snapshot.sentinels[0].opinion, snapshot.sentinels[0].trouble) = (nil, .silent)
            }
        },
        Case("sentinels", .fail, saying: "no sentinel is registered") { evidence in
            evidence.change { $0.sentinels = [] }
        },
        Case("ckquorum", .fail, saying: "can't reach a quorum") { evidence in
            evidence.sentinelsSay { $0.details.hasQuorum = false }
        },
        Case("sentinel-peers", .warn, saying: "interrex forget 10.0.0.9:26379") { evidence in
            let gone = Address("10.0.0.9:26379")!
            evidence.sentinelsSay { $0.details.sentinels.append(gone) }
            evidence.change { $0.peers[gone] = .refused }
        },
        Case("sentinel-peers", .warn, saying: "does not know the sentinel") { evidence in
            evidence.sentinelsSay { $0.details.sentinels.removeLast() }
        },
        Case("foreign-sentinels", .warn, saying: "10.0.0.9:26379") { evidence in
            evidence.change { $0.peers[Address("10.0.0.9:26379")!] = .unproven }
        },
        Case("sentinel-settings", .warn, saying: "down-after-milliseconds") { evidence in
            evidence.change { $0.sentinels[0].opinion?.details.downAfter = .seconds(9) }
        },
        Case("sentinel-times", .warn, saying: "taken for a death") { evidence in
            evidence.sentinelsSay { $0.details.downAfter = .milliseconds(100) }
        },
        Case("sentinel-times", .warn, saying: "for so long nobody") { evidence in
            evidence.sentinelsSay { $0.details.downAfter = .seconds(120) }
        },
        Case("sentinel-times", .warn, saying: "failover-timeout 10000") { evidence in
            evidence.sentinelsSay { $0.failoverTimeout = .seconds(180) }
        },
        Case("sentinel-scripts", .warn, saying: "/opt/notify.sh") {
            $0.machine.brokenScripts = [Evidence.sentinels[0]: ["/opt/notify.sh"]]
        },
        Case("sentinel-names", .warn, saying: "resolve-hostnames") {
            $0.sentinelAnswers[Evidence.sentinels[0]]?.settings?["resolve-hostnames"] = "yes"
        },
        Case("tilt", .warn, saying: "TILT") {
            $0.sight?.sentinels[Evidence.sentinels[0]]?.info["sentinel_tilt"] = "1"
        },
        Case("sentinel-versions", .warn, saying: "8.0.2") {
            $0.sight?.sentinels[Evidence.sentinels[0]]?.info["redis_version"] = "8.0.2"
        },
    ]
}
