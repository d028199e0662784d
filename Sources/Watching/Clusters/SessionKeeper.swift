import Cluster
import Runtime
import ZooKeeper

/// Keeps one ZooKeeper session for all clusters: opens it, and the next one when it is over.
actor SessionKeeper {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// What became of the session.
    enum Change: Sendable {
        case began(Session)
        /// The connection is lost; the session may live on.
        case lost
        /// The connection is back, and the session with it.
        case resumed
        case ended
    }

    /// How long one try to connect lasts; there is always another.
    private static let patience = Duration.seconds(10)
    /// A server that takes and drops connections does so many times a second: no more lines than these in this time.
    private static let logLimit = (lines: 4, in: Duration.seconds(10))

    private nonisolated let loop: EventLoop
    private let settings: RegistrySettings
    /// Checked once, when the first session is there.
    private let check: @Sendable (Session) async throws -> Void
    private var session: Session?
    private var closing: Task<Void, Never>?
    /// When lost connections were told of lately.
    private var told: [ContinuousClock.Instant] = []
    /// Whether it was said that there is no session.
    private var isInTrouble = false

    init(
        _ settings: RegistrySettings, loop: EventLoop, check: @escaping @Sendable (Session) async throws -> Void
    ) {
        self.check = check
        self.settings = settings
        self.loop = loop
    }

    /// Runs until cancelled. `tell` hears of each change, in order.
    /// - Throws: `Failure` 77 where the first session is not let in, or what it rests on is open to everybody.
    func run(_ tell: @escaping @Sendable (Change) async -> Void) async throws {
        var isNext = false
        while !Task.isCancelled {
            do {
                let session = try await open()
                self.session = session
                if !isNext { try await check(session) }
                if isInTrouble || isNext { Log.info("ZooKeeper is back, with a new session") }
                (isInTrouble, isNext) = (false, true)
                settings.warnIfClamped(session.negotiatedTimeout)
                await tell(.began(session))
                await follow(session, tell)
                // Where we are to end it is not over yet: whoever ends us closes it, once nobody uses it any more.
                guard !Task.isCancelled else { return }
                await tell(.ended)
                await close()
                Log.warn("the ZooKeeper session is over; opening another")
            } catch {
                guard !Task.isCancelled else { return }
                if !isNext, let failure = error as? Failure, failure.code == .notAuthorised { throw failure }
                await close()
                noteTrouble("\(error)")
                // A server that refuses at once must not be asked without a pause; a cancelled sleep ends the loop.
                try? await loop.sleep(for: .milliseconds(200))
            }
        }
    }

    private func open() async throws -> Session {
        let settings = settings
        return try await Registry.explaining(
            settings.servers, on: loop,
            telling: { [weak self] in await self?.noteTrouble("no session with ZooKeeper: \($0)") },
            { try await Registry.open(settings, within: Self.patience).session })
    }

    private func noteTrouble(_ what: String) {
        if !isInTrouble { Log.warn("\(what); trying on") }
        isInTrouble = true
    }

    /// Ends the session, and with it our part in the leadership; within half a second, whatever ZooKeeper does.
    func close() async {
        if let session {
            self.session = nil
            // A task of its own: where we are cancelled a child would be, too, and would not wait. Whoever else closes
            // waits for the same one, because the process ends when it returns.
            closing = Task { [loop] in
                await withTaskGroup(of: Void.self) { group in
                    // Whichever is first: what is left of the closing goes on by itself.
                    group.addTask { await session.close() }
                    group.addTask { try? await loop.sleep(for: .milliseconds(500)) }
                    await group.next()
                    group.cancelAll()
                }
            }
        }
        await closing?.value
    }

    /// Tells of lost and resumed connections until the session is over.
    private func follow(_ session: Session, _ tell: @escaping @Sendable (Change) async -> Void) async {
        await withTaskGroup(of: Void.self) { [loop] group in
            group.addTask { try? await session.ended(on: loop) }
            group.addTask { [settings] in
                // The loss itself is told of at once.
                await session.followConnection(
                    to: settings.servers, on: loop,
                    telling: { _ = await self.tellOfLoss("still no connection to ZooKeeper: \($0)") }, back: {})
                // Not the first of these to end: that would end the others. Whoever is cancelled wakes up at once.
                try? await loop.sleep(for: .seconds(60))
            }
            group.addTask {
                var (isFirst, hasToldOfLoss) = (true, false)
                for await state in session.states() {
                    switch state {
                    case .connected where !isFirst:
                        if hasToldOfLoss { Log.info("ZooKeeper is back, and the session lives on") }
                        hasToldOfLoss = false
                        await tell(.resumed)
                    case .connecting:
                        hasToldOfLoss = await self.tellOfLoss(
                            "the connection to ZooKeeper is lost; nothing is written until there is another")
                        await tell(.lost)
                    default: break
                    }
                    isFirst = false
                }
                // After a final state there is nothing more to tell. This task must not end before `ended`, which
                // returns then and cancels it.
                try? await loop.sleep(for: .seconds(60))
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Logs a line about a connection that is lost, unless that was said often enough. Returns whether it did.
    private func tellOfLoss(_ line: String) -> Bool {
        let now = ContinuousClock.now
        told.removeAll { now - $0 >= Self.logLimit.in }
        guard told.count < Self.logLimit.lines else { return false }
        told.append(now)
        Log.warn(line)
        return true
    }
}
