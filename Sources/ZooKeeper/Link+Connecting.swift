internal import CZooKeeper
import Glibc
import Runtime

// From the connect string to an established session.
extension Link {
    /// Opens the handle and waits until the session is established and the digest taken, at most until `limit`.
    nonisolated(nonsending) func establish(until limit: ContinuousClock.Instant) async -> Result<Void, Failure> {
        LogRouter.shared.add(self)
        TimerThread.shared.at(limit) { [weak self] in self?.limitPassed() }
        if configuration.servers.isNumeric {
            if !openHandle() { settle(.failure(Failure(code: .unusableHosts))) }
        } else if !startThread(stack: Self.threadStack, { self.resolve(until: limit) }) {
            settle(.failure(Failure(code: .systemError)))
        }
        return await opening.value(ifCancelled: .failure(Failure(code: .cancelled)))
    }

    /// Names need a name server, which can hang: on a thread of its own. A name server that doesn't answer yet, or
    /// doesn't know a container yet, is asked again until the limit.
    private func resolve(until limit: ContinuousClock.Instant) {
        while !openHandle() {
            let isWaiting = status.withLock { status in
                status.isUnresolved = true
                return !status.isClosing
            }
            guard isWaiting, .now < limit else { return settle(.failure(Failure(code: .unusableHosts))) }
            // On a thread of its own, until `limit`: a name server tells nobody when it begins to answer.
            usleep(200_000)
        }
    }

    private func limitPassed() {
        let code: ZooKeeperError.Code = status.withLock { $0.isUnresolved ? .unusableHosts : .deadline }
        settle(.failure(Failure(code: code)))
    }

    /// False when libzookeeper made no handle: no name was resolved.
    private func openHandle() -> Bool {
        let servers = configuration.servers.servers.joined(separator: ",")
        let milliseconds = Int32(max(1, min(configuration.timeout / .milliseconds(1), 1e9)))
        let log = LogRouter.shared.callback(for: self)
        let context = Unmanaged.passUnretained(self).toOpaque()
        let made = withSignalsBlocked {
            withIdentity { identity in
                zookeeper_init2(servers, watcherFired, milliseconds, identity, context, ZOO_NO_LOG_CLIENTENV, log)
            }
        }
        guard let made else { return false }
        // Otherwise names are resolved again on the thread that sends the pings: a name server that hangs would end
        // healthy sessions.
        zoo_set_servers_resolution_delay(made, -1)
        if adopt(made) {
            status.withLock { status in
                status.isOpen = true
                status.isUnresolved = false
            }
            settleIfEstablished()
        } else {
            zookeeper_close(made)
        }
        return true
    }

    private func withIdentity<Result>(_ body: (UnsafePointer<clientid_t>?) -> Result) -> Result {
        guard let credentials = configuration.credentials else { return body(nil) }
        var identity = clientid_t()
        identity.client_id = credentials.id
        withUnsafeMutableBytes(of: &identity.passwd) { $0.copyBytes(from: credentials.password.prefix($0.count)) }
        return body(&identity)
    }

    /// On libzookeeper's completion thread, in order.
    func sessionChanged(to code: Int32, of pointer: OpaquePointer) {
        switch code {
        case ZOO_CONNECTED_STATE:
            let identity = zoo_client_id(pointer)!.pointee
            let password = withUnsafeBytes(of: identity.passwd) { Array($0) }
            let timeout = Duration.milliseconds(Int(zoo_recv_timeout(pointer)))
            let isDigestGiven = status.withLock { status in
                status.credentials = SessionCredentials(id: identity.client_id, password: password)
                status.timeout = timeout
                return status.isDigestGiven
            }
            move(to: .connected)
            if !isDigestGiven { giveDigest(pointer) }
            settleIfEstablished()
        case ZOO_EXPIRED_SESSION_STATE:
            move(to: .expired)
            settle(.failure(Failure(code: .sessionExpired)))
        case ZOO_AUTH_FAILED_STATE:
            move(to: .authenticationFailed)
            settle(.failure(Failure(code: .authFailed)))
        default:
            move(to: .connecting)
        }
    }

    /// Here, in the event of the connection, is where libzookeeper takes it: while it isn't connected it answers
    /// ZINVALIDSTATE. Then the next connection's event tries again.
    private func giveDigest(_ pointer: OpaquePointer) {
        guard let text = configuration.digest?.text else { return }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let code = zoo_add_auth(pointer, "digest", text, Int32(text.utf8.count), digestCompleted, context)
        if code == ZOK.rawValue { status.withLock { $0.isDigestGiven = true } }
    }

    func digestAnswered(_ code: Int32) {
        guard code == ZOK.rawValue else { return }
        status.withLock { $0.isDigestTaken = true }
        settleIfEstablished()
    }

    /// A final state stays.
    func move(to state: Session.State) {
        states.send(finish: state.refusal != nil) {
            status.withLock { status in
                guard status.state != state, status.state.refusal == nil || state == .closed else { return nil }
                status.state = state
                return state
            }
        }
    }

    private func settleIfEstablished() {
        if status.withLock({ $0.isEstablished }) { settle(.success(())) }
    }

    private func settle(_ outcome: Result<Void, Failure>) { opening.fulfil(outcome) }

    func fired(_ kind: WatchEvent.Kind, _ path: String) {
        let path = ZNodePath.relative(path, chroot: configuration.servers.chroot)
        changes.send { WatchEvent(path: path, kind: kind) }
    }
}

/// What is known of a session.
struct Status {
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

    init(isDigestTaken: Bool) { self.isDigestTaken = isDigestTaken }

    var isEstablished: Bool { isOpen && isDigestTaken && state == .connected }
}
