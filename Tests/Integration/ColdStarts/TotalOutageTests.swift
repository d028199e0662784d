import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// All members are gone at once, or one after the other: the one with the highest position is master afterwards.
@Suite(.inTurn) struct TotalOutageTests {
    @Test func all_at_once_and_all_come_back() async throws {
        try await DataCluster.with { data in
            try await data.write(812)
            try await data.kill(data.members + [data.watcher], withLeases: true)
            let returned = try data.members.reversed().map { try data.start($0) }
            try await returned.hold(812, within: .seconds(25))
        }
    }

    /// Each of the others holds all that there was.
    @Test(arguments: [1, 2, 3]) func of_four_members_some_are_missing_for_good(missing: Int) async throws {
        try await DataCluster.with(Array(repeating: DataCluster.log, count: 4)) { data in
            try await data.write(812)
            try await data.kill(data.members)
            let returned = try data.members.dropFirst(missing).map { try data.start($0) }
            try await returned.hold(812, within: .seconds(25))
        }
    }

    @Test func one_by_one_and_the_stalest_comes_back_first() async throws {
        try await DataCluster.with { data in
            try await endOneByOne(data)
            let master = try await comeBack(data).hold(700, within: .seconds(25))
            #expect(master.folder.path == data.members[0].folder.path)
        }
    }

    /// A log, snapshots, and nothing: the snapshot is the newest.
    @Test func what_they_keep_may_differ() async throws {
        try await DataCluster.with([DataCluster.snapshot, DataCluster.log, quickRedis]) { data in
            try await data.write(100, "first")
            try await data.kill([data.members[2]])
            try await data.kill([data.members[1]])
            try await fill(data.members[0].port, keys: 600, prefix: "second")
            let lease = try await data.members[0].lease
            try await stopSaving(data.members[0])
            try await eventually("its lease has ended") { !lease.isRunning }
            let returned = try data.members.reversed().map { try data.start($0) }
            let master = try await returned.hold(700, within: .seconds(25))
            #expect(master.folder.path == data.members[0].folder.path)
        }
    }

    /// What lies about the times of a copy.
    enum Lie: String, CaseIterable {
        /// The clocks of the hosts: the files' times, and what the passport says of them.
        case clock
        /// A restore, or `touch`: the files' times alone. The passport is then older than what it is about.
        case files
    }

    @Test(arguments: Lie.allCases) func the_stalest_has_the_newest_file_times(lie: Lie) async throws {
        try await DataCluster.with { data in
            try await endOneByOne(data)
            try shift(data.members[2].folder.path, by: 3_600, passportToo: lie == .clock)
            if lie == .clock { try shift(data.members[0].folder.path, by: -3_600, passportToo: true) }
            let master = try await comeBack(data).hold(700, within: .seconds(25))
            #expect(master.folder.path == data.members[0].folder.path)
        }
    }

    /// Its files bear the time of the restore, as if the recorded master had written them in its last second.
    @Test func a_backup_is_put_back_at_once() async throws {
        try await DataCluster.with { data in
            try await data.write(100, "first", total: 100)
            let log = "\(data.members[0].folder.path)/appendonlydir"
            let backup = try FileManager.default.contentsOfDirectory(atPath: log).map {
                ($0, Array(try Data(contentsOf: URL(filePath: "\(log)/\($0)"))))
            }
            try await data.write(600, "second", total: 700)
            try await data.kill(data.members)
            try FileManager.default.removeItem(atPath: log)
            mkdir(log, 0o700)
            for (name, bytes) in backup { try writeBytes(bytes, to: "\(log)/\(name)") }
            let returned = try data.members.map { try data.start($0) }
            let master = try await returned.hold(700, within: .seconds(25))
            #expect(master.folder.path != data.members[0].folder.path)
            #expect(returned[0].lines.contains { $0.contains("was put in the place of the file that it speaks of") })
        }
    }

    /// The passports know better than a ZooKeeper that has forgotten: the stalest one alone does not begin, and the
    /// cluster is the same afterwards.
    @Test func zookeeper_has_forgotten_everything() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await DataCluster.with(on: zookeeper) { data in
            try await endOneByOne(data)
            let old = data.members[0].writtenPassport
            #expect(old != nil)
            try await data.kill([data.watcher])
            try await zookeeper.restartWiped()
            let session = try await data.cluster.another()
            let master = try await comeBack(data).hold(700, within: .seconds(25))
            #expect(master.folder.path == data.members[0].folder.path)
            let node = try await session.get("/redis/cluster")
            await session.close()
            if let old { try await continues(old, master, String(decoding: node.data, as: UTF8.self)) }
        }
        try await zookeeper.stop()
    }

    // MARK: Steps

    /// The last of the members has 100 keys, the second 400, the first all 700.
    private func endOneByOne(_ data: DataCluster) async throws {
        try await data.write(100, "first", total: 100)
        try await data.kill([data.members[2]])
        try await data.write(300, "second", total: 400)
        try await data.kill([data.members[1]])
        try await data.write(300, "third", total: 700)
        try await data.kill([data.members[0]])
    }

    /// The stalest first, each as soon as the one before it waits.
    private func comeBack(_ data: DataCluster) async throws -> [Launched] {
        var returned: [Launched] = []
        for member in data.members.reversed() {
            try await returned.last?.waits()
            returned.append(try data.start(member))
        }
        return returned
    }

    /// It is the same cluster under a later reign.
    private func continues(_ old: WrittenPassport, _ master: Launched, _ record: String) async throws {
        #expect(record.contains(old.cluster), "the cluster has another id: \(record)")
        try await eventually("a passport of a later reign", within: .seconds(5)) {
            guard let new = master.writtenPassport else { return false }
            return new.epoch > old.epoch && new.cluster == old.cluster
        }
    }

    /// Moves the times of all data files, and where `passportToo` those in and of the passport, by so many seconds.
    private func shift(_ folder: String, by seconds: Int, passportToo: Bool) throws {
        let passport = "\(folder)/interrex.passport"
        if passportToo, let found = contents(of: passport).firstMatch(of: /"modified" *: *(\d+)/) {
            let text = contents(of: passport).replacing(
                found.output.0, with: "\"modified\":\(Int(found.1)! + seconds * 1_000)")
            try write(text, to: passport)
        }
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
        where passportToo || name != "interrex.passport" {
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            var times = [status.st_atim, status.st_mtim]
            times[1].tv_sec += seconds
            guard utimensat(AT_FDCWD, "\(folder)/\(name)", times, 0) == 0 else {
                throw TestFailure("\(name): \(errno)")
            }
        }
    }
}
