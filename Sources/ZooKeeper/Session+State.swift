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
