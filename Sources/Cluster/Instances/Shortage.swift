import Redis
import Runtime

/// Remembers that our own machine kept us from asking somebody: what could not be asked is unknown, which is no
/// evidence of anything.
public final class Shortage: Sendable {
    private let found = Protected<(what: String, at: ContinuousClock.Instant)?>(nil)

    public init() {}

    /// Takes note of an error of our own; others say something of the peer.
    public func note(_ error: any Error) {
        guard let error = error as? RedisError, error.isOurs else { return }
        found.withLock { $0 = (error.message, .now) }
    }

    /// What was lacking since this was last asked, and what to do about it; nil where nothing was.
    public func take() -> String? {
        found.withLock { found in
            defer { found = nil }
            return found?.what
        }
    }

    /// For how long a shortage is one that lasts: whoever lacks something may try only every other second.
    private static let life = Duration.seconds(10)

    /// The same, of the last ten seconds, whoever has asked before.
    public var recent: String? {
        found.withLock { found in found.flatMap { .now - $0.at < Self.life ? $0.what : nil } }
    }
}
