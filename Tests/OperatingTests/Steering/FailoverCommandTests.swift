import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex failover` on real servers that can't help themselves.
@Suite(.inTurn) struct FailoverCommandTests {
    private struct Outcome: Decodable {
        var state: String
        var from, to: String?
        var epoch, lostBytes, tookMs: Int?
    }

    /// Two of three sentinels are gone, and the master is frozen: nobody else would do anything.
    @Test(arguments: [0, 1])
    func aFrozenMasterWithoutAMajorityIsReplaced(watchers: Int) async throws {
        try await WatchedCluster.with(watchers: watchers, downAfter: .seconds(2)) { cluster in
            let old = cluster.master
            let writers = Writers(2, sentinels: [cluster.sentinels[0].place])
            try await writers.write(100)
            try await cluster.loseTheMajority()
            let confirmed = cluster.forced

            let wrong = try await cluster.steer("failover", "--confirm", "/another")
            #expect(wrong.code == 64 && wrong.errors.contains("--confirm must be the cluster's root"), "\(wrong)")
            let nobody = try await cluster.steer("failover")
            #expect(nobody.code == 64 && nobody.errors.contains("add --confirm \(cluster.cluster.root)"), "\(nobody)")
            let dry = try await cluster.steer("failover", "--dry-run")
            #expect(dry.code == 0 && dry.output.contains("lost would be: "), "\(dry)")
            #expect(
                dry.output.contains("may live and hang") && dry.output.contains("1 of 3 sentinels answer"), "\(dry)")
            let planned = try await cluster.steer("failover", "--dry-run", "--json")
            #expect(planned.code == 0 && planned.output.hasPrefix(#"{"state":"planned","from":"#), "\(planned)")
            #expect(try await cluster.cluster.recordedMaster() == old.address)

            let ended = try await cluster.run(confirmed + ["--why", "it hangs", "--json"])
            #expect(ended.code == 0, "\(ended)")
            let outcome = try ended.decoded(Outcome.self)
            #expect(outcome.state == "done" && outcome.from == old.colonAddress && outcome.epoch != nil, "\(ended)")
            let new = try #require(cluster.replicas.first { $0.colonAddress == outcome.to })
            #expect(try await cluster.cluster.recordedMaster() == new.address)
            let entry = try #require(try await cluster.history().last)
            #expect(entry.cause == "promoted" && entry.new == new.colonAddress, "\(entry)")
            #expect(entry.who?.hasPrefix("ops@") == true && entry.who?.hasSuffix("(it hangs)") == true, "\(entry)")
            #expect(await cluster.sentinels[0].named == new.address)
            for replica in cluster.replicas where replica.port != new.port { try await replica.linked(to: new) }
            try await writers.write(50)
            // Of each writer the last write may have been acknowledged before a replica had it.
            let ledger = await writers.stop()
            #expect(try await ledger.lost(on: new.place).count <= 2)

            let again = try await cluster.run(confirmed)
            #expect(again.code == 75 && again.errors.contains("answers as master"), "\(again)")
            // The old one comes back.
            if watchers > 0 { #expect(try await cluster.comesBack().port == new.port) }
            old.process.signal(SIGCONT)
        }
    }

    @Test func whereItIsNotNeededItIsRefused() async throws {
        try await WatchedCluster.with { cluster in
            let confirmed = cluster.forced
            let healthy = try await cluster.run(confirmed)
            #expect(healthy.code == 75 && healthy.errors.contains("say interrex switchover"), "\(healthy)")
            #expect(try await cluster.history().isEmpty)
            let elsewhere = try await cluster.steer("failover", "--confirm", "/nix", with: ["ZK_ROOT": "/nix"])
            #expect(elsewhere.code == 75 && elsewhere.errors.contains("no cluster below"), "\(elsewhere)")
            cluster.master.process.signal(SIGSTOP)
            for (target, text) in [
                ("127.0.0.1:1", "is no server of this cluster"), ("nowhere", "which is no HOST:PORT"),
            ] {
                let refused = try await cluster.run(confirmed + ["--to", target])
                #expect([75, 64].contains(refused.code) && refused.errors.contains(text), "\(refused)")
            }
            cluster.master.process.signal(SIGCONT)
        }
    }

    /// A second master that nobody has recorded would be worse than none.
    @Test func whatCanNotBeRecordedIsNotPromoted() async throws {
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(2)) { cluster in
            let (old, heir, root) = (cluster.master, cluster.replicas[0], cluster.cluster.root)
            try await cluster.loseTheMajority()
            let said = cluster.forced + ["--to", heir.colonAddress]
            func isRefused(_ code: Int32, saying text: String) async throws {
                let refused = try await cluster.run(said)
                #expect(refused.code == code && refused.errors.contains(text), "\(refused)")
                #expect(await heir.role == "slave")
                #expect(try await cluster.cluster.recordedMaster() == old.address)
            }
            // What is recorded may be read, and not be changed.
            for node in ["master", "cluster"] {
                try await cluster.zooKeeper("setAcl \(root)/\(node) world:anyone:ra")
                try await isRefused(77, saying: "\(root)/\(node)")
                try await cluster.zooKeeper("setAcl \(root)/\(node) world:anyone:cdrwa")
            }
            let session = cluster.cluster.session
            let (record, master) = (try await session.get("\(root)/cluster"), try await session.get("\(root)/master"))
            try await session.set("\(root)/cluster", Array("{".utf8))
            try await isRefused(65, saying: "\(root)/cluster")
            try await session.set("\(root)/cluster", record.data)
            try await session.set("\(root)/master", Array("nowhere".utf8))
            let unreadable = try await cluster.run(said)
            #expect(unreadable.code == 65 && unreadable.errors.contains("\(root)/master"), "\(unreadable)")
            try await session.set("\(root)/master", master.data)
            #expect(await heir.role == "slave")
            let ended = try await cluster.run(said)
            #expect(ended.code == 0, "\(ended)")
            old.process.signal(SIGCONT)
        }
    }

    /// Everybody has a password but whoever gives the command; then he has it.
    @Test func withoutThePasswordNothingIsForced() async throws {
        let password = ["REDIS_PASSWORD": "a-long-secret"]
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(2)) { cluster in
            try await cluster.loseTheMajority()
            for replica in cluster.replicas {
                try await replica.ask("CONFIG", "SET", "masterauth", "a-long-secret", "requirepass", "a-long-secret")
            }
            let root = cluster.cluster.root
            for wrong in [[:], ["REDIS_PASSWORD": "wrong"]] {
                let refused = try await cluster.steer("failover", "--confirm", root, with: wrong)
                #expect(refused.code == 77 && refused.errors.contains("REDIS_PASSWORD"), "\(refused)")
                #expect(!"\(refused)".contains("secret"))
            }
            let ended = try await cluster.steer("failover", "--confirm", root, with: password)
            #expect(ended.code == 0 && ended.output.contains("is master, after"), "\(ended)")
            #expect(try await cluster.cluster.recordedMaster() != cluster.master.address)
            cluster.master.process.signal(SIGCONT)
        }
    }

    /// It ended between the promotion and the record: whoever says it again finishes it; and where the old master comes
    /// back first, all agree.
    @Test(arguments: [true, false])
    func itEndsBeforeTheRecord(isSaidAgain: Bool) async throws {
        try await WatchedCluster.with(downAfter: .seconds(2)) { cluster in
            let (old, heir) = (cluster.master, cluster.replicas[0])
            try await cluster.loseTheMajority()
            try await heir.ask("REPLICAOF", "NO", "ONE")
            #expect(try await cluster.cluster.recordedMaster() == old.address)
            if isSaidAgain {
                let again = try await cluster.run(cluster.forced)
                #expect(again.code == 0 || again.errors.contains("answers as master"), "\(again)")
                #expect(try await cluster.cluster.recordedMaster() == heir.address, "\(again)")
            }
            let master = try await cluster.comesBack()
            if isSaidAgain { #expect(master.port == heir.port) }
        }
    }

    /// Wherever in it that is.
    @Test(arguments: [0, 10, 25, 50])
    func itIsKilled(milliseconds: Int) async throws {
        try await WatchedCluster.with(downAfter: .seconds(2)) { cluster in
            try await cluster.loseTheMajority()
            let running = try cluster.begin("failover", "--confirm", cluster.cluster.root)
            try await running.says("promoting")
            // A moment of the test's choice, and no wait for anything.
            try await Task.sleep(for: .milliseconds(milliseconds))
            running.process.signal(SIGKILL)
            try await running.process.wait()
            try await cluster.comesBack()
        }
    }

    /// What was promoted is recorded all the same; where the signal was faster, nobody is.
    @Test func ctrlCIsHeardBehindTheRecord() async throws {
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(2)) { cluster in
            try await cluster.loseTheMajority()
            let running = try cluster.begin("failover", "--confirm", cluster.cluster.root)
            try await running.says("promoting")
            running.process.signal(SIGINT)
            let ended = try await running.end()
            #expect(ended.code == 130, "\(ended)")
            let masters = try await cluster.replicas.masters()
            let recorded = try await cluster.cluster.recordedMaster()
            let isUntouched = masters.isEmpty && recorded == cluster.master.address
            #expect(isUntouched || masters.map(\.address) == [recorded], "\(ended)")
            cluster.master.process.signal(SIGCONT)
        }
    }

    @Test func aPersonTypesTheRoot() async throws {
        try await WatchedCluster.with(members: 2, watchers: 0) { cluster in
            try await cluster.loseTheMajority()
            let terminal = try Terminal()
            let running = try cluster.begin("failover", on: terminal)
            try await eventually("it asks") { terminal.text.contains("type /redis:") }
            terminal.type("yes\n")
            #expect(try await running.process.wait() == 64, "\(terminal.text)")
            try await eventually("it is said") { terminal.text.contains("\nnothing was changed: that is not /redis\n") }
            #expect(try await cluster.cluster.recordedMaster() == cluster.master.address)
            let other = try Terminal()
            let agreed = try cluster.begin("failover", on: other)
            try await eventually("it asks") { other.text.contains("type /redis:") }
            other.type("/redis\n")
            #expect(try await agreed.process.wait() == 0, "\(other.text)")
            #expect(try await cluster.cluster.recordedMaster() == cluster.replicas[0].address)
            cluster.master.process.signal(SIGCONT)
        }
    }
}

extension WatchedCluster {
    fileprivate var forced: [String] { ["failover", "--confirm", cluster.root] }

    /// Two of three sentinels are gone, and the master is frozen: nobody else would do anything.
    fileprivate func loseTheMajority() async throws {
        try await kill(sentinels[1])
        try await kill(sentinels[2])
        master.process.signal(SIGSTOP)
    }

    /// All of them are there again. Returns the master on which they agree.
    @discardableResult
    fileprivate func comesBack() async throws -> Launched {
        master.process.signal(SIGCONT)
        try restart(sentinel: sentinels[1])
        try restart(sentinel: sentinels[2])
        return try await agree(onOtherThan: nil, within: .seconds(60))
    }

    /// One command of ZooKeeper's own client.
    fileprivate func zooKeeper(_ command: String) async throws {
        let folder = try TemporaryFolder("zkcli")
        let client = try ChildProcess(
            "/usr/share/zookeeper/bin/zkCli.sh",
            ["-server", cluster.servers] + command.split(separator: " ").map(String.init),
            folder: folder.path, output: "\(folder.path)/output")
        let code = try await client.wait(within: .seconds(30))
        guard code == 0 else { throw TestFailure(client.text) }
    }
}
