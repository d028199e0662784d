import Cluster
import Runtime
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
    /// - Parameter onlyToLook: for `--render-only`, which writes nothing.
    func registry(onlyToLook: Bool = false) async throws -> Registry {
        if let registry { return registry }
        let (settings, rest) = (launch.registry, max(remaining, .milliseconds(100)))
        let opened = try await Registry.explaining(
            settings.servers, on: loop, telling: { [weak self] in await self?.say($0) },
            {
                try await onlyToLook
                    ? Registry.look(settings, within: rest) : Registry.open(settings, within: rest)
            })
        launch.registry.warnIfClamped(opened.session.negotiatedTimeout)
        registry = opened
        return opened
    }

    private var remaining: Duration { launch.masterTimeout - (ContinuousClock.now - start) }

    private func say(_ what: String) { waiting.say("no session with ZooKeeper: \(what)", remaining: remaining) }

    /// Lets go of a session that has failed, for the next one. What it registered went, or goes, with it.
    func drop(after failure: Failure, rest: Duration) async throws {
        // What a signal has interrupted is no failure.
        try Task.checkCancellation()
        Log.warn("\(failure); trying again")
        await close()
        // No event tells when ZooKeeper can be reached again.
        try await loop.sleep(for: rest)
    }

    func close() async {
        await registry?.session.close()
        registry = nil
    }
}
