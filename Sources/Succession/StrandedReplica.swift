/// A replica that started empty and waits for a master that is gone, while a copy of its data lies beside it.
///
/// Running, it can't bring that copy back: a cold start knows only of what its launcher finds. So its lease ends it, and its
/// supervisor starts it again. No I/O, no clock.
public struct StrandedReplica: Sendable {
    /// After so long somebody else should have been promoted: twice Sentinel's shipped `down-after`.
    public static let patience = Duration.seconds(10)

    private var since: Duration?

    public init() {}

    /// Whether `look` is of one that may be stranded: only then the rest is worth asking for.
    public static func isConceivable(_ look: ServerLook) -> Bool {
        guard case .replica(_, isSynchronised: false) = look.role else { return false }
        return look.history.keys == 0 && !look.isLoading
    }

    /// Takes note of a look. Returns whether the server should end.
    /// - Parameters:
    ///   - holdsCopies: whether any copy of its data was set aside.
    ///   - masterIsGone: whether the recorded master is the one that it follows, and does not answer.
    ///   - time: that of a monotonic clock.
    public mutating func note(_ look: ServerLook, holdsCopies: Bool, masterIsGone: Bool, at time: Duration) -> Bool {
        guard Self.isConceivable(look), holdsCopies, masterIsGone else {
            since = nil
            return false
        }
        let began = since ?? time
        since = began
        return time - began >= Self.patience
    }
}
