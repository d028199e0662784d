import Glibc
import Support

@testable import Launching

extension DataVerdictTests {
    static let states = snapshotStates + logStates + ignoredStates

    /// What `appendonly no` makes of an RDB file.
    private static let snapshotStates = [
        State("nothing", "appendonly no", .loads(keys: 0), holdsData: false) { _, _ in },
        State("an RDB file", "appendonly no", .loads(keys: 3)) { try put($0.rdb, $1) },
        State("one without a key", "appendonly no", .loads(keys: 0), holdsData: false) { try put($0.emptyRDB, $1) },
        State("one without a key, cut off", "appendonly no", .ends("cut off"), holdsData: false) {
            try put($0.emptyRDB.dropLast(), $1)
        },
        State("one of no bytes", "appendonly no", .ends("cut off"), holdsData: false) { try put([], $1) },
        State("one that lost its last byte", "appendonly no", .ends("cut off")) { try put($0.rdb.dropLast(), $1) },
        State("one that begins otherwise", "appendonly no", .ends("is no RDB file")) {
            try put(Array("RESIS".utf8) + $0.rdb.dropFirst(5), $1)
        },
        State("one of a newer version", "appendonly no", .ends("version 11")) {
            try put(Array("REDIS0011".utf8) + $0.rdb.dropFirst(9), $1)
        },
        State("what Valkey 9 writes", "appendonly no", .ends("of RDB version 80, which Valkey 9 writes")) {
            try put(Array("VALKEY080".utf8) + $0.rdb.dropFirst(9), $1)
        },
        State("a folder in its place", "appendonly no", .ends("no regular file"), holdsData: false) {
            try makeFolder("\($1.path)/dump.rdb")
        },
        State("an RDB file beside a log", "appendonly no", .loads(keys: 3)) {
            try put($0.rdb, $1)
            try $0.putLog($1)
        },
        State("a bad manifest beside an RDB file", "appendonly no", .ends("manifest")) {
            try put($0.rdb, $1)
            try $0.putLog($1)
            try Support.write("junk\n", to: "\($1.path)/\(MadeData.manifestPath)")
        },
        State("another name", "dbfilename other.rdb", .loads(keys: 3)) { made, folder in
            try writeBytes(made.rdb, to: "\(folder.path)/other.rdb")
            try put([1, 2, 3], folder)
        },
    ]

    /// What `appendonly yes` makes of a log.
    private static let logStates = [
        State("nothing", yes, .loads(keys: 0), holdsData: false) { _, _ in },
        State("a log", yes, .loads(keys: 2)) { try $0.putLog($1) },
        State("a log beside a damaged RDB file", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            try put([1, 2, 3], $1)
        },
        State("its last file cut off", yes, .loads(keys: 1)) { try cut($0, $1) },
        State("its last file cut off", "appendonly yes,aof-load-truncated no", .ends("redis-check-aof --fix")) {
            try cut($0, $1)
        },
        State("another file cut off", yes, .ends("cut off")) {
            try cut($0, $1)
            try addSecond($0, $1)
        },
        State("two increments", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            try addSecond($0, $1)
        },
        State("an increment that is none", yes, .ends("something else than commands")) {
            try $0.putLog($1)
            try Support.write("SET a 1\r\n", to: "\($1.path)/\(MadeData.incrementPath)")
        },
        State("an increment that is missing", yes, .ends("isn't there"), holdsData: false) {
            try $0.putLog($1)
            unlink("\($1.path)/\(MadeData.incrementPath)")
        },
        State("an increment that is a folder", yes, .ends("no regular file"), holdsData: false) {
            try $0.putLog($1)
            unlink("\($1.path)/\(MadeData.incrementPath)")
            try makeFolder("\($1.path)/\(MadeData.incrementPath)")
        },
        State("a base that is missing", yes, .ends("isn't there")) {
            try $0.putLog($1)
            unlink("\($1.path)/\(MadeData.basePath)")
        },
        State("a base that is cut off", yes, .ends("cut off")) {
            try $0.putLog($1)
            try writeBytes(Array($0.rdb.dropLast(20)), to: "\($1.path)/\(MadeData.basePath)")
        },
        State("a base with keys", yes, .loads(keys: 3)) {
            try $0.putLog($1)
            try writeBytes($0.rdb, to: "\($1.path)/\(MadeData.basePath)")
        },
        State("a base of no bytes", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            try writeBytes([], to: "\($1.path)/\(MadeData.basePath)")
        },
        State("a base of commands", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            try writeBytes($0.increment, to: "\($1.path)/\(MadeData.basePath)")
        },
        State("a manifest that names a path", yes, .ends("path")) {
            try $0.putLog($1)
            try Support.write("file ../dump.rdb seq 1 type b\n", to: "\($1.path)/\(MadeData.manifestPath)")
        },
        State("a manifest with a quoted name", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            rename("\($1.path)/\(MadeData.incrementPath)", "\($1.path)/appendonlydir/my log")
            try Support.write(
                "file appendonly.aof.1.base.rdb seq 1 type b\nfile \"my log\" seq 1 type i\n",
                to: "\($1.path)/\(MadeData.manifestPath)")
        },
        State("a file in the folder's place", yes, .ends("no folder"), holdsData: false) {
            try writeBytes([], to: "\($1.path)/appendonlydir")
        },
        State("the single file of older versions", yes, .loads(keys: 2)) {
            try writeBytes($0.increment, to: "\($1.path)/appendonly.aof")
        },
        State("the same with an RDB part", yes, .loads(keys: 3)) {
            try writeBytes($0.rdb + $0.increment, to: "\($1.path)/appendonly.aof")
        },
        State("the same, which is none", yes, .ends("something else")) {
            try Support.write("junk", to: "\($1.path)/appendonly.aof")
        },
        State("the same, half moved into the folder", yes, .loads(keys: 2)) {
            try makeFolder("\($1.path)/appendonlydir")
            try Support.write("file appendonly.aof seq 1 type b\n", to: "\($1.path)/\(MadeData.manifestPath)")
            try writeBytes($0.increment, to: "\($1.path)/appendonly.aof")
        },
        State("the same beside a log", yes, .loads(keys: 2)) {
            try $0.putLog($1)
            try Support.write("junk", to: "\($1.path)/appendonly.aof")
        },
        State("other names", "appendonly yes,appenddirname logs,appendfilename my.aof", .loads(keys: 2)) {
            try $0.putLog($1)
            rename("\($1.path)/appendonlydir", "\($1.path)/logs")
            rename("\($1.path)/logs/appendonly.aof.manifest", "\($1.path)/logs/my.aof.manifest")
        },
    ]

    /// What is there, and would not be loaded.
    private static let ignoredStates = [
        State("an RDB file and no log", yes, .ignores("CONFIG SET appendonly yes")) { try put($0.rdb, $1) },
        State("an RDB file and a log that never took a write", yes, .ignores("CONFIG SET appendonly yes")) {
            try put($0.rdb, $1)
            try $0.putLog($1)
            try writeBytes([], to: "\($1.path)/\(MadeData.incrementPath)")
        },
        State("an RDB file and a log that was emptied", yes, .loads(keys: 0), holdsData: false) {
            try put($0.rdb, $1)
            try makeFolder("\($1.path)/appendonlydir")
            try writeBytes($0.emptyRDB, to: "\($1.path)/appendonlydir/appendonly.aof.2.base.rdb")
            try Support.write(
                "file appendonly.aof.2.base.rdb seq 2 type b\n", to: "\($1.path)/\(MadeData.manifestPath)")
        },
        State("an RDB file without a key and no log", yes, .loads(keys: 0), holdsData: false) {
            try put($0.emptyRDB, $1)
        },
        State("a log without its manifest", yes, .ignores("manifest")) {
            try $0.putLog($1)
            unlink("\($1.path)/\(MadeData.manifestPath)")
        },
        State("a log whose manifest names nothing", yes, .ignores("manifest")) {
            try $0.putLog($1)
            try Support.write("# nothing\n", to: "\($1.path)/\(MadeData.manifestPath)")
        },
        State("a log and no RDB file", "appendonly no", .ignores("set appendonly yes")) { try $0.putLog($1) },
        State("a log and an RDB file without a key", "appendonly no", .ignores("set appendonly yes")) {
            try $0.putLog($1)
            try put($0.emptyRDB, $1)
        },
        State("the single file of older versions", "appendonly no", .ignores("appendonly.aof")) {
            try writeBytes($0.increment, to: "\($1.path)/appendonly.aof")
        },
    ]

    private static let yes = "appendonly yes"

    private static func put(_ bytes: some Sequence<UInt8>, _ folder: TemporaryFolder) throws {
        try writeBytes(Array(bytes), to: "\(folder.path)/dump.rdb")
    }

    /// A log whose last command lost its end.
    private static func cut(_ made: MadeData, _ folder: TemporaryFolder) throws {
        try made.putLog(folder)
        try writeBytes(Array(made.increment.dropLast(5)), to: "\(folder.path)/\(MadeData.incrementPath)")
    }

    /// A second increment, as an unfinished rewrite leaves it.
    private static func addSecond(_ made: MadeData, _ folder: TemporaryFolder) throws {
        try writeBytes(made.increment, to: "\(folder.path)/appendonlydir/appendonly.aof.2.incr.aof")
        let more = Array("file appendonly.aof.2.incr.aof seq 2 type i\n".utf8)
        try writeBytes(made.manifest + more, to: "\(folder.path)/\(MadeData.manifestPath)")
    }
}
