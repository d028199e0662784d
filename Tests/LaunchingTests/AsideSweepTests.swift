import Cluster
import Glibc
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Launching

/// A copy that was set aside is deleted only where the server beside it provably holds all that is in it.
@Suite(.inTurn) struct AsideSweepTests {
    /// What `putPassport` lays down: epoch 3, id `aaa…`, offset 50.
    private static let id = String(repeating: "a", count: 40)
    private static let other = String(repeating: "b", count: 40)
    private static let me = Address(host: "127.0.0.1", port: 7001)!

    struct Case: CustomStringConvertible, Sendable {
        var name: String
        var history: History
        var reigns: [Reign] = []
        var recorded: String? = AsideSweepTests.other
        var isDeleted: Bool

        var description: String { name }
    }

    static let cases = [
        Case(name: "the same id, as far", history: History(replicationID: id, offset: 50), isDeleted: true),
        Case(name: "the same id, a byte less", history: History(replicationID: id, offset: 49), isDeleted: false),
        Case(name: "another id", history: History(replicationID: other, offset: 900), isDeleted: false),
        Case(
            name: "the id before the promotion",
            history: History(replicationID: other, previousID: id, previousOffset: 51, offset: 900), isDeleted: true),
        Case(
            name: "the id before the promotion, which was earlier",
            history: History(replicationID: other, previousID: id, previousOffset: 50, offset: 900), isDeleted: false),
        Case(
            name: "a reign that is a part of this one", history: History(replicationID: other, offset: 900),
            reigns: [Reign(epoch: 3, replicationID: id, until: 50)], isDeleted: true),
        Case(
            name: "a reign of which a part is missing", history: History(replicationID: other, offset: 900),
            reigns: [Reign(epoch: 3, replicationID: id, until: 49)], isDeleted: false),
        Case(
            name: "the record is of another's reign", history: History(replicationID: other, offset: 900),
            reigns: [Reign(epoch: 3, replicationID: id, until: 50)], recorded: String(repeating: "c", count: 40),
            isDeleted: false),
        Case(
            name: "the record knows no id yet", history: History(replicationID: other, offset: 900),
            reigns: [Reign(epoch: 3, replicationID: id, until: 50)], recorded: nil, isDeleted: false),
    ]

    private func folder(asOf: Int64 = 1_000) async throws -> (TemporaryFolder, DataFiles) {
        let folder = try TemporaryFolder()
        try (try await MadeData.shared.value).putLog(folder)
        let files = DataFiles(folder: folder.path, settings: "appendonly yes")
        let newest = files.seen.modified(with: .aof)
        try putPassport(.aof, modified: newest, asOf: newest + asOf, in: folder)
        _ = try files.asides.setAside(at: "T1", because: "a test")
        return (folder, files)
    }

    private func sweep(_ files: DataFiles) -> AsideSweep {
        AsideSweep(
            LeaseOrder.Data(
                folder: files.folder, paths: files.paths, persistence: .aof, cluster: "0c0c0c0c", isUnknown: false))
    }

    private func reign(_ recorded: String?, _ reigns: [Reign] = [], epoch: Int = 4) -> ReignView {
        ReignView(
            record: Record(Self.me, version: 1),
            cluster: ClusterRecord(id: "0c0c0c0c", members: 1, epoch: epoch, replicationID: recorded, reigns: reigns),
            clusterVersion: 1)
    }

    @Test("it is contained, or not", arguments: cases)
    func containment(_ test: Case) async throws {
        let (folder, files) = try await folder()
        var sweep = sweep(files)
        sweep.sweep(ServerLook(role: .master, history: test.history, runID: "1"), reign(test.recorded, test.reigns))
        #expect(names(in: folder.path).isEmpty == test.isDeleted, "\(names(in: folder.path))")
        #expect(files.asides.times == (test.isDeleted ? [] : ["T1"]))
    }

    @Test("one without a passport, or with one that does not speak of it, stays", arguments: ["none", "later", "cut"])
    func unproven(_ what: String) async throws {
        let (folder, files) = try await folder(asOf: what == "later" ? -60_000 : 1_000)
        let path = "\(folder.path)/interrex.passport.aside-T1"
        if what == "none" { unlink(path) }
        if what == "cut" { #expect(truncate(path, 20) == 0) }
        let before = names(in: folder.path)
        var sweep = sweep(files)
        sweep.sweep(
            ServerLook(role: .master, history: History(replicationID: Self.id, offset: 900), runID: "1"),
            reign(Self.id))
        #expect(names(in: folder.path) == before && files.asides.times == ["T1"])
    }

    /// Somebody's backup beside the log; the snapshot of a server without a key.
    @Test("a snapshot beside the log that bears no id keeps the copy", arguments: [true, false])
    func beside(_ holdsData: Bool) async throws {
        let (folder, files) = try await folder()
        let made = try await MadeData.shared.value
        try writeBytes(holdsData ? made.rdb : made.emptyRDB, to: "\(folder.path)/dump.rdb.aside-T1")
        try setTime(of: "\(folder.path)/dump.rdb.aside-T1", to: 1_000)
        var sweep = sweep(files)
        sweep.sweep(
            ServerLook(role: .master, history: History(replicationID: Self.id, offset: 900), runID: "1"),
            reign(Self.id))
        #expect(files.asides.times == (holdsData ? ["T1"] : []))
    }

    @Test("it looks again once the reign's id is written down")
    func afterAClaim() async throws {
        let (folder, files) = try await folder()
        var sweep = sweep(files)
        let look = ServerLook(role: .master, history: History(replicationID: Self.other, offset: 900), runID: "1")
        let reigns = [Reign(epoch: 3, replicationID: Self.id, until: 50)]
        sweep.sweep(look, reign(nil, reigns))
        #expect(files.asides.times == ["T1"])
        sweep.sweep(look, reign(Self.other, reigns))
        #expect(names(in: folder.path).isEmpty)
    }

    @Test("what the server holds in memory alone, or not in its files yet, is not elsewhere")
    func inMemory() async throws {
        let (folder, files) = try await folder()
        let before = names(in: folder.path)
        let look = ServerLook(role: .master, history: History(replicationID: Self.id, offset: 900), runID: "1")
        var sweep = sweep(files)
        sweep.sweep(look, reign(Self.id), keeping: .none)
        #expect(files.asides.times == ["T1"])
        sweep.sweep(look, reign(Self.id), upTo: 49)
        #expect(files.asides.times == ["T1"] && names(in: folder.path) == before)
    }

    @Test("it looks again once the id or the reign is another")
    func again() async throws {
        let (folder, files) = try await folder()
        var sweep = sweep(files)
        let look = ServerLook(role: .master, history: History(replicationID: Self.other, offset: 900), runID: "1")
        sweep.sweep(look, reign(Self.other))
        #expect(files.asides.times == ["T1"])
        sweep.sweep(look, reign(Self.other, [Reign(epoch: 3, replicationID: Self.id, until: 50)], epoch: 5))
        #expect(names(in: folder.path).isEmpty)
    }
}

extension AsideSweep {
    /// Beside a server whose passport goes as far as the look, where nothing else is said.
    fileprivate mutating func sweep(
        _ look: ServerLook, _ reign: ReignView, keeping kind: Passport.Persistence = .aof, upTo offset: Int64? = nil
    ) {
        let passport = Passport(
            cluster: "0c0c0c0c", epoch: reign.cluster.epoch, replicationID: look.history.replicationID,
            offset: offset ?? look.history.offset, role: .master, keys: 1, persistence: kind, runID: look.runID)
        _ = sweep(look, passport, reign)
    }
}
