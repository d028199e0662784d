import Cluster
import Redis
import ZooKeeper

/// A launcher's session with ZooKeeper: opened when it is needed first, replaced while there is time when it is lost.
actor LaunchConnection {
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let start = ContinuousClock.now
    private var registry: Registry?
    private var waiting = WaitingLine()

    init(_ launch: LaunchSettings, on loop: EventLoop) {
        self.launch = launch
        self.loop = loop
    }

    /// The session that is open, or a new one, opened with what is left of `MASTER_TIMEOUT`.
    func registry(
        _ open: @escaping @Sendable (RegistrySettings, Duration) async throws -> Registry = {
            try await Registry.open($0, within: $1)
        }
    ) async throws -> Registry {
        if let registry { return registry }
        let (settings, rest) = (launch.registry, max(remaining, .milliseconds(100)))
        let opened = try await Registry.explaining(
            settings.servers, on: loop, telling: { [weak self] in await self?.say($0) },
            { try await open(settings, rest) })
        launch.registry.warnIfClamped(opened.session.negotiatedTimeout)
        registry = opened
        return opened
    }

    private var remaining: Duration { launch.masterTimeout - (ContinuousClock.now - start) }

    private func say(_ what: String) { waiting.say("no session with ZooKeeper: \(what)", remaining: remaining) }

    /// A session for `--render-only`, which writes nothing.
    func registryToLook() async throws -> Registry {
        try await registry { try await Registry.look($0, within: $1) }
    }

    /// Lets go of a session that has failed, for the next one. What it registered went, or goes, with it.
    /// - Throws: `failure`, where the time is over, or another session would not help.
    func drop(after failure: Failure) async throws {
        guard remaining > .zero, !failure.isOurs else { throw failure }
        Log.warn("\(failure); trying again")
        await close()
        try await loop.sleep(for: .milliseconds(100))
    }

    func close() async {
        await registry?.session.close()
        registry = nil
    }
}
