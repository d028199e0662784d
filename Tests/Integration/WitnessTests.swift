import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// One that must never be master stands in a cold start all the same: what its copy is worth is known then.
@Suite(.inTurn) struct WitnessTests {
    /// Snapshots only, so a crash costs every copy its last seconds.
    private let leading = "appendonly no\nsave 3600 1000000\nrepl-diskless-sync yes\nrepl-diskless-sync-delay 0\n"
    private var never: String { leading + "replica-priority 0\n" }

    @Test func where_all_have_lost_their_last_seconds_one_begins_that_may_lead_and_nobody_is_waited_for() async throws {
        try await TestCluster.with { cluster in
            let members = try await outage(cluster, witnessHas: 100)
            let returned = try comeBack(members, cluster)
            let master = try await returned.united()
            #expect(master.port != returned[2].port)
            for member in returned { #expect(try await redis(member.port, "DBSIZE") == "100") }
        }
    }

    /// And then somebody says that it will do without it: its copy stays beside what it follows.
    @Test func where_it_has_more_than_all_that_may_lead_nobody_begins_without_a_word_and_it_is_named() async throws {
        try await TestCluster.with(["MASTER_TIMEOUT": "120s"]) { cluster in
            let members = try await outage(cluster, witnessHas: 150)
            let returned = try comeBack(members, cluster)
            for member in returned {
                try await eventually("\(member.port) names it: \(member.process.text)") {
                    member.lines.contains {
                        $0.contains("what it held is on 127.0.0.1:\(returned[2].port), which may never be one")
                            && $0.contains("accept-loss")
                    }
                }
            }
            #expect(returned.allSatisfy { $0.process.exitCode == nil })
            #expect(try await cluster.recordedMaster() == members[0].address)
            try await cluster.acceptLoss()
            let master = try await returned.united()
            #expect(master.port != returned[2].port)
            for member in returned { #expect(try await redis(member.port, "DBSIZE") == "100") }
            #expect(returned[2].asides.contains { $0.hasPrefix("dump.rdb.aside-") }, "\(returned[2].asides)")
        }
    }

    /// Three members, the last of which must never be master: 300 keys were written, of which the two others have 100
    /// on disk.
    private func outage(_ cluster: TestCluster, witnessHas keys: Int) async throws -> [Launched] {
        let master = try await cluster.redis(leading).ready()
        var members = [master]
        for settings in [leading, never] {
            members.append(try await cluster.redis(settings).ready().linked(to: master))
        }
        try await fill(master.port, keys: 100)
        for member in members { try await save(member, 100, as: master) }
        if keys > 100 {
            try await fill(master.port, keys: keys - 100, prefix: "more")
            try await save(members[2], keys, as: master)
        }
        try await fill(master.port, keys: 300 - keys, prefix: "lost")
        try await master.isReplicated(to: 2)
        try await cluster.isKnownToHold(300)
        for member in members { Glibc.kill(-member.process.pid, SIGKILL) }
        for member in members { try await member.process.wait() }
        return members
    }

    /// Writes a member's data to its disk, and waits until its lease knows.
    private func save(_ member: Launched, _ keys: Int, as master: Launched) async throws {
        try await master.isReplicated(to: 2)
        #expect(try await redis(member.port, "SAVE") == "OK")
        try await member.isNoted()
        #expect(try await redis(member.port, "DBSIZE") == "\(keys)")
    }

    /// On other ports, all at once.
    private func comeBack(_ members: [Launched], _ cluster: TestCluster) throws -> [Launched] {
        try zip(members, [leading, leading, never]).map { try cluster.redis($1, folder: $0.folder) }
    }
}
