import Cluster
import Glibc
import Succession
import Support
import Testing
import Throttle

@testable import Launching

/// Which file counts: where the one that would be passed over is newer than the one that redis-server would load.
@Suite(.inTurn) struct NewerFileTests {
    /// Seconds from some moment in the past; the passport's times are those of its data and of its file.
    struct Case: CustomStringConvertible, Sendable {
        var settings: String
        var rdb: Int64
        var log: Int64
        var passport: (Passport.Persistence, modified: Int64, asOf: Int64)?
        /// Whether the RDB file has more keys than the log can have.
        var hasMoreKeys = false
        var isPassedOver: Bool
        var isTrusted = false

        var description: String { "\(settings): RDB \(rdb), log \(log), \(passport.map { "\($0)" } ?? "no passport")" }
    }

    private static let (aof, rdb) = ("appendonly yes", "appendonly no")

    private static let cases = [
        // The passport says that the log counts, and the settings load the RDB file.
        Case(settings: rdb, rdb: 0, log: 100, passport: (.aof, 100, 101), isPassedOver: true),
        Case(settings: rdb, rdb: 99, log: 100, passport: (.aof, 100, 101), isPassedOver: true),
        // It was saved at the end.
        Case(settings: rdb, rdb: 102, log: 100, passport: (.aof, 100, 101), isPassedOver: false),
        // The passport says that the RDB file counts, and the settings load the log.
        Case(settings: aof, rdb: 100, log: 0, passport: (.rdb, 100, 101), isPassedOver: true),
        Case(settings: aof, rdb: 100, log: 102, passport: (.rdb, 100, 101), isPassedOver: false),
        // The log is not the one of which the passport speaks: an older copy.
        Case(settings: aof, rdb: 60, log: 0, passport: (.aof, 100, 101), isPassedOver: true),
        Case(settings: aof, rdb: -1, log: 0, passport: (.aof, 100, 101), isPassedOver: false),
        // The passport is trusted for the log: an RDB file is the same server's, or was put there afterwards.
        Case(
            settings: aof, rdb: 104, log: 100, passport: (.aof, 100, 101), hasMoreKeys: true, isPassedOver: false,
            isTrusted: true),
        Case(settings: aof, rdb: 107, log: 100, passport: (.aof, 100, 101), isPassedOver: true, isTrusted: true),
        Case(settings: aof, rdb: 3_600, log: 1, passport: (.aof, 1, 4_000), isPassedOver: false, isTrusted: true),
        // The same the other way round.
        Case(settings: rdb, rdb: 100, log: 105, passport: (.rdb, 100, 101), isPassedOver: false, isTrusted: true),
        Case(settings: rdb, rdb: 100, log: 110, passport: (.rdb, 100, 101), isPassedOver: true, isTrusted: true),
        Case(settings: rdb, rdb: 100, log: 110, passport: (.rdb, 100, 200), isPassedOver: false, isTrusted: true),
        // The log was written after the passport: without a lease.
        Case(settings: aof, rdb: 3_600, log: 300, passport: (.aof, 100, 101), isPassedOver: false),
        Case(settings: aof, rdb: 3_600, log: 300, passport: (.aof, 100, 101), hasMoreKeys: true, isPassedOver: true),
        // No passport: a log with data beside an older RDB file; and a snapshot beside an idle log, the normal case.
        Case(settings: rdb, rdb: 100, log: 104, isPassedOver: false),
        Case(settings: rdb, rdb: 100, log: 106, isPassedOver: true),
        Case(settings: aof, rdb: 3_600, log: 0, isPassedOver: false),
        Case(settings: aof, rdb: 3_600, log: 0, hasMoreKeys: true, isPassedOver: true),
        Case(settings: aof, rdb: -1, log: 0, hasMoreKeys: true, isPassedOver: false),
        Case(settings: aof, rdb: 3_600, log: 0, passport: (.none, 0, 0), isPassedOver: false),
    ]

    @Test("the file that would be passed over is newer, or is not", arguments: cases)
    func newer(_ test: Case) async throws {
        let (folder, start) = (try TemporaryFolder(), currentTime - 100_000_000)
        let made = try await MadeData.shared.value
        try made.putLog(folder)
        var rdb = made.rdb
        if test.hasMoreKeys {
            // SELECTDB 0, RESIZEDB 3.
            let place = try #require(
                rdb.indices.dropLast(4).first { rdb[$0...($0 + 3)].elementsEqual([0xfe, 0, 0xfb, 3]) })
            rdb[place + 3] = 63
        }
        try writeBytes(rdb, to: "\(folder.path)/dump.rdb")
        try setTime(of: "\(folder.path)/dump.rdb", to: start + test.rdb * 1_000)
        for path in [MadeData.basePath, MadeData.incrementPath] {
            try setTime(of: "\(folder.path)/\(path)", to: start + test.log * 1_000)
        }
        if let (persistence, modified, asOf) = test.passport {
            try putPassport(persistence, modified: start + modified * 1_000, asOf: start + asOf * 1_000, in: folder)
        }
        let found = DataFiles(folder: folder.path, settings: test.settings).find()
        #expect(found.isPassedOver == test.isPassedOver && (found.problem != nil) == test.isPassedOver, "\(found)")
        #expect(found.freshness.holdsData && found.freshness.isLoadable)
        #expect((found.passport != nil) == test.isTrusted, "\(found)")
        #expect((found.doubt != nil) == (test.passport != nil && !test.isTrusted), "\(found)")
        #expect(found.clusterID == (test.passport == nil ? nil : "0c0c0c0c"))
        if let line = found.problem {
            #expect(line.contains("dump.rdb") && line.contains("appendonlydir") && line.contains("move it away"))
            #expect(line.contains("is newer than") && line.utf8.count < 360, "\(line)")
            if test.passport == nil { #expect(line.contains("(written 20")) }
        }
    }

    @Test("positions are named where they are known")
    func positions() async throws {
        let (folder, start) = (try TemporaryFolder(), currentTime - 100_000_000)
        let made = try await MadeData.shared.value
        try made.putLog(folder)
        try writeBytes(made.rdb, to: "\(folder.path)/dump.rdb")
        for path in [MadeData.basePath, MadeData.incrementPath] { try setTime(of: "\(folder.path)/\(path)", to: start) }
        try putPassport(.aof, modified: start, asOf: start + 2_000, in: folder)
        let found = DataFiles(folder: folder.path, settings: "appendonly yes").find()
        #expect(
            found.problem?.contains("appendonlydir (epoch 3, offset 50), which redis-server would load") == true,
            "\(found)")
        #expect(found.problem?.contains("dump.rdb (written 20") == true)
    }

    @Test("a passport that is none counts for nothing, and says why")
    func badPassports() async throws {
        let folder = try TemporaryFolder()
        try (try await MadeData.shared.value).putLog(folder)
        let path = "\(folder.path)/\(Passport.fileName)"
        let files = DataFiles(folder: folder.path, settings: "appendonly yes")
        #expect(files.find().doubt == nil && files.passport == .none)
        for (bytes, word) in [
            (Array("{}".utf8), "JSON"), ([], "JSON"), ([UInt8](repeating: 32, count: 4_097), "large"),
            (Array(#"{"cluster":"0c0c0c0c","epoch":-1}"#.utf8), "JSON"),
        ] {
            try writeBytes(bytes, to: path)
            let found = files.find()
            #expect(found.passport == nil && found.clusterID == nil && found.problem == nil)
            #expect(found.doubt?.contains(word) == true && found.doubt?.contains(path) == true, "\(found)")
        }
        try putPassport(.aof, modified: 0, asOf: currentTime, in: folder, cluster: "x")
        #expect(files.find().doubt?.contains("its cluster") == true)
        unlink(path)
        try makeFolder(path)
        #expect(files.find().doubt?.contains("no regular file") == true)
    }

    @Test("a cache's passport, or one of a server that never wrote, is no reason to doubt")
    func noFiles() throws {
        let folder = try TemporaryFolder()
        try putPassport(.none, modified: 0, asOf: 0, keys: 9, in: folder)
        let cache = DataFiles(folder: folder.path, settings: "save \"\"").find()
        #expect(cache == FoundData(freshness: .empty, clusterID: "0c0c0c0c", runID: "0a"))
        try putPassport(.rdb, modified: 0, asOf: 0, keys: 0, in: folder)
        #expect(DataFiles(folder: folder.path, settings: "").find().doubt == nil)
        try putPassport(.rdb, modified: 0, asOf: 0, keys: 9, in: folder)
        #expect(DataFiles(folder: folder.path, settings: "").find().doubt?.contains("are gone") == true)
    }

    @Test("a time in the future is no argument")
    func future() async throws {
        let made = try await MadeData.shared.value
        for (ahead, isTold) in [(Int64(30_000), true), (3_600_000, false)] {
            let folder = try TemporaryFolder()
            try made.putLog(folder)
            try writeBytes(made.rdb, to: "\(folder.path)/dump.rdb")
            for path in [MadeData.basePath, MadeData.incrementPath] {
                try setTime(of: "\(folder.path)/\(path)", to: currentTime + ahead)
            }
            let found = DataFiles(folder: folder.path, settings: "appendonly yes").find()
            #expect(found.freshness.holdsData && (found.freshness.modified != nil) == isTold)
            // Nor is the log newer by it.
            #expect(DataFiles(folder: folder.path, settings: "appendonly no").find().isPassedOver == isTold)
        }
    }

    @Test("where a server keeps its data is what its settings say")
    func persistence() {
        for (text, expected) in [
            ("", Passport.Persistence.rdb), ("appendonly yes", .aof), ("save \"\"", .none),
            ("save ''\nappendonly yes", .aof),
            ("save \"\"\nsave 60 1", .rdb), ("appendonly no\nsave 60 1\nsave \"\"", .none),
        ] {
            #expect(DataFiles(folder: "/d", settings: text).persistence == expected, "\(text)")
        }
    }

    @Test("a version that the server doesn't load is said as that, and nobody is told to move good data away")
    func versions() async throws {
        let made = try await MadeData.shared.value
        for (magic, newest, words) in [
            ("VALKEY080", 10, ["version 80", "Valkey 9", "up to 10"]),
            ("REDIS0012", 80, ["version 12", "up to 11, and 80"]),
            ("REDIS0013", 12, ["version 13", "Redis 8.6", "up to 12"]), ("REDIS0010", 9, ["version 10", "up to 9"]),
        ] {
            let folder = try TemporaryFolder()
            try writeBytes(Array(magic.utf8) + made.rdb.dropFirst(9), to: "\(folder.path)/dump.rdb")
            let found = DataFiles(folder: folder.path, settings: "").find { newest }
            for word in words { #expect(found.problem?.contains(word) == true, "\(found)") }
            #expect(found.problem?.contains("REDIS_SERVER") == true && found.problem?.contains("away") == false)
            #expect(found.freshness.holdsData && !found.freshness.isLoadable && !found.isPassedOver)
            #expect(DataFiles(folder: folder.path, settings: "").find { .max }.problem == nil)
            #expect(
                DataFiles(folder: folder.path, settings: "rdb-version-check relaxed").find { newest }.problem == nil)
        }
        // A log's base too.
        let folder = try TemporaryFolder()
        try made.putLog(folder)
        try writeBytes(Array("VALKEY080".utf8) + made.rdb.dropFirst(9), to: "\(folder.path)/\(MadeData.basePath)")
        #expect(DataFiles(folder: folder.path, settings: "appendonly yes").find { 80 }.problem == nil)
        #expect(
            DataFiles(folder: folder.path, settings: "appendonly yes").find { 13 }.problem?.contains("Valkey 9") == true
        )
    }
}
