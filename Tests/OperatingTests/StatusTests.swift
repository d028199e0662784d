import Cluster
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex status` of each state that lasts: verdict, finding and exit code.
@Suite(.inTurn) struct StatusTests {
    @Test func aHealthyClusterIsHealthy() async throws {
        try await WatchedCluster.with(watchers: 2) { cluster in
            let told = try await eventually("all is well") {
                let told = try await cluster.cluster.interrex("status")
                return told.code == 0 ? told : nil
            }
            #expect(told.lines.first == "\(cluster.cluster.root)  healthy")
            #expect(told.output.contains("master \(cluster.master.colonAddress)"))
            #expect(told.errors.isEmpty)
            for server in cluster.members + cluster.sentinels + cluster.watchers {
                #expect(told.lines.contains { $0.hasPrefix(server.colonAddress) }, "\(told.output)")
            }
            // Not a page that is wider than a terminal of 80 columns, and nothing but ASCII where the locale has no
            // more.
            for columns in [60, 80] {
                for tree in [[], ["--tree"]] {
                    let narrow = try await OperatorCommand.run(
                        ["status"] + tree,
                        ["ZK_HOSTS": cluster.cluster.servers, "COLUMNS": "\(columns)", "LC_ALL": "C", "TERM": "dumb"])
                    #expect(narrow.lines.allSatisfy { $0.count <= columns && $0.utf8.allSatisfy { $0 < 0x7f } })
                }
            }
            let table = try await cluster.cluster.interrex("status", "--tsv")
            #expect(table.lines.count == 9)
            #expect(Set(table.lines.map { $0.split(separator: "\t").count }) == [10])
            let all = try await cluster.cluster.interrex("status", "--all")
            #expect(all.code == 0)
            let alone = try await cluster.cluster.interrex("status", "--all", cluster.cluster.root)
            #expect(alone.code == 0 && alone.output == all.output, "\(alone.output)")
            #expect(
                all.lines.count == 2 && all.lines[1].hasSuffix("  healthy")
                    && all.lines[1].hasPrefix("\(cluster.cluster.root)  "), "\(all.output)")
        }
    }

    @Test func whoIsMissingIsSaid() async throws {
        try await WatchedCluster.with { cluster in
            try await cluster.kill(cluster.replicas[0])
            let (missing, code) = try await cluster.cluster.status(findings: ["missing-replicas"])
            #expect(code == 1)
            #expect(missing.verdict == "degraded: a replica is missing")
            try await cluster.kill(cluster.watcher)
            try await cluster.cluster.status(findings: ["missing-replicas", "no-watcher"])
            try await cluster.kill(cluster.sentinels[0])
            try await cluster.kill(cluster.sentinels[1])
            let (lost, _) = try await cluster.cluster.status(findings: ["sentinel-majority-lost"])
            #expect(lost.finding("sentinel-majority-lost")?.commands.isEmpty == false)
            // Nobody is left who would replace it.
            try await cluster.kill(cluster.master)
            let (dead, outage) = try await cluster.cluster.status(findings: ["no-master"])
            #expect(outage == 2)
            #expect(dead.state == "no-master")
            #expect(dead.verdict == "NO MASTER: the recorded master \(cluster.master.colonAddress) refuses connections")
            #expect(dead.findings.first?.weight == "outage")
        }
    }

    /// A person waits for no frozen server.
    @Test func whoIsFrozenIsSaidSoonEnough() async throws {
        try await WatchedCluster.with { cluster in
            let (replica, sentinel) = (cluster.replicas[0], cluster.sentinels[0])
            for frozen in [replica, sentinel] { frozen.process.signal(SIGSTOP) }
            let told = try await cluster.cluster.interrex("status", "--json")
            #expect(told.took < .seconds(4))
            let status = try told.decoded(OperatorCommand.Status.self)
            #expect(told.code == 1)
            #expect(status.finding("replica-not-linked")?.about == replica.colonAddress)
            #expect(status.finding("sentinel-unreachable")?.about == sentinel.colonAddress)
            #expect(status.servers.first { $0.address == replica.colonAddress }?.role == "silent")
            for frozen in [replica, sentinel] { frozen.process.signal(SIGCONT) }
            // Sentinel hears nothing of it for two seconds; before that it may be the way there that is cut.
            cluster.master.process.signal(SIGSTOP)
            let (masterless, code) = try await cluster.cluster.status(findings: ["no-master"], state: "no-master")
            cluster.master.process.signal(SIGCONT)
            #expect(code == 2)
            #expect(masterless.verdict.hasSuffix("does not answer"))
        }
    }

    @Test func withoutALeaseOrAMajorityOrderIsSaid() async throws {
        try await WatchedCluster.with { cluster in
            let replica = cluster.replicas[0]
            for lease in replica.children { kill(lease, SIGKILL) }
            let (status, _) = try await cluster.cluster.status(findings: ["no-lease"])
            let commands = status.finding("no-lease")?.commands ?? []
            #expect(commands.first?.hasPrefix("interrex renew-lease") ?? false)
            try await cluster.cluster.session.create(
                "\(cluster.cluster.root)/paused", Array(#"{"who":"ops","why":"maintenance"}"#.utf8))
            let (paused, code) = try await cluster.cluster.status(findings: ["paused"])
            #expect(code == 1)
            #expect(paused.finding("paused")?.text.contains("by ops") ?? false)
            #expect(paused.finding("paused")?.commands == ["interrex resume"])
        }
    }

    /// The record says one thing, the servers another.
    @Test func aDisagreementStandsOut() async throws {
        try await WatchedCluster.with(watchers: 0) { cluster in
            let (old, replica) = (cluster.master, cluster.replicas[0])
            try await cluster.cluster.session.set(
                "\(cluster.cluster.root)/master", Array(replica.address.utf8), version: nil)
            let (status, code) = try await cluster.cluster.status(findings: ["disagreement"])
            // Whoever asks the sentinels can write.
            #expect(code == 1)
            #expect(status.verdict.hasPrefix("degraded: ZooKeeper and the sentinels disagree"), "\(status.verdict)")
            let row = status.servers.first { $0.address == replica.colonAddress }
            #expect(row?.disagreement == "ZooKeeper records it as master, and it follows \(old.colonAddress)")
            let other = status.servers.first { $0.address == old.colonAddress }
            #expect(other?.disagreement == "3 of 3 sentinels name it as master, and ZooKeeper does not")
            let text = try await cluster.cluster.interrex("status")
            #expect(text.output.contains("  ! ZooKeeper records it as master"))
            for bad in ["", "1.2.3.4 0", "1.2.3.4 6379\nreplicaof 6.6.6.6 1"] {
                try await cluster.cluster.session.set("\(cluster.cluster.root)/master", Array(bad.utf8), version: nil)
                let (unusable, code) = try await cluster.cluster.status(findings: ["bad-node"])
                #expect(code == 1)
                #expect(unusable.verdict.contains("a node in ZooKeeper can't be used"), "\(unusable.verdict)")
            }
        }
    }

    @Test func aStrangerIsCalledOne() async throws {
        try await WatchedCluster.with(watchers: 0) { cluster in
            let replica = cluster.replicas[0]
            try await cluster.kill(replica)
            let mark = "{title} {listen-addr} {server-mode} /other mymaster 0123456789abcdef"
            let stranger = try await RedisServer.start(["--proc-title-template", mark], port: replica.port)
            let (status, code) = try await cluster.cluster.status(findings: ["stranger"])
            #expect(code == 1)
            let row = status.servers.first { $0.address == replica.colonAddress }
            #expect(row?.disagreement == "a server of another cluster has this port")
            await stranger.stop()
        }
    }

    @Test func aWrongPasswordIsSaid() async throws {
        let passwords = ["REDIS_PASSWORD": "right", "SENTINEL_PASSWORD": "watchful"]
        try await TestCluster.with(passwords.merging(["SENTINEL_QUORUM": "1"]) { $1 }) { cluster in
            let master = try cluster.redis(quickRedis)
            try await eventually("the master answers") {
                try? await redis(master.port, "ROLE", password: "right").hasPrefix("master")
            }
            let sentinel = try cluster.sentinel()
            try await eventually("the sentinel reaches it") {
                try? await redis(sentinel.port, "SENTINEL", "MASTERS", password: "watchful").contains("\(master.port)")
            }
            try await cluster.status(passwords, findings: ["no-watcher", "nobody-promotable"], state: "degraded")
            let told = try await cluster.interrex(
                "status", variables: ["REDIS_PASSWORD": "wrong", "SENTINEL_PASSWORD": "watchful"])
            // The sentinel has just heard the master: only we are kept out.
            #expect(told.code == 1)
            #expect(told.output.contains("REDIS_PASSWORD"), "\(told.output)")
            #expect(told.took < .seconds(4))
            let (locked, _) = try await cluster.status(["REDIS_PASSWORD": "right", "SENTINEL_PASSWORD": "wrong"])
            #expect(locked.finding("locked-out")?.text.contains("SENTINEL_PASSWORD") ?? false)
        }
    }

    /// Nothing is believed then, and that is no outage.
    @Test func anotherUserOfZooKeeperIsToldSo() async throws {
        let own = ["ZK_AUTH": "interrex:sesame"]
        try await WatchedCluster.with(members: 2, sentinels: 1, quorum: 1, own) { cluster in
            for command in ["status", "master", "replicas", "sentinels"] {
                let told = try await cluster.cluster.interrex(command, variables: ["ZK_AUTH": "another:one"])
                #expect(told.code == 77 && told.output.isEmpty, "\(command): \(told)")
                let lines = told.errors.split(separator: "\n")
                #expect(lines.count == 1 && told.errors.contains("set ZK_AUTH as the launchers have it"), "\(told)")
            }
            let all = try await cluster.cluster.interrex("status", "--all", variables: ["ZK_AUTH": "another:one"])
            #expect(all.output.contains("unseen"), "\(all)")
            #expect(try await cluster.cluster.interrex("status", variables: own).code == 0)
        }
    }

    @Test func allNamesWhatItMayNotRead() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { watched in
            let cluster = watched.cluster
            let hidden = "\(cluster.root)-hidden"
            var configuration = Session.Configuration(servers: try ConnectString(cluster.servers))
            configuration.digest = Digest("owner:secret")
            configuration.acl = .owner
            let owner = try await Session.connect(configuration, within: .seconds(10))
            try await owner.create(hidden)
            let all = try await cluster.interrex("status", "--all")
            #expect(all.lines.contains { $0.hasPrefix("\(cluster.root)  ") }, "\(all)")
            #expect(all.errors.contains("\(hidden) may not be read; check ZK_AUTH"), "\(all)")
            await owner.close()
        }
    }

    @Test func aResultThatIsLostIsSaid() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let folder = try TemporaryFolder("full")
            let place = ["ZK_HOSTS": cluster.cluster.servers, "ZK_ROOT": cluster.cluster.root]
            // The code of a verdict says more than that nobody could read it.
            for (command, code) in [(["master"], Int32(69)), (["status"], 1), (["doctor", "--list"], 69)] {
                let full = try ChildProcess(
                    interrexBinary(), command, environment: place, folder: folder.path, output: "/dev/full",
                    errors: "\(folder.path)/errors-\(command[0])")
                #expect(try await full.wait(within: .seconds(20)) == code)
                let errors = contents(of: "\(folder.path)/errors-\(command[0])")
                #expect(errors.contains("standard output can't be written"), "\(command): \(errors)")
            }
            let closed = try ChildProcess(
                "/bin/sh", ["-c", "exec \(try interrexBinary()) status --watch >&-"], environment: place,
                folder: folder.path, output: "\(folder.path)/output")
            #expect(try await closed.wait(within: .seconds(20)) == 0)
        }
    }

    @Test func nothingIsThereIsSaid() async throws {
        try await TestCluster.with { cluster in
            // Not there at all, and there without anything of a cluster.
            try await cluster.session.create("/empty", [], .persistent)
            for root in ["/nowhere", "/empty"] {
                for command in ["master", "sentinels", "replicas", "history"] {
                    let told = try await cluster.interrex(command, variables: ["ZK_ROOT": root])
                    #expect(told.code == 75 && told.output.isEmpty, "\(command): \(told)")
                    #expect(told.errors.contains("there is no cluster below \(root)"), "\(command): \(told)")
                }
            }
            let told = try await cluster.interrex("status", variables: ["ZK_ROOT": "/nowhere"])
            #expect(told.code == 2)
            #expect(told.lines.first == "/nowhere  NO MASTER: there is no cluster at /nowhere in ZooKeeper")
            let closed = try freePort()
            let gone = try await cluster.interrex("status", variables: ["ZK_HOSTS": "127.0.0.1:\(closed)"])
            #expect(gone.code == 69)
            #expect(gone.took < .seconds(4))
            #expect(gone.errors.split(separator: "\n").count == 1)
            #expect(gone.errors.contains("127.0.0.1:\(closed) refuses connections; check ZK_HOSTS"), "\(gone)")
            #expect(gone.errors.contains("clients of Redis and Sentinel go on without it"), "\(gone)")
        }
    }

    /// Frozen, its kernel still takes connections.
    @Test func aFrozenZooKeeperIsSaidSoonEnough() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        zookeeper.freeze()
        let told = try await OperatorCommand.run(["status"], ["ZK_HOSTS": zookeeper.connectString])
        zookeeper.thaw()
        #expect(told.code == 69)
        #expect(told.took < .seconds(4))
        try await zookeeper.stop()
    }
}

extension TestCluster {
    /// Waits until `interrex status` tells these findings, and this state.
    @discardableResult
    fileprivate func status(
        _ variables: [String: String] = [:], findings: Set<String> = [], state: String? = nil
    ) async throws -> (OperatorCommand.Status, code: Int32) {
        try await eventually("status tells \(findings) \(state ?? "")") {
            let (status, code) = try await self.status(variables)
            let isSo = state.map { $0 == status.state } ?? true
            return isSo && findings.isSubset(of: status.findings.map(\.name)) ? (status, code) : nil
        }
    }
}
