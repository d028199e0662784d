import CLinux
import Glibc
import Runtime

/// A TCP proxy on loopback that does what a bad network does, when a test says so. Of what it forwards it knows the
/// kind of a request to ZooKeeper, and nothing else.
///
/// One thread and `poll`. Replies can be held back, connections cut, both directions silenced, new connections refused.
public final class TCPProxy: Sendable {
    public let port: Int
    private let target: Int
    private let listener: Int32
    private let wakeUp: Int32
    private let state = Protected(State())

    struct State {
        var connections: [Connection] = []
        var behaviour = Behaviour()
        var accepted = 0
        /// What each client has sent, in the order of their connections; kept only where it was asked for.
        var recorded: [[UInt8]]?
        var isClosed = false
        var hasEnded = false
    }

    struct Behaviour {
        var isSilent = false
        var isRefusing = false
        var delay = Duration.zero
        /// Goes silent once it has forwarded a request to ZooKeeper of this kind.
        var silencingKind: Int32?
        /// Forward this many more requests of clients, and drop the connection in place of the reply to the last.
        var requestsUntilDrop: Int?
    }

    public var connectString: String { "127.0.0.1:\(port)" }

    /// How many connections it took so far, those that it refused included.
    public var accepted: Int { state.withLock { $0.accepted } }

    /// What the clients of the connections since `record()` have sent, one element a connection.
    public var recorded: [[UInt8]] { state.withLock { $0.recorded ?? [] } }

    /// Listens on a free port and forwards to `target` on loopback.
    public init(to target: Int) throws {
        self.target = target
        port = try freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | streamFlags, 0)
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        var address = loopback(port)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, listen(listener, 128) == 0 else { throw TestFailure("the proxy can't listen on \(port)") }
        let thread = ProxyThread(
            listener: listener, wakeUp: wakeUp, target: target, state: state)
        guard startThread({ thread.run() }) else { throw TestFailure("no thread for the proxy") }
    }

    deinit { close() }

    /// Ends everything; returns at once, the thread closes its descriptors.
    public func close() { change { $0.isClosed = true } }

    /// Replies arrive this much later; requests don't.
    public func hold(replies delay: Duration) { change { $0.behaviour.delay = delay } }

    /// Forwards `count` more requests of clients, then drops that connection when the server replies to the last: the
    /// server has done what was asked, and the client never learns it. What a client sends before the server says
    /// something is one request; earlier ones must have their replies.
    public func drop(afterRequests count: Int) { change { $0.behaviour.requestsUntilDrop = count } }

    /// Keeps connections open, takes new ones, and forwards nothing until `speak()`.
    public func goSilent() { change { $0.behaviour.isSilent = true } }
    public func speak() { change { $0.behaviour.isSilent = false } }

    /// Forwards the next transaction (ZooKeeper's `multi`, kind 14), and then nothing until `speak()`: it is done, and
    /// who asked for it never hears of it.
    public func goSilentAfterTransaction() { change { $0.behaviour.silencingKind = 14 } }

    /// Drops all connections, and each new one at once, until `allow()`.
    public func refuse() {
        change {
            $0.behaviour.isRefusing = true
            for connection in $0.connections { connection.isDead = true }
        }
    }
    /// Drops each new connection at once, until `allow()`, and leaves those that there are.
    public func refuseNew() { change { $0.behaviour.isRefusing = true } }
    public func allow() { change { $0.behaviour.isRefusing = false } }

    /// Keeps what the clients of later connections send, from now on.
    public func record() { change { $0.recorded = [] } }

    /// Drops all connections, but takes new ones.
    public func dropAll() { change { for connection in $0.connections { connection.isDead = true } } }

    private func change(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            // Under the lock: after its end the descriptor may be another's.
            if !state.hasEnded { eventfd_write(wakeUp, 1) }
        }
    }

    /// Both ends of a forwarded connection; touched only under the proxy's lock.
    final class Connection {
        let client: Int32
        let server: Int32
        /// What came from the server, with the time before which it isn't sent on.
        var replies: [(due: ContinuousClock.Instant, bytes: [UInt8])] = []
        var requests: [UInt8] = []
        /// Whether the server has said something since the last request that counted.
        var isAnswered = true
        /// The next thing that the server says ends the connection instead of reaching the client.
        var losesReply = false
        /// Where its bytes are recorded.
        let record: Int?
        var isDead = false

        init(client: Int32, server: Int32, record: Int?) {
            self.client = client
            self.server = server
            self.record = record
        }
    }
}

let streamFlags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
}
