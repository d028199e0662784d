import Cluster
import Redis
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

    private nonisolated let loop: EventLoop
    private let settings: RegistrySettings
    private var session: Session?
    private var closing: Task<Void, Never>?

    init(_ settings: RegistrySettings, loop: EventLoop) {
        self.settings = settings
        self.loop = loop
    }

    /// Runs until cancelled. `tell` hears of each change, in order.
    func run(_ tell: @escaping @Sendable (Change) async -> Void) async {
        var isInTrouble = false
        while !Task.isCancelled {
            do {
                let session = try await Registry.open(settings, within: Self.patience).session
                self.session = session
                if isInTrouble { Log.info("ZooKeeper is back") }
                isInTrouble = false
                settings.warnIfClamped(session.negotiatedTimeout)
                await tell(.began(session))
                await follow(session, tell)
                await tell(.ended)
                await close()
                if !Task.isCancelled { Log.warn("the ZooKeeper session is over; opening another") }
            } catch {
                guard !Task.isCancelled else { return }
                if !isInTrouble { Log.warn("\(error); trying on") }
                isInTrouble = true
                // A server that refuses at once must not be asked without a pause; a cancelled sleep ends the loop.
                try? await loop.sleep(for: .milliseconds(200))
            }
        }
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
            group.addTask {
                var isFirst = true
                for await state in session.states() {
                    switch state {
                    case .connected where !isFirst: await tell(.resumed)
                    case .connecting: await tell(.lost)
                    default: break
                    }
                    isFirst = false
                }
                // After a final state there is nothing more to tell. This task must not end before `ended`, which returns
                // then and cancels it.
                try? await loop.sleep(for: .seconds(60))
            }
            await group.next()
            group.cancelAll()
        }
    }
}
