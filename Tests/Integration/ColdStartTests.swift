import Cluster
import Fixtures
import Glibc
import Runtime
import Support
import Testing
import Throttle
import ZooKeeper

/// Everything is killed and comes back on other ports with what it has on disk, the stalest copy first.
@Suite(.inTurn) struct ColdStartTests {
    @Test(arguments: Disk.allCases) func the_freshest_copy_is_master_and_nothing_is_lost(on disk: Disk) async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), redisSettings: disk.settings) { watched in
            let old = try await watched.loseAll(disk)
            for member in old { try await watched.comesBack(member) }
            try watched.startOthers()
            try await watched.startWatcher()

            let master = try await watched.agree(onOtherThan: nil, within: .seconds(40))
            #expect(master.folder.path == old.last?.folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "700") }
            #expect(try await watched.cluster.children("/redis/candidates").isEmpty)

            try await watched.haveTheirPriority(under: master)
            try await watched.isComplete()
            try await watched.kill(master)
            let next = try await watched.agree(onOtherThan: master)
            #expect(try await redis(next.port, "DBSIZE") == "700")
        }
    }

    /// The freshest has 700 keys, and is missing: those that are left wait, until somebody gives it up.
    @Test func a_node_that_is_missing_for_good_is_waited_for_until_somebody_gives_it_up() async throws {
        try await WatchedCluster.with(
            downAfter: .seconds(2), ["MASTER_TIMEOUT": "12s"], redisSettings: Disk.log.settings
        ) { watched in
            let old = try await watched.loseAll(.log)
            for _ in 0..<2 {
                var returned: [Launched] = []
                for member in old.dropLast() { returned.append(try await watched.comesBack(member)) }
                for member in returned { #expect(try await member.process.wait(within: .seconds(30)) == 75) }
                // Each of them says what the best one lacks.
                for line in returned.compactMap(\.lines.last) {
                    for word in ["the cluster held 700 keys", "bytes of writes behind", "/redis/accept-loss"] {
                        #expect(line.contains(word), "\(line)")
                    }
                }
            }
            #expect(try await watched.cluster.recordedMaster() == old[2].address)
            for member in old.dropLast() { #expect(!entries(of: member.folder.path).contains { $0.contains("aside") }) }

            for member in old.dropLast() { try await watched.comesBack(member) }
            try await watched.cluster.acceptLoss()
            try watched.startOthers()
            try await watched.startWatcher()
            let master = try await watched.agree(onOtherThan: nil, within: .seconds(40))
            #expect(master.folder.path == old[1].folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "400") }
            #expect(try await watched.node("accept-loss") == nil, "it was used up")
        }
    }

    /// With the best copy that is here, and not before the time is over.
    @Test func after_a_set_time_the_best_that_is_here_begins_without_it() async throws {
        try await WatchedCluster.with(
            watchers: 0, downAfter: .seconds(2), ["ACCEPT_LOSS_AFTER": "15s"], redisSettings: Disk.log.settings
        ) { watched in
            let old = try await watched.loseAll(.log)
            let start = ContinuousClock.now
            for member in old.dropLast() { try await watched.comesBack(member) }
            let master = try await watched.running.united()
            #expect(ContinuousClock.now - start > .seconds(13))
            #expect(master.folder.path == old[1].folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "400") }
        }
    }

    @Test func without_any_data_one_of_them_is_master_as_soon_as_all_are_there() async throws {
        try await WatchedCluster.with(downAfter: .seconds(2)) { watched in
            try await watched.killAll()
            let start = ContinuousClock.now
            for member in watched.members { try watched.startMember(folder: member.folder) }
            try watched.startOthers()
            try await watched.startWatcher()
            try await watched.agree(onOtherThan: nil, within: .seconds(40))
            // The leases of the killed go with their session timeout of 6 s; half of MASTER_TIMEOUT would be 30 s.
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    /// Nobody has counted the members: each waits for as long as lost leases may take to come back.
    @Test func without_a_watcher_the_stalest_does_not_claim_because_it_is_first() async throws {
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(2), redisSettings: Disk.log.settings) {
            watched in
            let old = try await watched.loseAll(.log)
            for member in old { try await watched.comesBack(member) }
            let master = try await watched.running.united()
            #expect(master.folder.path == old.last?.folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "700") }
        }
    }

    @Test func zookeepers_data_may_be_lost_too() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await WatchedCluster.with(downAfter: .seconds(2), redisSettings: Disk.log.settings, on: zookeeper) {
            watched in
            let old = try await watched.loseAll(.log)
            try await zookeeper.restartWiped()
            let session = try await watched.cluster.another()
            for member in old { try await watched.comesBack(member, seenBy: session) }
            try watched.startOthers()
            let master = try await watched.running.united()
            #expect(master.folder.path == old.last?.folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "700") }
            let recorded = try await session.get("\(watched.cluster.root)/master")
            #expect(String(decoding: recorded.data, as: UTF8.self) == master.address)
            await session.close()
        }
        try await zookeeper.stop()
    }

    /// A redis-server would end at it, and everybody would wait for a master that never comes up.
    @Test func a_copy_that_is_cut_off_is_passed_over_and_set_aside() async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), redisSettings: Disk.snapshot.settings) { watched in
            let old = try await watched.loseAll(.snapshot)
            let freshest = try #require(old.last).folder
            let dump = try #require(readFile("\(freshest.path)/dump.rdb"))
            try writeBytes(Array(dump.dropLast(100)), to: "\(freshest.path)/dump.rdb")
            for member in old { try await watched.comesBack(member) }
            let master = try await watched.running.united()
            #expect(master.folder.path == old[1].folder.path)
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "400") }
            let aside = entries(of: freshest.path).filter { $0.hasPrefix("dump.rdb.aside-") }
            #expect(
                aside.count == 1 && aside.first.flatMap { readFile("\(freshest.path)/\($0)") } == dump.dropLast(100))
        }
    }

    @Test func a_launcher_that_waits_says_for_what_and_how_long_still_once_a_second() async throws {
        try await WatchedCluster.with(watchers: 0, redisSettings: Disk.log.settings) { watched in
            let old = try await watched.loseAll(.log)
            let start = ContinuousClock.now
            let first = try await watched.comesBack(old[0])
            // From then on it says what would be lost.
            try await eventually("its window is over", within: .seconds(30)) {
                first.lines.contains { $0.contains("the cluster held 700 keys") }
            }
            let lines = first.lines.filter { $0.contains("a cold start is under way") }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            #expect((4...Int(seconds) + 1).contains(lines.count), "\(lines)")
            let rests = lines.compactMap { $0.firstMatch(of: /waiting, (\d+) s still/).flatMap { Int($0.1) } }
            // The first line may come at the very beginning of the window.
            #expect(
                rests == rests.sorted(by: >) && [5, 6].contains(rests.first) && rests.count == lines.count, "\(lines)")
            #expect(lines.allSatisfy { $0.contains("1 of 3 members are here") }, "\(lines)")
            try await watched.cluster.acceptLoss()
            #expect(try await redis(first.ready().port, "DBSIZE") == "100")
        }
    }
}

/// What the members have on disk.
enum Disk: String, CaseIterable {
    case log, snapshot

    var settings: String {
        let common = "repl-diskless-sync yes\nrepl-diskless-sync-delay 0\n"
        return switch self {
        // Always: a write that waits for the last one's fsync would die with the process.
        case .log: "appendonly yes\nappendfsync always\nsave \"\"\n" + common
        case .snapshot: "appendonly no\nsave 3600 1\n" + common
        }
    }
}

extension WatchedCluster {
    /// Ends one member after the other while 100, 300 and 300 keys are written, then everything. Returns the members,
    /// the one with the fewest keys first.
    fileprivate func loseAll(_ disk: Disk) async throws -> [Launched] {
        let stages = [("first", 100, 2), ("second", 300, 1), ("third", 300, 0)]
        for (stage, keys, replicas) in stages {
            try await fill(master.port, keys: keys, prefix: stage)
            try await master.isReplicated(to: replicas)
            if replicas == 0 { try await killAll(but: master) }
            switch disk {
            case .log:
                // A lease looks once a second: what came after its last look is in the files, and in no passport.
                for member in members.prefix(replicas + 1) { try await member.isNoted() }
                if replicas == 0 { try await cluster.isKnownToHold(700) }
                try await kill(members[replicas])
            case .snapshot: try await stopSaving(members[replicas])
            }
        }
        return members.reversed()
    }

    /// SIGKILL to everything that runs, leases too, but one.
    fileprivate func killAll(but left: Launched? = nil) async throws {
        let all = (members + sentinels + watchers).filter { $0.process.exitCode == nil && $0.port != left?.port }
        for server in all { Glibc.kill(-server.process.pid, SIGKILL) }
        for server in all { try await server.process.wait() }
    }

    /// Starts a member with its data on another port, and waits until it stands, or is past that.
    @discardableResult
    fileprivate func comesBack(_ member: Launched, seenBy session: Session? = nil) async throws -> Launched {
        let new = try startMember(folder: member.folder)
        try await eventually("\(new.port) stands as a candidate", within: .seconds(30)) {
            if let code = new.process.exitCode { throw TestFailure("ended with \(code): \(new.process.text)") }
            return new.lines.contains { $0.contains("cold start") || $0.contains("starting as") }
        }
        return new
    }

    /// New sentinels, as many as there were.
    fileprivate func startOthers() throws { for _ in sentinels { try startSentinel() } }

    /// Waits until Sentinel may promote each running replica.
    fileprivate func haveTheirPriority(under master: Launched) async throws {
        for replica in running where replica.port != master.port {
            try await eventually("\(replica.port) has its priority") {
                await replica.info("replication")["slave_priority"] == "100"
            }
        }
    }
}
