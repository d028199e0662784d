/// What is known of a session, and who waits for it to change.
struct Status {
    typealias Waiter = UnsafeContinuation<Result<Void, Failure>, Never>

    var state = Session.State.connecting
    var credentials: SessionCredentials?
    /// What the server agreed to.
    var timeout: Duration = .zero
    /// Whether the handle is there for calls. A session may be connected before, because libzookeeper's threads start
    /// while the handle is being made.
    var isOpen = false
    /// Whether libzookeeper has the digest, and gives it again itself after each reconnect.
    var isDigestGiven = false
    /// Whether the server accepted the digest, if there is one.
    var isDigestTaken: Bool
    /// No server's name had an address when last tried.
    var isUnresolved = false
    var isClosing = false
    /// `connect`, until it is done.
    private var connecting: Waiter?
    private var outcome: Result<Void, Failure>?

    init(isDigestTaken: Bool) { self.isDigestTaken = isDigestTaken }

    /// Registers the one that waits for the connection, or gives back what happened before it came.
    mutating func wait(_ waiter: Waiter) -> Result<Void, Failure>? {
        if outcome == nil { connecting = waiter }
        return outcome
    }

    /// Settles what `connect` waits for, once; returns whom to tell.
    mutating func settle(_ result: Result<Void, Failure>) -> Waiter? {
        guard outcome == nil else { return nil }
        outcome = result
        defer { connecting = nil }
        return connecting
    }

    var isEstablished: Bool { isOpen && isDigestTaken && state == .connected }
}
