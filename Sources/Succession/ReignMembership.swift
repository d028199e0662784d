/// Whether a replica has joined the reign that goes on. No I/O, no clock.
///
/// Sentinel promotes any replica whose link was down for less than ten times `down-after` (sentinel.c, `sentinelSelectSlave`). One
/// that nobody told of a new master (the sentinel that should have died) follows the old one until then, and lacks all that was
/// written since: promoted, it would cost the whole reign. With priority 0 nobody promotes it.
public struct ReignMembership: Sendable {
    /// A failover tells the replicas within a second or two.
    public static let patience = Duration.seconds(3)

    private var since: Duration?

    public init() {}

    /// Takes note of a look. Returns whether nobody should promote the server until it has joined.
    /// - Parameters:
    ///   - hasJoined: whether the server's data is known to be of the reign, or no reign is known.
    ///   - time: that of a monotonic clock.
    public mutating func isOutside(isReplica: Bool, hasJoined: Bool, at time: Duration) -> Bool {
        guard isReplica, !hasJoined else {
            since = nil
            return false
        }
        let began = since ?? time
        since = began
        return time - began >= Self.patience
    }
}
