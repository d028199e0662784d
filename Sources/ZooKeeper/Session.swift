internal import CZooKeeper
import Runtime

/// A session with a ZooKeeper ensemble.
///
/// Every call waits for the server's answer, at most `Configuration.operationTimeout`, and can be cancelled. While the
/// connection is lost libzookeeper looks for another server; the session and its ephemeral nodes live on until the
/// server ends it, which `states()` tells.
public final class Session: Sendable {
    /// The largest request that a server takes, in bytes: its `jute.maxbuffer`, default 0xfffff. A larger one is
    /// refused here with `.tooLarge`; the server would drop the connection, and a retry would do it again, for ever.
    public static let maximumRequestSize = 0xfffff

    /// How long `close()` waits for the server before it leaves the rest to a thread.
    public static let closeLimit = Duration.seconds(2)

    let link: Link

    private init(_ link: Link) { self.link = link }

    deinit { link.beginClosing() }

    /// Connects, at most until `limit` has passed. Creates the chroot when it is missing, unless the configuration says
    /// otherwise.
    ///
    /// - Throws: `.deadline` with the servers' names in `path`; `.unusableHosts` when no name had an address by then;
    ///   `.sessionExpired` when `credentials` are of a session that is gone; `.authFailed` when the server has no
    ///   `digest` scheme (a wrong password is seen only by the first protected call: `.noAuth`); `.cancelled`; what
    ///   creating the chroot throws.
    public nonisolated(nonsending) static func connect(
        _ configuration: Configuration, within limit: Duration
    ) async throws(ZooKeeperError) -> Session {
        let end = ContinuousClock.now + limit
        let link = Link(configuration)
        let session = Session(link)
        if case .failure(let failure) = await link.establish(until: end) {
            throw ZooKeeperError(failure.code, "connect", configuration.servers.description)
        }
        if configuration.createsChroot { try await session.createChroot(until: end) }
        return session
    }

    /// What another process needs to take this session over; never log it.
    public var credentials: SessionCredentials {
        link.status.withLock { $0.credentials } ?? SessionCredentials(id: 0, password: [])
    }

    /// The session timeout that the server agreed to: 2 to 20 of its ticks.
    public var negotiatedTimeout: Duration { link.status.withLock { $0.timeout } }

    public var state: State { link.status.withLock { $0.state } }

    /// The present state, then each new one; ends after a final one. The newest 64 are kept for a slow reader.
    public func states() -> AsyncStream<State> {
        link.states.stream { link.status.withLock { $0.state } }
    }

    /// Watches that fired from now on. Each stream gets all of them, and keeps the newest 4,096 for a slow reader.
    ///
    /// A watch fires once and misses what happens while it isn't set: read again after each event, and on a timer.
    public func changes() -> AsyncStream<WatchEvent> { link.changes.stream() }

    /// Ends the session, and its ephemeral nodes with it. Calls under way fail with `.closing`, later ones with
    /// `.closed`. Returns when it is done, or after `closeLimit`; then a thread goes on. May be called again.
    public nonisolated(nonsending) func close() async {
        link.beginClosing()
        await link.closed(within: Self.closeLimit)
    }
}

extension Session {
    /// Creates the chroot when it is missing: without it every call would fail with `.noNode`. A connection that is
    /// lost meanwhile is no failure before `limit`.
    private nonisolated(nonsending) func createChroot(until limit: ContinuousClock.Instant) async throws(ZooKeeperError)
    {
        if chroot.isEmpty { return }
        while true {
            do throws(ZooKeeperError) {
                return try await createMissing(ZNodePath.parents(chroot) + [chroot], until: limit)
            } catch {
                let isOver = ContinuousClock.now >= limit
                guard [.connectionLoss, .operationTimeout, .deadline].contains(error.code) else { throw error }
                if isOver { throw ZooKeeperError(.deadline, "connect", link.configuration.servers.description) }
            }
            do {
                // Only after a lost connection, and until the limit: a fast start never gets here.
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw ZooKeeperError(.cancelled, "connect", link.configuration.servers.description)
            }
        }
    }

    private nonisolated(nonsending) func createMissing(
        _ paths: [String], until limit: ContinuousClock.Instant
    ) async throws(ZooKeeperError) {
        let acl = link.acl
        // One request in the usual case, that all is there.
        if try await isThere(paths.last!, until: limit) { return }
        for path in paths {
            do throws(ZooKeeperError) {
                _ = try await callWhole("create", path, until: limit) {
                    zoo_acreate($0, path, "", 0, acl.pointer, CreateMode.persistent.flags, nameCompleted, $1)
                }
            } catch {
                switch error.code {
                case .nodeExists: continue
                // The server asks first whether we may create there.
                case .noAuth: if try await !isThere(path, until: limit) { throw error }
                default: throw error
                }
            }
        }
    }

    private nonisolated(nonsending) func isThere(
        _ path: String, until limit: ContinuousClock.Instant
    ) async throws(ZooKeeperError) -> Bool {
        do throws(ZooKeeperError) {
            _ = try await callWhole("exists", path, until: limit) { zoo_aexists($0, path, 0, statCompleted, $1) }
            return true
        } catch  where error.code == .noNode {
            return false
        }
    }
}

extension Session {
    /// Where a session stands. The last three are final.
    public enum State: Equatable, Sendable {
        /// Not connected yet, or not any more: the session may live on or have ended, only a server knows.
        case connecting
        /// Connected, as far as libzookeeper knows: after a pause of this process it says so although the session
        /// may long be gone.
        case connected
        /// The server has ended the session, and its ephemeral nodes with it. A new one is needed.
        case expired
        /// The server refused the digest's scheme.
        case authenticationFailed
        /// Ended by `close()`.
        case closed
    }
}

extension Session.State {
    /// Why no call is possible any more; nil while one is.
    var refusal: ZooKeeperError.Code? {
        switch self {
        case .connecting, .connected: nil
        case .expired: .sessionExpired
        case .authenticationFailed: .authFailed
        case .closed: .closed
        }
    }
}
