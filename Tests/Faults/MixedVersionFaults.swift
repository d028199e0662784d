import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Watchers of two versions, as while they are replaced one after the other.
@Suite(.inTurn) struct MixedVersionFaults {
    @Test("F79: beside a watcher of another version that leads, each failover is written once, by one of the two")
    func f79_beside_another_versions_leader_each_failover_is_written_once() async throws {
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(1), failoverTimeout: .seconds(5)) { watched in
            let other = try await OtherWatcher.lead(watched)
            let ours = try await watched.startWatcher()
            try await eventually("ours has a connection to the master") { await watched.master.silentClients == 1 }
            let before = try await other.version()
            var (master, wins) = (watched.master, 0)

            // The other one is late: what it has read is overtaken.
            var new = try await failOver(watched, master) { _ in }
            #expect(try await !other.record(new, at: before))
            try await bringBack(master, to: new, watched)
            master = new

            // Ours is late: it is stopped while the other one writes.
            var seen = try await other.version()
            ours.process.signal(SIGSTOP)
            new = try await failOver(watched, master) { if try await other.record($0, at: seen) { wins += 1 } }
            ours.process.signal(SIGCONT)
            #expect(wins == 1)
            try await bringBack(master, to: new, watched)
            master = new

            // Both at once.
            seen = try await other.version()
            new = try await failOver(watched, master) { if try await other.record($0, at: seen) { wins += 1 } }
            try await bringBack(master, to: new, watched)
            // The other one writes no history, so each change of the record is one or the other.
            let history = try await watched.history()
            let version = try await other.version()
            #expect(version == before + Int32(history.count + wins), "\(wins) \(history)")
            #expect(version >= before + 3)
            #expect(ours.count(of: "this watcher leads") == 0 && ours.count(of: "(succession)") == 0)

            // Upgraded: ours leads, and writes down what the other one never knew.
            try await other.end()
            try await recovery {
                try await eventually("ours leads and has written down the epoch") {
                    let epoch = await watched.sentinels[0].monitored["config-epoch"]
                    let kept = try await watched.record()?.sentinelEpoch.map(String.init)
                    return ours.count(of: "this watcher leads") == 1 && kept == epoch
                }
            }
            #expect(try await watched.record()?.replicationID != nil)
        }
    }

    /// Kills the master, calls `record` with the first other that takes writes, and waits until all agree on it.
    private func failOver(
        _ watched: WatchedCluster, _ old: Launched, record: (Launched) async throws -> Void
    ) async throws -> Launched {
        try await watched.kill(old)
        try await record(watched.takesWrites(otherThan: old))
        return try await watched.agree(onOtherThan: old)
    }

    private func bringBack(_ old: Launched, to new: Launched, _ watched: WatchedCluster) async throws {
        try await watched.restart(old).ready().linked(to: new)
        try await watched.isComplete()
    }

    @Test("F79: what a newer version has written is read, and a failover is forced and recorded by one of two watchers")
    func f79_fields_of_a_newer_version_stop_nobody() async throws {
        try await WatchedCluster.with(watchers: 2) { watched in
            let (session, root) = (watched.cluster.session, watched.cluster.root)
            let kept = try #require(try await watched.record())
            let newer = "\(kept.json.dropLast()),\"later\":{\"a\":[1,null]},\"zone\":\"b\"}"
            try await session.set("\(root)/cluster", Array(newer.utf8))
            let entry = """
                [{"time":"2026-01-01T00:00:00.000Z","new":"192.0.2.1:6379","cause":"magic","members":3,\
                "by":"192.0.2.2:8080","later":{"a":[1]}}]
                """
            try await session.set("\(root)/history", Array(entry.utf8))
            let before = try #require(try await watched.node("master")?.stat.version)
            let old = watched.master
            try await watched.kill(old)
            let new = try await recovery { try await watched.agree(onOtherThan: old) }
            #expect(try await watched.node("master")?.stat.version == before + 1)
            #expect(try await watched.history().map(\.new) == ["192.0.2.1:6379", new.colonAddress])
            #expect(watched.watchers.map { $0.count(of: "(succession)") } == [1, 0])
            #expect(watched.watchers.map { $0.count(of: " warning ") + $0.count(of: " error ") } == [0, 0])
            #expect(try await watched.record()?.id == kept.id)
        }
    }
}

/// A watcher that knows less than ours: of `/redis/cluster` it writes only what the first claim wrote, and no history.
private struct OtherWatcher {
    let watched: WatchedCluster
    let path: String

    /// Enters it as the first one, so that it leads.
    static func lead(_ watched: WatchedCluster) async throws -> OtherWatcher {
        let (session, parent) = (watched.cluster.session, "\(watched.cluster.root)/watchers")
        let address = Array("127.0.0.1 \(try freePort())".utf8)
        let path = try await session.create("\(parent)/n-", address, .ephemeralSequential, parents: true)
        return OtherWatcher(watched: watched, path: path)
    }

    func end() async throws { try await watched.cluster.session.delete(path) }

    /// Of `/redis/master`.
    func version() async throws -> Int32 { try #require(try await watched.node("master")).stat.version }

    /// Records a master at the version that was read before; false where somebody was quicker.
    func record(_ new: Launched, at version: Int32) async throws -> Bool {
        let (session, root) = (watched.cluster.session, watched.cluster.root)
        let kept = try #require(try await watched.record())
        do throws(ZooKeeperError) {
            try await session.set("\(root)/master", Array(new.address.utf8), version: version)
        } catch {
            guard error.code == .badVersion else { throw error }
            return false
        }
        try await session.set("\(root)/cluster", Array(ClusterRecord(id: kept.id, members: kept.members).json.utf8))
        return true
    }
}
