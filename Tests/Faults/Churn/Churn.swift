import Fixtures
import Glibc
import Runtime
import Support

/// Kills from outside: every 0.2 to 2 s one of five Redis, three sentinels and two watchers, chosen at random, is
/// killed with -9 where it runs, and started where it doesn't, on the same or another port, always in its own folder.
/// The lease of one in five is killed with it. One that ends by itself is started again, as a scheduler does.
actor Churn {
    private struct Slot {
        let kind: Launched.Kind
        let folder: TemporaryFolder
        var port: Int
        var server: Launched?
    }

    /// As shipped, but for the start of a synchronisation, which waits as long as Redis's default: with little data, it
    /// is as easy to hit a server in the middle of it as it is with much.
    private static let redisSettings = """
        appendonly yes
        appendfsync everysec
        save 3600 1
        shutdown-on-sigterm nosave
        repl-backlog-size 64mb
        repl-diskless-sync yes
        repl-diskless-sync-delay 5

        """
    private static let sentinelSettings = """
        sentinel down-after-milliseconds {{master_name}} 2000
        sentinel failover-timeout {{master_name}} 5000

        """

    private let cluster: TestCluster
    private let places: Protected<[Writers.Place]>
    private var generator: SeededGenerator
    private var slots: [Slot] = []
    private var lifeOfSlot: [Int: Int] = [:]

    /// Of the Redis alone: who could take writes, and when.
    private(set) var lives: [Reign.Life] = []
    private(set) var kills = 0
    private(set) var leaseKills = 0
    private(set) var starts = 0
    /// How often something ended by itself, by what it was and its exit code.
    private(set) var ends: [String: Int] = [:]

    /// - Parameter places: where the sentinels are is kept there.
    init(on cluster: TestCluster, seed: UInt64, places: Protected<[Writers.Place]>) throws {
        self.cluster = cluster
        self.places = places
        generator = SeededGenerator(seed: seed)
        let kinds: [Launched.Kind] =
            Array(repeating: .redis, count: 5) + Array(repeating: .sentinel, count: 3)
            + Array(repeating: .watcher, count: 2)
        for kind in kinds {
            slots.append(Slot(kind: kind, folder: try TemporaryFolder("churn-\(kind)"), port: try freePort()))
        }
    }

    var servers: [Launched] { running(.redis) }
    var sentinels: [Launched] { running(.sentinel) }
    var folders: [String] { slots.filter { $0.kind == .redis }.map(\.folder.path) }

    private func running(_ kind: Launched.Kind) -> [Launched] {
        slots.filter { $0.kind == kind }.compactMap(\.server).filter { $0.process.exitCode == nil }
    }

    // MARK: The schedule

    func goOn(for time: Duration) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            // The schedule's own pace; nothing is waited for.
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...2_000, using: &generator)))
            try startWhatEnded()
            try await change()
        }
    }

    /// Starts all that is down.
    func startAll() throws {
        try startWhatEnded()
        for index in slots.indices where slots[index].server == nil { try start(index) }
    }

    /// A scheduler starts again what ended by itself: refused with 75 or 78, or ended by its lease.
    func startWhatEnded() throws {
        for index in slots.indices {
            guard let code = slots[index].server?.process.exitCode else { continue }
            ends["\(slots[index].kind) \(code)", default: 0] += 1
            closeLife(of: index, isKilled: false)
            try start(index)
        }
    }

    /// Any of them. Where it is a Redis, it is the master of the moment in one of four cases, if there is one.
    private func change() async throws {
        var index = Int.random(in: slots.indices, using: &generator)
        let kind = slots[index].kind
        let isMaster = Int.random(in: 0..<4, using: &generator) == 0
        if isMaster, kind == .redis, let master = await slotOfMaster { index = master }
        let (isOnAnotherPort, isLeaseKilled) = (
            Bool.random(using: &generator), Int.random(in: 0..<5, using: &generator) == 0
        )
        if slots[index].server == nil {
            if isOnAnotherPort { slots[index].port = try freePort() }
            try start(index)
        } else {
            try await kill(index, leaseToo: isLeaseKilled && kind != .watcher)
        }
    }

    private var slotOfMaster: Int? {
        get async {
            for (index, slot) in slots.enumerated() where slot.kind == .redis {
                if await slot.server?.role == "master" { return index }
            }
            return nil
        }
    }

    // MARK: One server

    private func start(_ index: Int) throws {
        let slot = slots[index]
        let server: Launched
        switch slot.kind {
        case .redis:
            server = try cluster.redis(Self.redisSettings, port: slot.port, folder: slot.folder)
            lifeOfSlot[index] = lives.count
            lives.append(Reign.Life(place: server.place, start: .now))
        case .sentinel: server = try cluster.sentinel(Self.sentinelSettings, port: slot.port, folder: slot.folder)
        case .watcher: server = try cluster.watcher(port: slot.port)
        }
        slots[index].server = server
        starts += 1
        let sentinels = slots.filter { $0.kind == .sentinel }.compactMap { $0.server?.place }
        places.withLock { $0 = sentinels }
    }

    private func kill(_ index: Int, leaseToo: Bool) async throws {
        guard let server = slots[index].server else { return }
        if leaseToo {
            leaseKills += 1
            for child in server.children { Glibc.kill(child, SIGKILL) }
        }
        closeLife(of: index, isKilled: true)
        kills += 1
        server.process.signal(SIGKILL)
        try await server.process.wait()
        slots[index].server = nil
    }

    private func closeLife(of index: Int, isKilled: Bool) {
        guard let life = lifeOfSlot.removeValue(forKey: index) else { return }
        lives[life].end = .now
        lives[life].isKilled = isKilled
    }
}
