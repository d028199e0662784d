import Redis

/// Remembers that our own machine kept us from asking somebody: what could not be asked is unknown, which is no evidence of
/// anything.
public final class Shortage: Sendable {
    private let found = Protected<String?>(nil)

    public init() {}

    /// Takes note of an error of our own; others say something of the peer.
    public func note(_ error: any Error) {
        guard let error = error as? RedisError, error.isOurs else { return }
        found.withLock { $0 = error.message }
    }

    /// What was lacking since this was last asked, and what to do about it; nil where nothing was.
    public func take() -> String? {
        found.withLock { found in
            defer { found = nil }
            return found
        }
    }
}
