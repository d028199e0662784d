import CLinux
import Glibc
import Runtime

/// The loop of a `TCPProxy`.
struct ProxyThread: Sendable {
    let listener: Int32
    let wakeUp: Int32
    let target: Int
    let state: Protected<TCPProxy.State>

    func run() {
        while !state.withLock({ $0.isClosed }) {
            var polled = state.withLock(interests)
            poll(&polled, nfds_t(polled.count), state.withLock(pause))
            var count: UInt64 = 0
            eventfd_read(wakeUp, &count)
            let ready = Set(polled.filter { $0.revents != 0 }.map(\.fd))
            state.withLock { state in
                if ready.contains(listener) { accept(&state) }
                for connection in state.connections { forward(connection, ready, &state) }
                for connection in state.connections where connection.isDead { end(connection) }
                state.connections.removeAll(where: \.isDead)
            }
        }
        state.withLock { state in
            state.connections.forEach(end)
            state.connections = []
            state.hasEnded = true
            close(listener)
            close(wakeUp)
        }
    }

    private func interests(_ state: inout TCPProxy.State) -> [pollfd] {
        var polled = [listener, wakeUp].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if state.behaviour.isSilent { return polled }
        let now = ContinuousClock.now
        for connection in state.connections {
            let hasDue = connection.replies.first.map { $0.due <= now } ?? false
            let toClient = hasDue ? POLLIN | POLLOUT : POLLIN
            let toServer = connection.requests.isEmpty ? POLLIN : POLLIN | POLLOUT
            polled.append(pollfd(fd: connection.client, events: Int16(toClient), revents: 0))
            polled.append(pollfd(fd: connection.server, events: Int16(toServer), revents: 0))
        }
        return polled
    }

    /// Milliseconds until a held reply is due; -1 for ever.
    private func pause(_ state: inout TCPProxy.State) -> Int32 {
        // A closure: the address sanitizer takes a key path through an optional for an overlapping copy, in Swift's
        // library.
        guard !state.behaviour.isSilent, let due = state.connections.compactMap({ $0.replies.first?.due }).min()
        else { return -1 }
        return Int32(max(0, (due - .now) / .milliseconds(1)).rounded(.up))
    }

    private func accept(_ state: inout TCPProxy.State) {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        state.accepted += 1
        if state.behaviour.isRefusing {
            close(client)
            return
        }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | streamFlags, 0)
        var address = loopback(target)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        for descriptor in [client, server] {
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        state.recorded?.append([])
        let record = state.recorded.map { $0.count - 1 }
        state.connections.append(TCPProxy.Connection(client: client, server: server, record: record))
    }

    private func forward(
        _ connection: TCPProxy.Connection, _ ready: Set<Int32>, _ state: inout TCPProxy.State
    ) {
        guard !state.behaviour.isSilent, !connection.isDead else { return }
        if ready.contains(connection.client) {
            switch read(connection.client) {
            case .bytes(let bytes):
                if let record = connection.record { state.recorded?[record] += bytes }
                request(bytes, connection, &state.behaviour)
            case .nothing: break
            case .end: connection.isDead = true
            }
        }
        if ready.contains(connection.server), !connection.isDead {
            switch read(connection.server) {
            case .bytes where connection.losesReply: connection.isDead = true
            case .bytes(let bytes):
                connection.isAnswered = true
                connection.replies.append((.now + state.behaviour.delay, bytes))
            case .nothing: break
            case .end: connection.isDead = true
            }
        }
        if !connection.requests.isEmpty, !connection.isDead { send(&connection.requests, connection.server) }
        while let (due, bytes) = connection.replies.first, due <= .now {
            var rest = bytes
            send(&rest, connection.client)
            if rest.isEmpty {
                connection.replies.removeFirst()
            } else {
                connection.replies[0].bytes = rest
                return
            }
        }
    }

    private func request(
        _ bytes: [UInt8], _ connection: TCPProxy.Connection, _ behaviour: inout TCPProxy.Behaviour
    ) {
        connection.requests += bytes
        if let kind = behaviour.silencingKind, kinds(in: bytes).contains(kind) {
            send(&connection.requests, connection.server)
            (behaviour.isSilent, behaviour.silencingKind) = (true, nil)
            return
        }
        // One request may come in several pieces: libzookeeper sends its length first.
        guard let left = behaviour.requestsUntilDrop, connection.isAnswered else { return }
        connection.isAnswered = false
        behaviour.requestsUntilDrop = left > 1 ? left - 1 : nil
        guard left <= 1 else { return }
        send(&connection.requests, connection.server)
        // Not at once: a server may skip the request of a connection that has gone when its turn comes.
        connection.losesReply = true
    }

    /// What the kind of a request to ZooKeeper can be: it comes after its length, which may have come before, and its
    /// number.
    private func kinds(in bytes: [UInt8]) -> [Int32] {
        [4, 8].filter { bytes.count >= $0 + 4 }.map { place in
            bytes[place..<place + 4].reduce(0) { $0 << 8 | Int32($1) }
        }
    }

    private enum Input {
        case bytes([UInt8])
        case nothing
        case end
    }

    private func read(_ descriptor: Int32) -> Input {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 { return .bytes(Array(chunk[0..<count])) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }

    /// Sends what fits, and leaves the rest.
    private func send(_ bytes: inout [UInt8], _ descriptor: Int32) {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if count > 0 { bytes.removeFirst(count) }
    }

    private func end(_ connection: TCPProxy.Connection) {
        close(connection.client)
        close(connection.server)
    }
}

/// Runs `body` on a thread of its own; false when there is none.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    guard pthread_create(&thread, nil, threadMain, box.toOpaque()) == 0 else {
        box.release()
        return false
    }
    pthread_detach(thread)
    return true
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
