import Cluster
import FoundationEssentials
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle

@testable import Launching

/// What a folder's data files tell, as a real redis-server left them, and how they are set aside.
@Suite(.inTurn) struct DataFilesTests {
    /// The folder that a server leaves which took `commands`, saved where asked, and was ended.
    private func folder(
        _ arguments: [String] = [], _ commands: [[String]] = [], replicated: Bool = false, save: Bool = false
    ) async throws -> TemporaryFolder {
        let server = try await RedisServer.start(["--repl-diskless-sync-delay", "0"] + arguments)
        for command in commands {
            #expect(try await !redis(server.port, command[0], command[1], command[2]).hasPrefix("-"))
        }
        if replicated {
            let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(server.port)"])
            try await eventually("the replica is linked") {
                try await redis(replica.port, "INFO", "replication").contains("master_link_status:up")
            }
        }
        if save {
            // Refused while the copy for a replica is being written.
            try await eventually("it is saved") { try await redis(server.port, "SAVE") == "OK" }
        }
        server.kill9()
        try await server.process.wait()
        for name in names(in: server.folder.path) where name.hasSuffix(".log") {
            try FileManager.default.removeItem(atPath: "\(server.folder.path)/\(name)")
        }
        return server.folder
    }

    private let aof = ["--appendonly", "yes"]
    private let loadsAOF = "appendonly yes\n"
    private let write = [["SET", "key", "value"]]

    private func freshness(_ folder: TemporaryFolder, _ settings: String = "") -> Freshness {
        DataFiles(folder: folder.path, settings: settings).find().freshness
    }

    // MARK: Freshness

    @Test("an empty folder, or none, holds no data", arguments: ["", "appendonly yes\n"])
    func nothing(_ settings: String) async throws {
        let folder = try TemporaryFolder()
        #expect(freshness(folder, settings) == .empty)
        #expect(DataFiles(folder: "\(folder.path)/missing", settings: settings).find() == FoundData(freshness: .empty))
        try Support.write("", to: "\(folder.path)/appendonly.aof")
        mkdir("\(folder.path)/appendonlydir", 0o700)
        #expect(freshness(folder, settings) == .empty)
    }

    @Test("an RDB of a master that had no replica bears no id")
    func plainRDB() async throws {
        let found = freshness(try await folder([], write, save: true))
        #expect(found.holdsData && found.replicationID == nil && found.offset == nil)
        // The file was written a moment ago, by the same clock.
        #expect(abs((found.modified ?? 0) - Int64(time(nil)) * 1_000) < 60_000)
    }

    @Test("an RDB of a master with a replica bears its id and offset")
    func replicatedRDB() async throws {
        let found = freshness(try await folder([], write, replicated: true, save: true))
        #expect(found.holdsData && found.replicationID.map { isReplicationID($0) } == true)
        #expect(found.offset != nil)
    }

    @Test("an RDB without a key holds no data, with an id and without", arguments: [true, false])
    func emptyRDB(_ replicated: Bool) async throws {
        let folder = try await folder([], [], replicated: replicated, save: true)
        #expect(names(in: folder.path) == ["dump.rdb"])
        #expect(freshness(folder) == .empty)
    }

    @Test("an append-only folder that never took a write holds no data")
    func emptyAOF() async throws {
        let folder = try await folder(aof)
        #expect(names(in: "\(folder.path)/appendonlydir").count == 3)
        #expect(freshness(folder, loadsAOF) == .empty)
    }

    @Test("one that took a write holds data and bears no id, even beside an RDB that does")
    func writtenAOF() async throws {
        let folder = try await folder(aof + ["--appendfsync", "always"], write, replicated: true, save: true)
        #expect(names(in: folder.path) == ["appendonlydir", "dump.rdb"])
        let found = freshness(folder, loadsAOF)
        #expect(found.holdsData && found.isLoadable && found.replicationID == nil && found.offset == nil)
        #expect(found.modified != nil)
    }

    @Test("a rewritten append-only folder, whose base has the keys, holds data")
    func rewrittenAOF() async throws {
        let server = try await RedisServer.start(aof)
        try await redis(server.port, "SET", "key", "value")
        try await redis(server.port, "BGREWRITEAOF")
        try await eventually("it is rewritten") {
            try await redis(server.port, "INFO", "persistence").contains("aof_rewrite_in_progress:0")
                && names(in: "\(server.folder.path)/appendonlydir").contains { $0.contains(".2.base.") }
        }
        await server.stop()
        #expect(freshness(server.folder, loadsAOF).isLoaded)
    }

    @Test("the single append-only file of older versions counts")
    func oldAOF() throws {
        let folder = try TemporaryFolder()
        try Support.write("*1\r\n$4\r\nPING\r\n", to: "\(folder.path)/appendonly.aof")
        let found = freshness(folder, loadsAOF)
        #expect(found.isLoaded && found.replicationID == nil)
    }

    @Test("names of the user's own are followed, quoted or not")
    func ownNames() async throws {
        let settings = "dbfilename \"my dump.rdb\"\nappenddirname aof-files\nappendfilename \"old.aof\"\n"
        let rdb = try await folder(["--dbfilename", "my dump.rdb"], write, save: true)
        #expect(freshness(rdb) == .empty && freshness(rdb, settings).isLoaded)
        let log = try await folder(aof + ["--appenddirname", "aof-files", "--appendfsync", "always"], write)
        let logged = "appenddirname aof-files\nappendonly no\nAppendOnly YES\n"
        #expect(freshness(log, loadsAOF) == .empty && freshness(log, logged).isLoaded)
        let files = DataFiles(folder: "/d", settings: settings)
        #expect([files.rdb, files.aof, files.oldAOF] == ["/d/my dump.rdb", "/d/aof-files", "/d/old.aof"])
        #expect(files.manifest == "/d/aof-files/old.aof.manifest")
    }

    @Test("the newest of the loaded files counts, and no other, in milliseconds")
    func modified() throws {
        let folder = try TemporaryFolder()
        try makeFolder("\(folder.path)/appendonlydir")
        let (base, incr) = ("appendonlydir/appendonly.aof.1.base.aof", "appendonlydir/appendonly.aof.1.incr.aof")
        let manifest = "appendonlydir/appendonly.aof.manifest"
        for name in [base, incr, "dump.rdb"] {
            try Support.write("*1\r\n$4\r\nPING\r\n", to: "\(folder.path)/\(name)")
        }
        try Support.write(
            "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
            to: "\(folder.path)/\(manifest)")
        for (name, time) in [(base, 1_000), (incr, 2_000), (manifest, 3_000), ("dump.rdb", 4_000)] {
            let moment = timespec(tv_sec: time, tv_nsec: 567_890_123)
            #expect(utimensat(AT_FDCWD, "\(folder.path)/\(name)", [moment, moment], 0) == 0)
        }
        #expect(freshness(folder, loadsAOF) == Freshness(holdsData: true, modified: 2_000_567))
        // Without a byte in it, it can't be new.
        #expect(truncate("\(folder.path)/\(incr)", 0) == 0)
        #expect(freshness(folder, loadsAOF) == Freshness(holdsData: true, modified: 1_000_567))
    }

    // MARK: Setting aside

    @Test("everything is renamed, nothing is lost, and the server then starts empty")
    func setsAside() async throws {
        let folder = try await folder(aof + ["--appendfsync", "always"], write, save: true)
        try Support.write("old", to: "\(folder.path)/appendonly.aof")
        let dump = readAll("\(folder.path)/dump.rdb")
        let files = DataFiles(folder: folder.path, settings: "")
        try putPassport(.aof, modified: 0, asOf: currentTime, in: folder)
        let passport = readAll(PassportFile(folder: folder.path).path)
        let aside = try files.asides.setAside(at: "T1", because: "two\nlines")
        let moved = ["dump.rdb", "appendonlydir", "appendonly.aof", "interrex.passport"]
        #expect(aside == moved.map { "\(folder.path)/\($0).aside-T1" })
        #expect(names(in: folder.path) == (moved + ["interrex.why"]).map { "\($0).aside-T1" }.sorted())
        #expect(readAll("\(folder.path)/interrex.passport.aside-T1") == passport && !passport.isEmpty)
        #expect(files.asides.passport(of: "T1")?.persistence == .aof)
        #expect(files.asides.reason(of: "T1").map { !$0.isEmpty && !$0.contains("\n") } == true)
        #expect(readAll("\(folder.path)/dump.rdb.aside-T1") == dump && !dump.isEmpty)
        #expect(names(in: "\(folder.path)/appendonlydir.aside-T1").count == 3)
        #expect(files.find().freshness == .empty)
        #expect(try files.asides.setAside(at: "T2", because: "again").isEmpty)
        #expect(names(in: folder.path).count == 5)
    }

    @Test("every copy is kept, and each comes back whole")
    func keepsAll() throws {
        let folder = try TemporaryFolder()
        let files = DataFiles(folder: folder.path, settings: "")
        for (round, time) in ["T1", "T3", "T2"].enumerated() {
            try Support.write("dump \(round)", to: files.rdb)
            if round < 2 {
                mkdir(files.aof, 0o700)
                try Support.write("log \(round)", to: "\(files.aof)/incr")
            }
            #expect(try files.asides.setAside(at: time, because: "round \(round)").count == (round < 2 ? 2 : 1))
        }
        let asides = files.asides
        #expect(asides.times == ["T3", "T2", "T1"])
        #expect(asides.times.map(asides.reason) == ["round 1", "round 2", "round 0"])
        #expect(asides.times.map(asides.size) == [11, 6, 11])
        #expect(contents(of: "\(folder.path)/dump.rdb.aside-T2") == "dump 2")
        #expect(contents(of: "\(folder.path)/appendonlydir.aside-T3/incr") == "log 1")

        try asides.restore("T1")
        #expect(contents(of: files.rdb) == "dump 0" && contents(of: "\(files.aof)/incr") == "log 0")
        #expect(asides.times == ["T3", "T2"])
        asides.delete("T3")
        #expect(asides.times == ["T2"])
        #expect(names(in: folder.path) == ["appendonlydir", "dump.rdb", "dump.rdb.aside-T2", "interrex.why.aside-T2"])
    }

    @Test("a rename that fails loses neither the data nor the copy of before")
    func failedRename() throws {
        let folder = try TemporaryFolder()
        let files = DataFiles(folder: folder.path, settings: "")
        try Support.write("earlier", to: "\(files.rdb).aside-T1")
        try Support.write("data", to: files.rdb)
        // A folder in the place of the new name can't be replaced by a file.
        mkdir("\(files.rdb).aside-T2", 0o700)
        let failure = #expect(throws: Failure.self) { try files.asides.setAside(at: "T2", because: "it is foreign") }
        #expect(failure?.code == .badConfiguration && failure?.description.contains(files.rdb) == true)
        #expect(contents(of: files.rdb) == "data")
        #expect(contents(of: "\(files.rdb).aside-T1") == "earlier")
    }

    @Test("a rename that fails halfway is undone, in both directions")
    func failedHalfway() throws {
        let folder = try TemporaryFolder()
        let files = DataFiles(folder: folder.path, settings: "")
        try Support.write("data", to: files.rdb)
        mkdir(files.aof, 0o700)
        try Support.write("log", to: "\(files.aof)/incr")
        // A file can't be replaced by a folder.
        try Support.write("in the way", to: "\(files.aof).aside-T2")
        #expect(throws: Failure.self) { try files.asides.setAside(at: "T2", because: "it is foreign") }
        #expect(contents(of: files.rdb) == "data" && contents(of: "\(files.aof)/incr") == "log")
        #expect(names(in: folder.path) == ["appendonlydir", "appendonlydir.aside-T2", "dump.rdb"])

        unlink("\(files.aof).aside-T2")
        _ = try files.asides.setAside(at: "T2", because: "it is foreign")
        let before = names(in: folder.path)
        try Support.write("in the way", to: files.aof)
        #expect(throws: Failure.self) { try files.asides.restore("T2") }
        #expect(names(in: folder.path) == (before + ["appendonlydir"]).sorted())
        #expect(contents(of: "\(files.rdb).aside-T2") == "data")
    }

    @Test("what only begins like a copy of ours stays")
    func othersFiles() throws {
        let folder = try TemporaryFolder()
        let files = DataFiles(folder: folder.path, settings: "")
        for name in ["dump.rdb.bak", "dump.rdb.aside", "my-dump.rdb.aside-T0", "notes"] {
            try Support.write("x", to: "\(folder.path)/\(name)")
        }
        try Support.write("data", to: files.rdb)
        _ = try files.asides.setAside(at: "T1", because: "it is foreign")
        #expect(
            names(in: folder.path) == [
                "dump.rdb.aside", "dump.rdb.aside-T1", "dump.rdb.bak", "interrex.why.aside-T1", "my-dump.rdb.aside-T0",
                "notes",
            ])
        #expect(files.asides.times == ["T1"])
    }

    private func readAll(_ path: String) -> [UInt8] { readFile(path) ?? [] }
}

extension Freshness {
    /// Data that a server would start with.
    var isLoaded: Bool { holdsData && isLoadable }
}
