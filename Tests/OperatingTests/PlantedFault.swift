import Cluster
import Fixtures
import Glibc
import Runtime
import Succession
import Support
import Vocabulary
import ZooKeeper

/// One thing that is done to a running cluster, what is to be said of it, and how it is undone.
struct PlantedFault: Sendable {
    var check: String
    var mark: String
    var word: String
    var plant: @Sendable (WatchedCluster) async throws -> Void
    var mend: @Sendable (WatchedCluster) async throws -> Void

    init(
        _ check: String, _ mark: String, saying word: String,
        plant: @escaping @Sendable (WatchedCluster) async throws -> Void,
        mend: @escaping @Sendable (WatchedCluster) async throws -> Void
    ) {
        (self.check, self.mark, self.word, self.plant, self.mend) = (check, mark, word, plant, mend)
    }

    /// A setting on all members, or on the last one alone.
    private static func setting(
        _ name: String, _ value: String, back: String, atOne: Bool = false, _ check: String, _ mark: String = "warn",
        saying word: String
    ) -> PlantedFault {
        PlantedFault(check, mark, saying: word) { watched in
            for member in atOne ? [watched.replicas[1]] : watched.members { try await set(name, value, member) }
        } mend: { watched in
            for member in watched.members { try await set(name, back, member) }
        }
    }

    private static func set(_ name: String, _ value: String, _ server: Launched) async throws {
        let answer = try await server.ask("CONFIG", "SET", name, value)
        guard answer == "OK" else { throw TestFailure("CONFIG SET \(name): \(answer)") }
    }

    /// A setting of the sentinels, or of the first one alone.
    private static func sentinel(
        _ name: String, _ value: String, back: String, atOne: Bool = false, _ check: String, _ mark: String = "warn",
        saying word: String
    ) -> PlantedFault {
        PlantedFault(check, mark, saying: word) { watched in
            for sentinel in atOne ? [watched.sentinels[0]] : watched.sentinels {
                try await sentinel.ask("SENTINEL", "SET", "mymaster", name, value)
            }
        } mend: { watched in
            for sentinel in watched.sentinels { try await sentinel.ask("SENTINEL", "SET", "mymaster", name, back) }
        }
    }

    /// A node below the root.
    private static func node(
        _ name: String, _ text: String, _ check: String, _ mark: String = "warn", saying word: String
    ) -> PlantedFault {
        PlantedFault(check, mark, saying: word) { watched in
            try await watched.cluster.session.create("\(watched.cluster.root)/\(name)", Array(text.utf8))
        } mend: { watched in
            try await watched.cluster.session.delete("\(watched.cluster.root)/\(name)")
        }
    }

    private static func stop(
        _ server: @escaping @Sendable (WatchedCluster) -> Launched, _ check: String, _ mark: String = "warn",
        saying word: String
    ) -> PlantedFault {
        PlantedFault(check, mark, saying: word) {
            server($0).process.signal(SIGSTOP)
        } mend: {
            server($0).process.signal(SIGCONT)
        }
    }

    static let all: [PlantedFault] = settings + sentinels + nodes + servers

    private static let settings = [
        PlantedFault("saves", "fail", saying: "its last snapshot failed") { watched in
            let replica = watched.replicas[0]
            try await watched.master.ask("SET", "kept", "1")
            try await watched.master.isReplicated(to: 2)
            try await set("rdb-key-save-delay", "10000000", replica)
            let before = Set(replica.children)
            let child = try await eventually("a child saves") {
                try await replica.ask("BGSAVE")
                return Set(replica.children).subtracting(before).first
            }
            kill(child, SIGKILL)
            try await set("rdb-key-save-delay", "0", replica)
        } mend: { watched in
            try await eventually("a snapshot is written") {
                let replica = watched.replicas[0]
                try await replica.ask("BGSAVE")
                return await replica.info("persistence")["rdb_last_bgsave_status"] == "ok"
            }
        },
        setting("timeout", "300", back: "0", "timeout", saying: "idle for 300 s"),
        setting("tcp-keepalive", "0", back: "60", "tcp-keepalive", saying: "interrex config set tcp-keepalive 60"),
        setting("maxmemory", "1gb", back: "0", atOne: true, "same-settings", saying: "differ in maxmemory"),
        setting("maxmemory", "2gb", back: "0", "changed-settings", saying: "maxmemory 2147483648, not 0"),
        setting("maxmemory", "1mb", back: "0", "memory-full", saying: "of its maxmemory of 1.0 MiB"),
        setting("maxmemory", "100000gb", back: "0", "memory-room", saying: "needs room"),
        PlantedFault("eviction", "warn", saying: "allkeys-lru") { watched in
            for member in watched.members {
                try await set("maxmemory", "1gb", member)
                try await set("maxmemory-policy", "allkeys-lru", member)
            }
        } mend: { watched in
            for member in watched.members {
                try await set("maxmemory", "0", member)
                try await set("maxmemory-policy", "noeviction", member)
            }
        },
        setting(
            "stop-writes-on-bgsave-error", "no", back: "yes", "save-errors", saying: "in silence"),
        setting("appendfsync", "no", back: "everysec", "appendfsync", saying: "never syncs"),
        setting("appendonly", "no", back: "yes", atOne: true, "shutdown", saying: "shutdown-on-sigterm"),
        setting("repl-timeout", "5", back: "60", "repl-timeout", saying: "repl-timeout is 5 s"),
        setting("replica-read-only", "no", back: "yes", "replica-read-only", saying: "takes writes"),
        setting("replica-announced", "no", back: "yes", "replica-announced", saying: "hidden"),
        setting("min-replicas-to-write", "3", back: "0", "min-replicas", "fail", saying: "3 members in all"),
        setting("min-replicas-to-write", "2", back: "0", "min-replicas", saying: "after the next failover"),
        setting("maxclients", "60", back: "10000", "clients", saying: "60 clients"),
        PlantedFault("backlog", "warn", saying: "repl-backlog-size") { watched in
            for member in watched.members { try await set("repl-backlog-size", "16kb", member) }
            // Some hundred KiB a second are all that it takes.
            for number in 0..<40 {
                try await watched.master.ask("SET", "load-\(number % 4)", String(repeating: "x", count: 50_000))
            }
        } mend: { watched in
            for member in watched.members { try await set("repl-backlog-size", "64mb", member) }
        },
        PlantedFault("replica-buffers", "warn", saying: "breaks off") { watched in
            try await watched.master.ask("SETRANGE", "large", "40000000", "x")
            try await watched.master.isReplicated(to: 2)
            for member in watched.members {
                try await set("client-output-buffer-limit", "replica 1mb 1mb 60", member)
            }
        } mend: { watched in
            try await watched.master.ask("DEL", "large")
            for member in watched.members {
                try await set("client-output-buffer-limit", "replica 512mb 128mb 60", member)
            }
        },
        PlantedFault("persistence", "warn", saying: "no member keeps") { watched in
            for member in watched.members {
                try await set("appendonly", "no", member)
                try await set("save", "", member)
            }
        } mend: { watched in
            for member in watched.members {
                try await set("appendonly", "yes", member)
                try await set("save", "3600 1", member)
            }
        },
        PlantedFault("replica-priority", "fail", saying: "CONFIG SET replica-priority 100") { watched in
            for replica in watched.replicas { try await set("replica-priority", "0", replica) }
        } mend: { watched in
            for replica in watched.replicas { try await set("replica-priority", "100", replica) }
        },
        PlantedFault("announced", "warn", saying: "announces 127.0.0.9:") { watched in
            try await set("replica-announce-ip", "127.0.0.9", watched.replicas[0])
        } mend: { watched in
            try await set("replica-announce-ip", "127.0.0.1", watched.replicas[0])
        },
        PlantedFault("commands", "fail", saying: "REPLICAOF") { watched in
            try await watched.replicas[0].ask("ACL", "SETUSER", "default", "-replicaof")
        } mend: { watched in
            try await watched.replicas[0].ask("ACL", "SETUSER", "default", "+replicaof")
        },
        PlantedFault("commands", "fail", saying: "refuses CONFIG GET") { watched in
            try await watched.replicas[0].ask("ACL", "SETUSER", "default", "-config|get")
        } mend: { watched in
            try await watched.replicas[0].ask("ACL", "SETUSER", "default", "+config|get")
        },
    ]

    private static let sentinels = [
        sentinel("quorum", "3", back: "2", "quorum", saying: "more than a majority"),
        sentinel("quorum", "4", back: "2", "quorum", "fail", saying: "never begins"),
        sentinel("quorum", "4", back: "2", "ckquorum", "fail", saying: "can't reach a quorum"),
        sentinel("quorum", "1", back: "2", "quorum", saying: "loses its network"),
        sentinel("failover-timeout", "180000", back: "10000", "sentinel-times", saying: "failover-timeout is 180000"),
        sentinel("down-after-milliseconds", "90000", back: "30000", "sentinel-times", saying: "hangs"),
        sentinel(
            "down-after-milliseconds", "20000", back: "30000", atOne: true, "sentinel-settings", saying: "20000 at"),
        PlantedFault("sentinel-names", "warn", saying: "resolve-hostnames") { watched in
            try await watched.sentinels[0].ask("SENTINEL", "CONFIG", "SET", "resolve-hostnames", "yes")
        } mend: { watched in
            try await watched.sentinels[0].ask("SENTINEL", "CONFIG", "SET", "resolve-hostnames", "no")
        },
    ]

    private static let uuid = "01234567-89ab-cdef-0123-456789abcdef"

    private static let nodes = [
        node("paused", #"{"who":"ops","why":"a test"}"#, "pause", saying: "by ops (a test) without an end"),
        node("accept-loss", #"{"who":"ops"}"#, "accept-loss", saying: "accept-loss"),
        node("members/\(uuid)", "127.0.0.1 1", "stale-nodes", saying: "members/\(uuid)"),
        node("members/\(uuid)", "rubbish", "nodes", saying: "members/\(uuid)"),
        node("identities/\(uuid)", "127.0.0.1 1", "identities", saying: "identities/\(uuid)"),
        PlantedFault("candidates", "warn", saying: "127.0.0.1:1") { watched in
            let registry = Registry(watched.cluster.session, root: watched.cluster.root)
            _ = try await registry.stand(Address("127.0.0.1:1")!, .empty)
        } mend: { watched in
            let parent = "\(watched.cluster.root)/candidates"
            for name in try await watched.cluster.children(parent) {
                try await watched.cluster.session.delete("\(parent)/\(name)")
            }
        },
        PlantedFault("disk", "warn", saying: "less than a tenth") { watched in
            try await says(MemberDisk(address(of: watched.replicas[0]), isNearlyFull: true), in: watched)
        } mend: { watched in
            try await says(nil, in: watched)
        },
        PlantedFault("aside", "warn", saying: "interrex aside") { watched in
            let disk = MemberDisk(address(of: watched.replicas[0]), asideBytes: 100, asideCopies: 1)
            try await says(disk, in: watched)
        } mend: { watched in
            try await says(nil, in: watched)
        },
    ]

    private static func address(of server: Launched) -> Address { Address(host: server.ip, port: server.port)! }

    /// Writes what a member's lease would; the leases and the watcher write the record as well.
    private static func says(_ disk: MemberDisk?, in watched: WatchedCluster) async throws {
        let path = "\(watched.cluster.root)/cluster"
        try await eventually("the record is written") {
            guard var record = try await watched.record(), let node = try await watched.node("cluster") else {
                return false
            }
            record.disks = [disk].compactMap(\.self)
            let written = try? await watched.cluster.session.set(
                path, Array(record.json.utf8), version: node.stat.version)
            return written != nil
        }
    }

    private static let servers = [
        stop({ $0.sentinels[0] }, "sentinels", saying: "does not answer"),
        stop({ $0.replicas[0] }, "replicas", saying: "does not answer"),
        stop({ $0.watcher }, "watchers", saying: "does not answer at its HTTP port"),
        PlantedFault("leases", "warn", saying: "interrex renew-lease") { watched in
            kill(try await watched.replicas[0].lease.pid, SIGKILL)
        } mend: { watched in
            let folder = try TemporaryFolder("renewal")
            let replica = watched.replicas[0]
            let process = try ChildProcess(
                interrexBinary(), ["renew-lease", "\(replica.process.pid)"],
                environment: [
                    "PATH": "/usr/bin:/bin", "ZK_HOSTS": watched.cluster.servers, "ZK_ROOT": watched.cluster.root,
                    "DATA_DIR": replica.folder.path,
                ], output: "\(folder.path)/output")
            guard try await process.wait(within: .seconds(30)) == 0 else { throw TestFailure(process.text) }
        },
        // That it refused a repair only the watcher knows that tried one.
        PlantedFault("watcher-alerts", "warn", saying: "raises uncommandable") { watched in
            let replica = watched.replicas[0]
            try await replica.ask("ACL", "SETUSER", "default", "-slaveof", "-replicaof", "+replicaof|no")
            try await replica.ask("REPLICAOF", "NO", "ONE")
            try await eventually("the watcher was refused", within: .seconds(60)) {
                watched.watcher.process.text.contains("refuses REPLICAOF to our user")
            }
        } mend: { watched in
            try await watched.replicas[0].ask("ACL", "SETUSER", "default", "+@all")
            try await watched.replicas[0].linked(to: watched.master)
        },
    ]
}
