import Cluster
import Runtime
import Support

/// Data files as a real redis-server left them; made once for all tests.
struct MadeData: Sendable {
    /// Keys a, b and c.
    let rdb: [UInt8]
    /// No key.
    let emptyRDB: [UInt8]
    /// An append-only log: `SET a`, then `SET b`, each in a whole command, behind a base without a key.
    let base: [UInt8]
    let increment: [UInt8]
    let manifest: [UInt8]

    static let shared = Task { try await MadeData() }

    private init() async throws {
        let snapshots = try await RedisServer.start()
        try await redis(snapshots.port, "SAVE")
        emptyRDB = try bytes("\(snapshots.folder.path)/dump.rdb")
        for key in ["a", "b", "c"] { try await redis(snapshots.port, "SET", key, "value of \(key)") }
        try await redis(snapshots.port, "SAVE")
        rdb = try bytes("\(snapshots.folder.path)/dump.rdb")
        await snapshots.stop()
        let log = try await RedisServer.start(["--appendonly", "yes", "--appendfsync", "always"])
        for key in ["a", "b"] { try await redis(log.port, "SET", key, "value of \(key)") }
        await log.stop()
        let folder = "\(log.folder.path)/appendonlydir/appendonly.aof"
        base = try bytes("\(folder).1.base.rdb")
        increment = try bytes("\(folder).1.incr.aof")
        manifest = try bytes("\(folder).manifest")
    }

    /// Lays the log down in a folder.
    func putLog(_ folder: TemporaryFolder) throws {
        try makeFolder("\(folder.path)/appendonlydir")
        try writeBytes(base, to: "\(folder.path)/\(Self.basePath)")
        try writeBytes(increment, to: "\(folder.path)/\(Self.incrementPath)")
        try writeBytes(manifest, to: "\(folder.path)/\(Self.manifestPath)")
    }

    static let basePath = "appendonlydir/appendonly.aof.1.base.rdb"
    static let incrementPath = "appendonlydir/appendonly.aof.1.incr.aof"
    static let manifestPath = "appendonlydir/appendonly.aof.manifest"
}

/// How many keys a real redis-server has that starts in `folder`; nil where it ends instead.
func keysLoaded(in folder: TemporaryFolder, _ arguments: [String]) async throws -> Int? {
    let server: RedisServer
    do {
        server = try await RedisServer.start(arguments, folder: folder)
    } catch {
        // Only an end of its own tells of the data.
        guard "\(error)".contains("ended with 1:") else { throw error }
        return nil
    }
    let keys = try await redis(server.port, "DBSIZE")
    server.kill9()
    try await server.process.wait()
    return Int(keys)
}

private func bytes(_ path: String) throws -> [UInt8] {
    guard let bytes = readFile(path) else { throw TestFailure("\(path) can't be read") }
    return bytes
}
