import Cluster
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// To whom a watcher and launchers tell passwords in a running cluster, and to whom not.
@Suite(.inTurn) struct PasswordTests {
    private static let (ofRedis, ofSentinels) = ("redis-4711", "sentinels-4712")
    private static let variables = [
        "REDIS_PASSWORD": ofRedis, "SENTINEL_PASSWORD": ofSentinels, "SENTINEL_QUORUM": "1",
        "ZK_AUTH": "interrex:4713",
    ]
    private let patience = """
        sentinel down-after-milliseconds {{master_name}} 30000
        sentinel failover-timeout {{master_name}} 10000

        """

    private struct Servers {
        var master, replica, sentinel, watcher: Launched
    }

    private func whole(_ cluster: TestCluster) async throws -> Servers {
        let master = try cluster.redis(quickRedis)
        try await eventually("the master answers: \(master.process.text.suffix(500))") {
            try? await redis(master.port, "ROLE", password: Self.ofRedis).hasPrefix("master")
        }
        let replica = try cluster.redis(quickRedis)
        try await eventually("the replica is linked: \(replica.process.text.suffix(500))") {
            try? await redis(replica.port, "INFO", "replication", password: Self.ofRedis).contains(
                "master_link_status:up")
        }
        let sentinel = try cluster.sentinel(patience)
        try await eventually("the sentinel knows it: \(sentinel.process.text.suffix(500))") {
            try? await redis(sentinel.port, "SENTINEL", "REPLICAS", "mymaster", password: Self.ofSentinels)
                .contains("\(replica.port)")
        }
        let watcher = try cluster.watcher()
        try await eventually("the watcher sees all of it: \(watcher.process.text)") {
            let body = try? await get("/status", from: watcher.port).body
            return body?.contains("\"follows\":\"127.0.0.1:\(master.port)\"") ?? false
        }
        return Servers(master: master, replica: replica, sentinel: sentinel, watcher: watcher)
    }

    @Test func who_takes_a_dead_replica_s_port_is_asked_and_told_nothing() async throws {
        try await TestCluster.with(Self.variables) { cluster in
            let servers = try await whole(cluster)
            servers.replica.process.signal(SIGKILL)
            try await servers.replica.process.wait()
            // A lease vouches for whoever listens there, until the watcher has seen it go.
            try await eventually("the watcher knows that it is gone", within: .seconds(30)) {
                let body = try? await get("/status", from: servers.watcher.port).body
                return body.map { !$0.contains("\"address\":\"127.0.0.1:\(servers.replica.port)\"") } ?? false
            }
            let trap = try PasswordTrap(port: servers.replica.port)
            // Sentinel introduces itself, and tells it whatever we do.
            let ours = { trap.connections.filter { !$0.contains("SETNAME") && $0.contains("proc-title-template") } }
            try await eventually("the watcher has asked it twice", within: .seconds(60)) { ours().count >= 2 }
            for text in ours() { #expect(!text.contains("AUTH") && !text.contains(Self.ofRedis), "\(text)") }
        }
    }

    /// Its id stands in ZooKeeper; and where nobody else is registered, that id alone counts.
    @Test func who_takes_a_dead_sentinel_s_port_under_its_id_is_not_told_the_servers_password() async throws {
        try await TestCluster.with(["REDIS_PASSWORD": Self.ofRedis, "SENTINEL_QUORUM": "1"]) { cluster in
            let master = try cluster.redis(quickRedis)
            try await eventually("the master answers: \(master.process.text.suffix(500))") {
                try? await redis(master.port, "ROLE", password: Self.ofRedis).hasPrefix("master")
            }
            let sentinel = try await cluster.sentinel(patience).ready()
            let watcher = try cluster.watcher()
            try await eventually("the watcher sees both") {
                let body = try? await get("/status", from: watcher.port).body
                return body?.contains("\"address\":\"127.0.0.1:\(sentinel.port)\",\"asked\":true,\"answers\":true")
                    ?? false
            }
            let identity = try #require(try await cluster.children("\(cluster.root)/identities").first)
            sentinel.process.signal(SIGKILL)
            try await sentinel.process.wait()
            try await eventually("its node is gone") { try await cluster.leases("sentinels").isEmpty }
            let other = try await SentinelServer.start(identity: identity, port: sentinel.port)
            try await eventually("the watcher asks it", within: .seconds(30)) {
                try await redis(other.port, "CLIENT", "LIST").contains("cmd=sentinel|myid")
            }
            // Those who name nobody are told after 3 s; that nothing comes shows only in looking for longer than that.
            let end = ContinuousClock.now + .seconds(8)
            while ContinuousClock.now < end {
                let text = other.process.text
                try #require(!text.contains("+monitor") && !text.contains("+set"), "\(text)")
                // Its log keeps what came in between.
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Real in all but this: no sentinel of ours has ever heard of it, or it does not know their password.
    @Test(arguments: [false, true])
    func a_sentinel_that_nobody_knows_is_not_told_the_servers_password(itKnowsTheSentinels: Bool) async throws {
        try await TestCluster.with(Self.variables) { cluster in
            let servers = try await whole(cluster)
            let second = try cluster.sentinel(patience)
            let pair = [servers.sentinel, second]
            try await eventually("they know each other: \(second.process.text.suffix(500))", within: .seconds(30)) {
                for one in pair {
                    let seen = try? await redis(one.port, "SENTINEL", "MASTER", "mymaster", password: Self.ofSentinels)
                    guard seen?.contains("num-other-sentinels\n1\n") ?? false else { return false }
                }
                return true
            }
            let identity = UUIDText.random()
            let false1 = try await SentinelServer.start(identity: identity)
            if itKnowsTheSentinels {
                try await redis(false1.port, "ACL", "SETUSER", "default", "resetpass", ">\(Self.ofSentinels)")
            }
            let owner = try await session(cluster, Digest("interrex:4713")!, .readable)
            let address = Array("127.0.0.1 \(false1.port)".utf8)
            try await owner.create("\(cluster.root)/identities/\(identity)", address)
            try await owner.create("\(cluster.root)/sentinels/\(identity)", address, .ephemeral)
            let why = itKnowsTheSentinels ? "lists it as a peer under its id" : "without SENTINEL_PASSWORD"
            try await eventually("the watcher names it", within: .seconds(30)) {
                let body = try await get("/status", from: servers.watcher.port).body
                return body.contains("untold-sentinel") && body.contains(why)
            }
            // One of ours that has lost it is told again, though that one stands beside it.
            try await redis(second.port, "SENTINEL", "REMOVE", "mymaster", password: Self.ofSentinels)
            try await eventually("it monitors the master again", within: .seconds(30)) {
                try await redis(
                    second.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster", password: Self.ofSentinels
                ).contains("\(servers.master.port)")
            }
            try await eventually("with its password", within: .seconds(30)) {
                try await redis(second.port, "SENTINEL", "MASTER", "mymaster", password: Self.ofSentinels)
                    .contains("flags\nmaster\n")
            }
            let text = false1.process.text
            #expect(!text.contains("+monitor") && !text.contains("+set"), "\(text)")
            await owner.close()
        }
    }

    /// Whoever created a node was let in; its ACL lets everybody change it.
    @Test func what_an_operator_asks_for_counts_as_it_was_created() async throws {
        let user = Digest("interrex:4713")!
        try await WatchedCluster.with(members: 2, ["ZK_AUTH": "interrex:4713"]) { watched in
            let (cluster, root) = (watched.cluster, watched.cluster.root)
            let (owner, opener) = (
                try await session(cluster, user, .readable), try await session(cluster, user, .open)
            )
            let (old, new) = (watched.master, watched.replicas[0])
            // As zkCli.sh creates it.
            let path = "\(root)/switchover"
            try await opener.create(path, Array(#"{"id":"1","to":"\#(new.colonAddress)"}"#.utf8))
            try await eventually("it is done") { try await cluster.text(path)?.contains(#""done""#) ?? false }
            #expect(await new.role == "master")
            #expect(
                try await owner.acl(path).acl.entries.allSatisfy { $0.scheme != "world" || $0.permissions == .read })
            await #expect(throws: ZooKeeperError.self) {
                try await cluster.session.set(path, Array(#"{"id":"2","to":"\#(old.colonAddress)"}"#.utf8))
            }

            try await opener.create("\(root)/paused", Array(#"{"who":"ops"}"#.utf8))
            try await eventually("the watcher is paused, and nobody else can end it") {
                let status = try await get("/status", from: watched.watcher.port).body
                let acl = try await owner.acl("\(root)/paused").acl
                return status.contains(#""who":"ops""#)
                    && acl.entries.allSatisfy { $0.scheme != "world" || $0.permissions == .read }
            }
            for name in ["switchover", "paused"] { try await owner.delete("\(root)/\(name)") }

            // Created, and changed by whoever was faster than the watcher.
            let words = [
                "switchover": #"{"id":"3","to":"\#(old.colonAddress)"}"#, "paused": #"{"who":"me"}"#,
                "accept-loss": #"{"who":"me","why":"x"}"#,
            ]
            for (name, word) in words {
                try await opener.multi([
                    .create("\(root)/\(name)", Array("{}".utf8), .persistent),
                    .set("\(root)/\(name)", Array(word.utf8), version: 0),
                ])
            }
            for name in words.keys {
                try await watched.alerts("bad-node", about: "\(root)/\(name)", saying: "create it anew")
            }
            let status = try await get("/status", from: watched.watcher.port).body
            #expect(!status.contains(#""who":"me""#), "\(status)")
            #expect(try await cluster.text(path) == words["switchover"])
            #expect(await new.role == "master")
            await owner.close()
            await opener.close()
        }
    }

    /// Made by somebody who may create nodes there and is not the user of `ZK_AUTH`.
    @Test func what_somebody_else_registers_is_told_nothing_by_anybody() async throws {
        try await TestCluster.with(Self.variables) { cluster in
            let stranger = Digest(user: "stranger", password: "x")
            let owner = try await session(
                cluster, Digest("interrex:4713")!,
                ACL(ACL.readable.entries + [.init([.read, .create], scheme: "digest", id: stranger.id)]))
            try await owner.create(cluster.root, parents: true)
            for parent in ["members", "sentinels", "identities", "candidates"] {
                try await owner.create("\(cluster.root)/\(parent)")
            }
            let other = try await session(cluster, stranger, .readable)
            let traps = try (0..<3).map { _ in try PasswordTrap() }
            for (trap, path) in zip(
                traps, ["members/x", "sentinels/x", "identities/0c0c0c0c-0d0d-4e0e-8f0f-101010101010"])
            {
                let data = Array("127.0.0.1 \(trap.port)".utf8)
                try await other.create("\(cluster.root)/\(path)", data, path == "members/x" ? .ephemeral : .persistent)
            }
            let servers = try await whole(cluster)
            try await eventually("the watcher names them") {
                let body = try await get("/status", from: servers.watcher.port).body
                return ["members/x", "sentinels/x"].allSatisfy { body.contains("\(cluster.root)/\($0) in ZooKeeper") }
            }
            for server in [servers.replica, servers.sentinel] {
                #expect(server.count(of: "\(cluster.root)/members/x in ZooKeeper can't be used") == 1)
            }
            for trap in traps { #expect(!trap.heard.contains("AUTH"), "\(trap.heard)") }
            await owner.close()
            await other.close()
        }
    }

    /// What others may change is no reason to destroy anything; a crash is got over all the same.
    @Test func where_others_may_change_the_nodes_a_crash_is_got_over_and_nobody_s_word_is_taken() async throws {
        let variables = ["ZK_AUTH": "interrex:4713"]
        try await WatchedCluster.with(watchers: 0, variables) { watched in
            let cluster = watched.cluster
            let user = Digest("interrex:4713")!
            let (owner, opener) = (
                try await session(cluster, user, .readable), try await session(cluster, user, .open)
            )
            // Made by somebody before there was ZK_AUTH.
            try await opener.create("\(cluster.root)/watchers")
            // Of several roots, as one would not start at all.
            let watcher = try await watched.startWatcher(["ZK_ROOT": "\(cluster.root),/none"])
            try await watched.isCalm(under: watcher)
            try await eventually("it says so") {
                let status = try await get("/clusters/\(cluster.root.dropFirst())/status", from: watcher.port).body
                return status.contains("bad-acl") && status.contains("no server is attached or switched over")
            }

            let (master, heir) = (watched.master, watched.replicas[0])
            try await owner.create(
                "\(cluster.root)/switchover", Array(#"{"id":"7","to":"\#(heir.colonAddress)"}"#.utf8))
            try await eventually("it is refused") {
                let answer = try await cluster.text("\(cluster.root)/switchover") ?? ""
                return answer.contains("refused") && answer.contains("ZK_AUTH")
            }
            // A second master that nobody names would be a replica again within seconds.
            let stray = watched.replicas[1]
            try await stray.ask("REPLICAOF", "NO", "ONE")
            try await watched.stays("it is left alone", for: .seconds(4)) { await stray.role == "master" }
            try await stray.ask("REPLICAOF", "127.0.0.1", "\(master.port)")
            try await stray.linked(to: master)
            try await watched.isCalm(under: watcher)

            try await watched.kill(master)
            try await watched.agree(onOtherThan: master)
            try await eventually("it says so") { watcher.count(of: "(succession)") == 1 }

            let lease = try await heir.lease
            kill(lease.pid, SIGKILL)
            try await eventually("its node is gone", within: .seconds(20)) {
                try await cluster.leases("members")[heir.address] == nil
            }
            let folder = try TemporaryFolder("renew")
            let renewal = try ChildProcess(
                try interrexBinary(), ["renew-lease", "\(heir.process.pid)"],
                environment: ["PATH": "/usr/bin:/bin", "ZK_HOSTS": cluster.servers].merging(variables) { $1 },
                folder: folder.path, output: "\(folder.path)/output")
            #expect(try await renewal.wait(within: .seconds(20)) == 77, "\(renewal.text)")
            #expect(renewal.text.contains("setAcl -R"), "\(renewal.text)")
            await owner.close()
            await opener.close()
        }
    }

    /// Neither in what the kernel shows of a process, nor in what a hook gets to see of its parent.
    @Test func no_secret_stays_in_an_environment() async throws {
        let folder = try TemporaryFolder("hooks")
        let dump = "#!/bin/sh\n{ env; cat /proc/$PPID/environ; cat /proc/$PPID/mem; } >\(folder.path)/out.txt 2>&1\n"
        try write(dump, to: "\(folder.path)/dump")
        chmod("\(folder.path)/dump", 0o755)
        try await TestCluster.with(Self.variables.merging(["HOOKS_DIR": folder.path]) { $1 }) { cluster in
            let servers = try await whole(cluster)
            let all = [servers.master, servers.replica, servers.sentinel, servers.watcher]
            for pid in all.flatMap({ [$0.process.pid] + $0.children }) {
                let environment = contents(of: "/proc/\(pid)/environ")
                for secret in ["4711", "4712", "4713"] { #expect(!environment.contains(secret), "\(environment)") }
            }
            try await eventually("a hook has run") { contents(of: "\(folder.path)/out.txt").contains("INTERREX_EVENT") }
            for secret in ["4711", "4712", "4713"] { #expect(!contents(of: "\(folder.path)/out.txt").contains(secret)) }
        }
    }

    private func session(_ cluster: TestCluster, _ digest: Digest, _ acl: ACL) async throws -> Session {
        var configuration = Session.Configuration(servers: try ConnectString(cluster.servers))
        configuration.digest = digest
        configuration.acl = acl
        return try await Session.connect(configuration, within: .seconds(15))
    }
}
