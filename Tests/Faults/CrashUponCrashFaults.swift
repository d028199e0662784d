import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Each new master is killed as soon as it takes writes. Failovers that overlapped would end with two sentinels of one
/// epoch and different masters, and demote the only live one ten seconds later (docs/facts.md,
/// equal-epochs-never-meet).
@Suite(.inTurn) struct CrashUponCrashFaults {
    /// Six rounds, in three clusters of their own.
    @Test("F32: after a crash upon a crash there is one master, and it stays", arguments: 1...3)
    func f32_after_a_crash_upon_a_crash_there_is_one_master_and_it_stays(number: Int) async throws {
        try await withFiveMembers { cluster in
            var master = cluster.master
            for round in 1...2 {
                try await cluster.kill(master)
                let second = try await cluster.takesWrites(otherThan: master)
                try await cluster.kill(second)
                for killed in [master, second] { try cluster.restart(killed) }
                master = try await cluster.agree(onOtherThan: nil, within: promised)
                try await cluster.stays("\(master.port) is the only master", for: .seconds(12)) {
                    try await cluster.agreedMaster()?.port == master.port
                }
                if round == 1 { try await cluster.isComplete() }
            }
        }
    }

    /// Each is killed as soon as it is recorded and another has its data: before that nobody may take its place but
    /// itself. The sentinels hear of most of them only after their end.
    @Test("F32: after six crashes without a pause there is one master, and it stays")
    func f32_after_six_crashes_without_a_pause_there_is_one_master_and_it_stays() async throws {
        try await withFiveMembers(failoverTimeout: .seconds(2)) { cluster in
            var master = cluster.master
            for _ in 1...6 {
                try await cluster.kill(master)
                let new = try await cluster.takesWrites(otherThan: master, within: promised)
                try cluster.restart(master)
                try await cluster.hasHeir(new, within: promised)
                master = new
            }
            master = try await cluster.agree(onOtherThan: nil, within: promised)
            try await cluster.stays("\(master.port) is the only master", for: .seconds(12)) {
                try await cluster.agreedMaster()?.port == master.port
            }
        }
    }

    /// Promise 5: 15 s, `down-after`, and twice `failover-timeout`; and the time in which a machine with two cores
    /// starts the killed ones again.
    private let promised = Duration.seconds(15 + 3 + 2 * 5 + 5)

    /// All members hold the same data, also on disk, and must do so in the end.
    private func withFiveMembers(
        failoverTimeout: Duration = .seconds(5), _ body: (WatchedCluster) async throws -> Void
    ) async throws {
        try await WatchedCluster.with(
            members: 5, downAfter: .seconds(3), failoverTimeout: failoverTimeout, redisSettings: persistentRedis
        ) { cluster in
            try await fill(cluster.master.port, keys: 100)
            try await cluster.master.isReplicated(to: 4)
            try await body(cluster)
            for member in cluster.members {
                guard try await redis(member.port, "GET", "key:100") == "value 100" else {
                    throw TestFailure("\(member.port) has lost what all members held")
                }
            }
        }
    }

    private let persistentRedis = """
        appendonly yes
        save ""
        repl-diskless-sync yes
        repl-diskless-sync-delay 0

        """
}

extension WatchedCluster {
    /// Waits until this master is the recorded one and a replica that may be promoted has all that it has taken.
    fileprivate func hasHeir(_ master: Launched, within limit: Duration) async throws {
        let written = await master.info("replication")["master_repl_offset"].flatMap { Int($0) } ?? .max
        try await eventually("\(master.port) is recorded, and a replica has its data", within: limit) {
            guard try await self.cluster.recordedMaster() == master.address else { return false }
            for member in self.running where member.port != master.port {
                guard await member.isLinked(to: master) else { continue }
                let info = await member.info("replication")
                let offset = info["slave_repl_offset"].flatMap { Int($0) } ?? 0
                if info["slave_priority"] == "100", offset >= written { return true }
            }
            return false
        }
    }
}
