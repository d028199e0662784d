import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A replica that started empty can't be promoted before it has its master's data.
@Suite(.inTurn) struct PriorityTests {
    @Test func a_replica_that_never_synchronised_is_not_promoted_and_the_data_returns_with_its_master() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(patientMaster(delay: 60)).ready()
            try await fill(master.port, keys: 1_000)
            let replica = try await cluster.redis(patientMaster(delay: 60)).ready()
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 1)
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) knows that the replica's priority is 0") {
                    await sentinel.knownReplica["slave-priority"] == "0"
                }
            }
            #expect(await replica.info("replication")["master_link_status"] == "down")

            master.process.signal(SIGKILL)
            try await master.process.wait()
            // Sentinel's own failover, and then each sentinel when it is told to.
            try await eventually("a sentinel has tried to fail over", within: .seconds(30)) {
                sentinels.contains { $0.process.text.contains("-failover-abort-no-good-slave") }
            }
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) finds nobody to promote", within: .seconds(30)) {
                    let answer = try await redis(sentinel.port, "SENTINEL", "FAILOVER", "mymaster")
                    guard answer.hasPrefix("-") else { throw TestFailure("SENTINEL FAILOVER answered \(answer)") }
                    return answer.hasPrefix("-NOGOODSLAVE")
                }
                #expect(!sentinel.process.text.contains("+selected-slave"))
            }
            #expect(await replica.role == "slave")

            let settings = patientMaster(delay: 0)
            let returned = try await cluster.redis(settings, port: master.port, folder: master.folder).ready()
            #expect(try await redis(returned.port, "DBSIZE") == "1000")
            try await replica.linked(to: returned, within: .seconds(60))
            #expect(await returned.role == "master")
            #expect(try await redis(replica.port, "DBSIZE") == "1000")
            #expect(try await redis(replica.port, "GET", "key:1000") == "value 1000")
            // From now on it may be promoted.
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) knows that the replica's priority is 100") {
                    await sentinel.knownReplica["slave-priority"] == "100"
                }
            }
        }
    }

    @Test(arguments: [("", "100"), ("replica-priority 7\n", "7")])
    func after_the_first_synchronisation_the_priority_is_the_users(setting: String, priority: String) async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(patientMaster(delay: 60)).ready()
            try await fill(master.port, keys: 1)
            let replica = try await cluster.redis(patientMaster(delay: 60) + setting).ready()
            try await eventually("the replica waits for its first synchronisation") {
                await master.info("replication")["slave0"]?.contains("state=wait_bgsave") == true
            }
            #expect(try await redis(replica.port, "CONFIG", "GET", "replica-priority") == "replica-priority\n0")
            #expect(await replica.priorityWrites == 0)

            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "0")
            try await replica.linked(to: master)
            try await eventually("the lease sets the priority") {
                await replica.info("replication")["slave_priority"] == priority
            }
            try await eventually("and takes its word away") { try await !replica.awaits }
        }
    }

    @Test(arguments: [
        ("replica-priority 0\n", []), ("slave-priority 0\n", []), ("", ["--replica-priority", "0"]),
    ])
    func a_priority_of_0_that_the_user_has_set_stays(setting: String, arguments: [String]) async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await fill(master.port, keys: 1)
            let settings = try TemporaryFolder("settings")
            try write(quickRedis + setting, to: "\(settings.path)/redis.conf")
            let replica = try Launched(
                .redis, zookeeper: cluster.servers, root: cluster.root, ["REDIS_CONF": "\(settings.path)/redis.conf"],
                arguments: arguments.isEmpty ? [] : ["--"] + arguments)
            try await replica.ready().linked(to: master)
            try await eventually("the lease has looked at it") {
                access("\(replica.folder.path)/interrex.passport", F_OK) == 0
            }
            #expect(await replica.priorityWrites == 0)
            #expect(try await !replica.awaits)
            #expect(await replica.info("replication")["slave_priority"] == "0")
            await replica.stop()
        }
    }

    @Test func a_server_that_must_never_be_master_waits_for_another() async throws {
        try await TestCluster.with(["MASTER_TIMEOUT": "2s"]) { cluster in
            let never = try cluster.redis(quickRedis + "replica-priority 0\n")
            #expect(try await never.process.wait(within: .seconds(20)) == 75)
            #expect(never.process.text.contains("replica-priority 0"), "\(never.process.text)")
            #expect(try await cluster.recordedMaster() == nil)
        }
    }

    /// It was master under other settings.
    @Test func nor_does_it_come_back_as_the_master_that_it_was() async throws {
        try await TestCluster.with(["MASTER_TIMEOUT": "2s"]) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            await master.stop()
            let never = try cluster.redis(
                quickRedis + "replica-priority 0\n", port: master.port, folder: master.folder)
            #expect(try await never.process.wait(within: .seconds(20)) == 75)
            #expect(never.process.text.contains("replica-priority 0"), "\(never.process.text)")
        }
    }

    /// A lease that is refused asks ever more seldom, and says so once.
    @Test func a_priority_that_may_not_be_set_is_asked_for_seldom_and_set_once_it_may() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(patientMaster(delay: 60)).ready()
            try await fill(master.port, keys: 1)
            let replica = try await cluster.redis(patientMaster(delay: 60)).ready()
            try await eventually("the replica waits for its first synchronisation") {
                await master.info("replication")["slave0"]?.contains("state=wait_bgsave") == true
            }
            try await redis(replica.port, "ACL", "SETUSER", "default", "-config|set")
            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "0")
            try await replica.linked(to: master)
            try await eventually("the lease says so") { replica.process.text.contains("refuses CONFIG SET") }
            // How often it tries is counted over a time; no event ends that.
            try await Task.sleep(for: .seconds(2))
            let tries = await replica.refusedWrites
            #expect((3...12).contains(tries), "\(tries) in two seconds")
            #expect(replica.process.text.components(of: "refuses CONFIG SET") == 1)
            try await redis(replica.port, "ACL", "SETUSER", "default", "+config|set")
            try await eventually("it is set") { await replica.info("replication")["slave_priority"] == "100" }
            try await eventually("and said to be over") { replica.process.text.contains("lets its lease") }
        }
    }

    /// What it keeps until then is older than what the others have.
    @Test func so_it_is_for_a_replica_that_starts_with_its_masters_data() async throws {
        try await TestCluster.with { cluster in
            let settings = quickRedis + "replica-priority 7\n"
            let master = try await cluster.redis(settings).ready()
            try await fill(master.port, keys: 1)
            let replica = try await cluster.redis(settings).ready().linked(to: master)
            try await stopSaving(replica)
            let returned = try await cluster.redis(settings, port: replica.port, folder: replica.folder).ready()
            #expect(
                contents(of: "\(returned.folder.path)/redis-\(returned.port).conf").contains("replica-priority 0\n"))
            try await returned.linked(to: master)
            try await eventually("the lease sets the priority") {
                await returned.info("replication")["slave_priority"] == "7"
            }
        }
    }

    /// Every write on disk at once, and a wait of `delay` seconds before a replica gets its first copy.
    private func patientMaster(delay: Int) -> String {
        """
        appendonly yes
        appendfsync always
        save ""
        repl-diskless-sync yes
        repl-diskless-sync-delay \(delay)

        """
    }
}

extension Launched {
    /// The fields of the first replica that this sentinel knows; none while it knows none.
    fileprivate var knownReplica: [String: String] {
        get async {
            guard let text = try? await redis(port, "SENTINEL", "REPLICAS", "mymaster") else { return [:] }
            let words = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
            return Dictionary(pairs) { one, _ in one }
        }
    }

    /// Whether its mark says that its priority is ours.
    fileprivate var awaits: Bool {
        get async throws { try await redis(port, "CONFIG", "GET", "proc-title-template").contains("awaits=") }
    }

    /// How often `CONFIG SET` was refused by it.
    fileprivate var refusedWrites: Int {
        get async {
            let calls = await info("commandstats")["cmdstat_config|set"]?.split(separator: ",")
            return calls?.first { $0.hasPrefix("rejected_calls=") }?.split(separator: "=").last.flatMap { Int($0) } ?? 0
        }
    }

    /// How often `CONFIG SET` was called on it.
    fileprivate var priorityWrites: Int {
        get async {
            let calls = await info("commandstats")["cmdstat_config|set"]?.split(separator: ",").first
            return calls?.split(separator: "=").last.flatMap { Int($0) } ?? 0
        }
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
