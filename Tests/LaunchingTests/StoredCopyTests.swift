import Cluster
import FoundationEssentials
import Glibc
import Succession
import Support
import Testing
import Throttle

@testable import Launching

/// What a copy of the data is worth, and which of several in one folder a server starts with.
@Suite(.inTurn) struct StoredCopyTests {
    private func copy(
        epoch: Int? = nil, offset: Int64? = nil, isLoadable: Bool = true, cluster: String? = nil, aside: String? = nil,
        problem: String? = nil
    ) -> StoredCopy {
        let id = offset == nil ? nil : String(repeating: "a", count: 40)
        var copy = StoredCopy(
            freshness: Freshness(
                holdsData: true, isLoadable: isLoadable, epoch: epoch, replicationID: id, offset: offset,
                clusterID: cluster))
        (copy.asideTime, copy.problem) = (aside, problem)
        return copy
    }

    @Test("of several copies the one with the highest position is the freshest, of equals the first")
    func freshest() {
        let copies = [
            copy(epoch: 2, offset: 10), copy(epoch: 1, offset: 900, aside: "T1"),
            copy(epoch: 2, offset: 11, aside: "T2"),
            copy(epoch: 2, offset: 11, aside: "T3"),
        ]
        #expect(StoredCopy.freshest(of: copies).asideTime == "T2")
        #expect(StoredCopy.freshest(of: [copies[0], copies[1]]).asideTime == nil)
        #expect(StoredCopy.freshest(of: [.none, copies[1]]).asideTime == "T1")
        #expect(StoredCopy.freshest(of: []) == .none)
        #expect(StoredCopy.freshest(of: [copies[3], copies[2]]).asideTime == "T3")
    }

    @Test("what can't be loaded, or is another cluster's, never takes a copy's place")
    func replacements() {
        let aside = copy(epoch: 2, offset: 10, cluster: "0c0c0c0c", aside: "T1")
        #expect(copy(cluster: "0c0c0c0c").mayBeReplaced(by: aside))
        #expect(StoredCopy.none.mayBeReplaced(by: aside))
        #expect(StoredCopy.none.mayBeReplaced(by: copy(aside: "T1")))
        #expect(!copy(cluster: "0d0d0d0d").mayBeReplaced(by: aside))
        #expect(!copy(cluster: "0c0c0c0c").mayBeReplaced(by: copy(aside: "T1")))
        #expect(!StoredCopy.none.mayBeReplaced(by: copy(isLoadable: false, aside: "T1", problem: "it is cut off")))
        #expect(!StoredCopy.none.mayBeReplaced(by: copy(aside: "T1", problem: "another file is newer")))
        #expect(!StoredCopy.none.mayBeReplaced(by: .none))
    }

    @Test("a log bears the position of the passport that speaks of it, in its place and set aside")
    func positions() async throws {
        let folder = try TemporaryFolder()
        try (try await MadeData.shared.value).putLog(folder)
        let files = DataFiles(folder: folder.path, settings: "appendonly yes")
        let bare = StoredCopy(files.find(), of: files)
        #expect(bare.freshness.holdsData && bare.freshness.position == nil && bare.freshness.clusterID == nil)

        try putPassport(.aof, modified: files.seen.modified(with: .aof), asOf: currentTime + 1_000, in: folder)
        let known = StoredCopy(files.find(), of: files)
        #expect(known.freshness.position == Position(epoch: 3, offset: 50) && known.freshness.keys == 2)
        #expect(known.freshness.clusterID == "0c0c0c0c" && known.freshness.isKept)

        _ = try files.asides.setAside(at: "T1", because: "a test")
        let aside = files.aside("T1")
        let moved = StoredCopy(aside.find(), of: aside, asideTime: "T1")
        #expect(moved.freshness == known.freshness && moved.asideTime == "T1")
        #expect(StoredCopy(files.find(), of: files).freshness.holdsData == false)

        try putPassport(.aof, modified: 0, asOf: 1_000, in: folder)
        rename("\(folder.path)/interrex.passport", "\(folder.path)/interrex.passport.aside-T1")
        let doubted = StoredCopy(aside.find(), of: aside, asideTime: "T1")
        #expect(doubted.freshness.position == nil && doubted.freshness.clusterID == "0c0c0c0c")
    }

    @Test("what came to a log after its passport is reckoned with, and proves nothing", arguments: ["", "T1"])
    func appendedBytes(_ time: String) async throws {
        let folder = try TemporaryFolder()
        try (try await MadeData.shared.value).putLog(folder)
        let files = DataFiles(folder: folder.path, settings: "appendonly yes")
        let path = "\(folder.path)/\(MadeData.incrementPath)"
        var mark = try #require(fileMarks(in: [path]).first)
        let copy = { (mark: FileMark) throws -> Freshness in
            try putPassport(
                .aof, modified: files.seen.modified(with: .aof), asOf: currentTime + 1_000, in: folder, file: mark)
            guard !time.isEmpty else { return StoredCopy(files.find(), of: files).freshness }
            _ = try files.asides.setAside(at: time, because: "a test")
            defer { try? files.asides.restore(time) }
            return StoredCopy(files.aside(time).find(), of: files.aside(time)).freshness
        }
        #expect(try copy(mark).offset == 50)
        mark.size -= 20
        let more = try copy(mark)
        #expect(more.offset == 70 && more.provenOffset == 50 && more.epoch == 3 && more.runID == "0a")
        mark.size += 30
        #expect(try copy(mark).offset == 40, "a power failure took ten bytes")
        mark.size += 1_000_000
        #expect(try copy(mark).offset == 0)
        (mark.inode, mark.modified) = (mark.inode + 1, mark.modified + 60_000)
        let other = try copy(mark)
        #expect(other.position == nil && other.clusterID == "0c0c0c0c", "another file was put in its place")
    }

    @Test("a snapshot that was set aside is the one that its passport speaks of, and another is not")
    func markedSnapshots() async throws {
        let folder = try TemporaryFolder()
        let made = try await MadeData.shared.value
        try writeBytes(made.rdb, to: "\(folder.path)/dump.rdb")
        let files = DataFiles(folder: folder.path, settings: "appendonly no\nsave 60 1")
        let mark = try #require(fileMarks(in: [files.rdb]).first)
        try putPassport(.rdb, modified: mark.modified, asOf: currentTime + 1_000, in: folder, file: mark)
        _ = try files.asides.setAside(at: "T1", because: "a test")
        let aside = files.aside("T1")
        #expect(aside.find().doubt == nil && aside.find().passport?.epoch == 3)
        // Older than what is remembered, and restored a moment ago.
        try FileManager.default.removeItem(atPath: aside.rdb)
        try writeBytes([0], to: "\(folder.path)/holds-the-inode")
        try writeBytes(made.rdb, to: aside.rdb)
        var later = mark
        later.modified += 10_000
        later.inode += 1_000_000
        try putPassport(.rdb, modified: mark.modified, asOf: currentTime + 1_000, in: folder, file: later)
        rename("\(folder.path)/interrex.passport", "\(folder.path)/interrex.passport.aside-T1")
        #expect(aside.find().doubt?.contains("was put in the place") == true)
    }

    @Test("without log and snapshots nothing is kept")
    func caches() throws {
        let files = DataFiles(folder: try TemporaryFolder().path, settings: "appendonly no\nsave \"\"")
        #expect(!StoredCopy(files.find(), of: files).freshness.isKept)
        let kept = DataFiles(folder: files.folder, settings: "appendonly no\nsave 60 1")
        #expect(StoredCopy(kept.find(), of: kept).freshness.isKept)
    }
}
