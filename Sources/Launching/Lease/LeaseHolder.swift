import Cluster
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// The lease at work: keeps the server's node, opens a new session when one expires, and goes when the server goes.
actor LeaseHolder {
    private let order: LeaseOrder
    private let lock: FolderLock?
    private let loop: EventLoop
    private let server = ServerProcess()
    private let settings: RegistrySettings
    private var registry: Registry?
    /// Whether the launcher's session has been taken over, or found gone.
    private var isAttached = false
    /// Sessions that were ours: a node that one of them still owns is ours to replace.
    private var earlierSessions: Set<Int64> = []
    /// For a redis-server.
    private var keeper: PassportKeeper?
    /// Whether it was said that ZooKeeper is away.
    private var isInTrouble = false
    private var isRegistered = false
    /// When the session ended in which the server was registered; nil while it is, or never was.
    private var lost: ContinuousClock.Instant?
    /// Whom `/redis/master` named where another start was faster.
    private var overtaker: Address?

    init(_ order: LeaseOrder, _ lock: FolderLock?, loop: EventLoop) throws {
        self.order = order
        self.lock = lock
        self.loop = loop
        settings = try order.registrySettings
    }

    /// The session that is held, for who only reads and writes in it.
    private var openRegistry: Registry? { isAttached ? registry : nil }

    /// Returns once the server's process has ended and its nodes are gone.
    func run() async {
        keeper = order.data.map { data in
            PassportKeeper(
                order, data, loop: loop, registry: { [weak self] in await self?.openRegistry },
                endServer: { [server] in server.end() })
        }
        await withTaskGroup(of: Bool.self) { [server, loop, order, keeper] group in
            group.addTask {
                try? await server.ended(on: loop)
                return true
            }
            group.addTask {
                await self.hold()
                return false
            }
            if let keeper {
                group.addTask {
                    await keeper.run()
                    return false
                }
            }
            if let priority = order.priority {
                group.addTask {
                    try? await PriorityRaise(order, to: priority, loop: loop).run()
                    return false
                }
            }
            group.addTask {
                try? await AcceptedPasswords(order, loop: loop).run()
                return false
            }
            for await serverHasEnded in group where serverHasEnded { break }
            // First of all: ZooKeeper may take seconds, and the server's next start waits for its folder.
            await keeper?.end()
            lock?.release()
            group.cancelAll()
        }
        if registry == nil {
            // The launcher died before it became the server: its session is taken over only to be ended.
            registry = try? await attach()
        }
        await registry?.session.close()
    }

    /// Holds the nodes through as many sessions as it takes.
    private func hold() async {
        while !Task.isCancelled {
            do {
                guard let registry = try await session() else {
                    Log.warn(
                        "another start was faster and \(settings.root)/master names another: ending this server",
                        .master(overtaker))
                    return server.end()
                }
                noteReturn()
                guard try await keep(registry) else {
                    Log.warn("identity \(order.identity ?? "") is used by another sentinel: ending this server")
                    return server.end()
                }
                guard !Task.isCancelled else { return }
                Log.warn("the ZooKeeper session is over; registering again")
                await dropSession()
            } catch is CancellationError {
                return
            } catch {
                guard !Task.isCancelled else { return }
                noteTrouble("\(error)")
                // A session without a connection may never come back; its nodes are ours to replace.
                if registry?.session.state != .connected { await dropSession() }
                try? await loop.sleep(for: .milliseconds(200))
            }
        }
    }

    private func noteTrouble(_ what: String) {
        if !isInTrouble { Log.warn("\(what); trying until the server ends") }
        isInTrouble = true
    }

    private func noteReturn() {
        if isInTrouble { Log.info("ZooKeeper is back") }
        isInTrouble = false
    }

    /// Does `body`, and says within a second where ZooKeeper keeps it waiting.
    private func explaining<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await Registry.explaining(
            settings.servers, on: loop,
            telling: { [weak self] in await self?.noteTrouble("no session with ZooKeeper: \($0)") }, body)
    }

    private func dropSession() async {
        if isRegistered { (isRegistered, lost) = (false, .now) }
        await registry?.session.close()
        registry = nil
    }

    /// The session that is held, or the next one where that is over: the launcher's at first, then new ones. Nil where
    /// the start was overtaken.
    private func session() async throws -> Registry? {
        if let registry, isAttached { return registry }
        if !isAttached, let attached = try await explaining({ try await self.attach() }) {
            registry = attached
        } else {
            let (settings, patience) = (settings, patience)
            let opened = try await explaining { try await Registry.open(settings, within: patience) }
            registry = opened
            if !isAttached, try await wasOvertaken(opened) { return nil }
        }
        isAttached = true
        if let registry { earlierSessions.formUnion([order.session.id, registry.session.credentials.id]) }
        return registry
    }

    /// Takes the launcher's session over. The server's end must not interrupt that: half a takeover would have to be
    /// undone, with the nodes still there, before the next could end the session.
    private func attach() async throws -> Registry? {
        let (settings, session) = (settings, order.session)
        return try await Task(executorPreference: loop) {
            try await Registry.attach(settings, session, within: .seconds(2))
        }.value
    }

    /// How long one try to connect lasts; there is always another.
    private var patience: Duration { max(settings.sessionTimeout, .seconds(2)) }

    /// Our session was gone before we had it: `/redis/master` may name another master by now than the one that this
    /// start was decided under.
    private func wasOvertaken(_ registry: Registry) async throws -> Bool {
        guard let expected = order.startedUnder, let record = try await registry.record() else { return false }
        overtaker = record.address == expected ? nil : record.address
        return overtaker != nil
    }

    /// Registers, and again whenever one of the nodes is touched. Returns true when the session is over, false when
    /// another sentinel has our identity.
    private func keep(_ registry: Registry) async throws -> Bool {
        // Before the watches are set: one that fires at once must be heard.
        let changes = registry.session.changes()
        guard try await register(registry) else { return false }
        if let lost { Log.info("registered again: \(order.node)", .took(.now - lost)) }
        (isRegistered, lost) = (true, nil)
        dropCleanPages()
        await keeper?.reignMayHaveChanged()
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await registry.session.ended(on: self.loop)
                return true
            }
            group.addTask {
                await registry.session.followConnection(
                    to: self.settings.servers, on: self.loop,
                    telling: { await self.noteTrouble("the connection to ZooKeeper is lost: \($0)") },
                    back: { await self.noteReturn() })
                // The session is over.
                return true
            }
            group.addTask {
                for await event in changes {
                    if event.path == registry.paths.master {
                        await self.keeper?.reignMayHaveChanged()
                        continue
                    }
                    guard try await self.register(registry) else { return false }
                }
                return true
            }
            defer { group.cancelAll() }
            return try await group.next()!
        }
    }

    private func register(_ registry: Registry) async throws -> Bool {
        if let identity = order.identity {
            try await registry.ensureIdentity(identity, for: order.address)
            let lock = registry.paths.lock(identity)
            guard try await registry.hold(lock, order.address, replacing: earlierSessions) else { return false }
            try await registry.placeIdentity(identity, at: order.address)
            // Clients only see what answers.
            try await serverAnswers()
        }
        while try await !registry.hold(order.node, order.address, replacing: earlierSessions) {
            // Left by the identity's earlier user, whose session is about to end.
            try await loop.sleep(for: .milliseconds(200))
        }
        return true
    }

    private func serverAnswers() async throws {
        let prober = order.prober(on: loop)
        var pause = Duration.milliseconds(10)
        // Asked again, because a server tells nobody that it listens; it is over at the latest when the server ends.
        while await !prober.answersPing(order.server, order.credentials) {
            try await loop.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }
}

extension LeaseOrder {
    var registrySettings: RegistrySettings {
        get throws {
            RegistrySettings(
                servers: try ConnectString(servers), root: root, digest: digest.flatMap(Digest.init),
                sessionTimeout: sessionTimeout)
        }
    }

    /// The name doesn't matter to a lease: it asks its own server, and whom that is linked to.
    func prober(on loop: EventLoop) -> Prober {
        let settings = RedisSettings(
            masterName: "", credentials: credentials, sentinelCredentials: credentials, commandNames: commandNames)
        return Prober(settings, on: loop, confidants: Confidants(own: server))
    }
}
