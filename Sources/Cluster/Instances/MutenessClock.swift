import Succession
import Vocabulary

/// For how long registered sentinels have given no answer: one that is frozen keeps its lease, and must not for ever
/// keep those from counting that have lost theirs.
struct MutenessClock {
    /// Longer than anything goes on that ends by itself: a slow answer, a connection that is opened anew, `down-after`.
    static let limit = Duration.seconds(10)

    private var since: [Address: ContinuousClock.Instant] = [:]

    /// The claims, each with whether its sentinel has been silent for too long, as far as we have seen.
    mutating func noted(_ claims: [SentinelClaim], at now: ContinuousClock.Instant = .now) -> [SentinelClaim] {
        // Whom our own machine kept us from asking may have something to say.
        let silent = claims.filter { $0.isRegistered && $0.opinion == nil && $0.trouble != .unasked }.map(\.address)
        since = Dictionary(silent.map { ($0, since[$0] ?? now) }) { $1 }
        return claims.map { claim in
            var claim = claim
            claim.isMute = since[claim.address].map { now - $0 >= Self.limit } ?? false
            return claim
        }
    }
}
