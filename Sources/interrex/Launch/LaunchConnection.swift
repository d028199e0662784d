import Cluster
import Redis
import ZooKeeper

/// A launcher's session with ZooKeeper: opened when it is needed first, replaced while there is time when it is lost.
actor LaunchConnection {
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let start = ContinuousClock.now
    private var registry: Registry?

    init(_ launch: LaunchSettings, on loop: EventLoop) {
        self.launch = launch
        self.loop = loop
    }

    /// The session that is open, or a new one, opened with what is left of `MASTER_TIMEOUT`.
    func registry(
        _ open: @Sendable (RegistrySettings, Duration) async throws -> Registry = {
            try await Registry.open($0, within: $1)
        }
    ) async throws -> Registry {
        if let registry { return registry }
        let rest = max(launch.masterTimeout - (ContinuousClock.now - start), .milliseconds(100))
        let opened = try await open(launch.registry, rest)
        launch.registry.warnIfClamped(opened.session.negotiatedTimeout)
        registry = opened
        return opened
    }

    /// A session for `--render-only`, which writes nothing.
    func registryToLook() async throws -> Registry {
        try await registry { try await Registry.look($0, within: $1) }
    }

    /// Lets go of a session that has failed, for the next one. What it registered went, or goes, with it.
    /// - Throws: `failure`, where the time is over.
    func drop(after failure: Failure) async throws {
        guard ContinuousClock.now - start < launch.masterTimeout else { throw failure }
        Log.warn("\(failure); trying again")
        await close()
        try await loop.sleep(for: .milliseconds(100))
    }

    func close() async {
        await registry?.session.close()
        registry = nil
    }
}
