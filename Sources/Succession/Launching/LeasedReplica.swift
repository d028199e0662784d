/// A replica that waits for its first synchronisation with a master that is gone, and has data of which only its folder
/// tells how fresh it is: a copy that was set aside, or what it started with.
///
/// Running, it can't stand with that: a cold start knows only of what a launcher finds. So its lease ends it, and its
/// supervisor starts it again. No I/O, no clock.
public struct StrandedReplica: Sendable {
    /// After so long somebody else should have been promoted, whatever Sentinel's settings in ordinary use, or a
    /// rebooted host be back.
    public static let patience = Duration.seconds(60)

    private var since: Duration?

    public init() {}

    /// Whether `look` is of one that may be stranded: only then the rest is worth asking for.
    public static func isConceivable(_ look: ServerLook) -> Bool {
        guard case .replica(_, isSynchronised: false) = look.role else { return false }
        return !look.isLoading
    }

    /// Takes note of a look. Returns whether the server should end.
    ///
    /// Never where its keys would not be on disk then: it may be the only one that still has them.
    /// - Parameters:
    ///   - settings: what its settings keep.
    ///   - holdsData: whether any copy of its data was set aside, or a passport tells what it started with.
    ///   - masterIsGone: whether neither the one that it follows nor the recorded master answers.
    ///   - time: that of a monotonic clock.
    public mutating func note(
        _ look: ServerLook, _ settings: Passport.Persistence, holdsData: Bool, masterIsGone: Bool, at time: Duration
    ) -> Bool {
        guard Self.isConceivable(look), Self.isKept(look, settings), holdsData, masterIsGone else {
            since = nil
            return false
        }
        let began = since ?? time
        since = began
        return time - began >= Self.patience
    }

    /// Whether what it holds is on disk once it has ended.
    private static func isKept(_ look: ServerLook, _ settings: Passport.Persistence) -> Bool {
        guard look.history.holdsKeys else { return true }
        switch settings {
        // A log that is being written anew lacks what came with the last copy.
        case .aof: return look.logs && !look.isRewriting
        // It writes a snapshot when it is told to end, or the doctor has something to say.
        case .rdb: return true
        case .none: return false
        }
    }
}

/// Whether a replica has joined the reign that goes on. No I/O, no clock.
///
/// Sentinel promotes any replica whose link was down for less than ten times `down-after` (sentinel.c,
/// `sentinelSelectSlave`). One that nobody told of a new master (the sentinel that should have died) follows the old
/// one until then, and lacks all that was written since: promoted, it would cost the whole reign. With priority 0
/// nobody promotes it.
public struct ReignMembership: Sendable {
    /// A failover tells the replicas within a second or two.
    public static let patience = Duration.seconds(3)

    private var since: Duration?

    public init() {}

    /// Takes note of a look. Returns whether nobody should promote the server until it has joined.
    /// - Parameters:
    ///   - hasJoined: whether the server's data is known to be of the reign.
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
