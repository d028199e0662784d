import Glibc

/// A non-blocking TCP socket that a loop watches; closed with its last reference.
///
/// Made and used on the loop's thread; only the last reference may go elsewhere.
final class Socket: Sendable {
    let descriptor: Int32
    private let id: UInt64
    private let loop: EventLoop

    /// Starts connecting; the handler hears `writable` once that has succeeded or failed (`connected()` tells).
    init(
        connectingTo address: SocketAddress, _ endpoint: Endpoint, on loop: EventLoop,
        _ handler: @escaping EventPoll.Handler
    ) throws(RedisError) {
        guard let poll = loop.openPoll else { throw .loopClosed(endpoint) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw RedisError(errno: errno, endpoint: endpoint, connecting: true) }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let isConnecting = address.withPointer { connect(descriptor, $0, $1) == 0 || errno == EINPROGRESS }
        guard isConnecting, let id = poll.watch(descriptor, [.readable, .writable], handler) else {
            var number = errno
            // Also where there is no address of that kind to come from: then no port is lacking, there is no way there.
            if number == EADDRNOTAVAIL, !address.hasSource { number = EHOSTUNREACH }
            let error = RedisError(errno: number, endpoint: endpoint, connecting: true)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.id = id
        self.loop = loop
    }

    deinit {
        close(descriptor)
        let (loop, id) = (loop, id)
        loop.perform(waking: false) { loop.openPoll?.unwatch(id) }
    }

    /// TCP keepalive (tcp(7)): the first probe after `interval` without a word (whole seconds, 1 at least), another one a
    /// second later, and a second after that the connection has failed with ETIMEDOUT.
    func keepAlive(after interval: Duration) {
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: max(1, interval.components.seconds)))
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 2)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func watch(_ interest: Readiness) { loop.openPoll?.change(id, descriptor, interest) }

    /// How connecting ended: 0, or an `errno`.
    func connected() -> Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 else { return errno }
        guard error == 0, let peer = SocketAddress.end(of: descriptor, { getpeername($0, $1, $2) }) else {
            return error
        }
        // Where nobody listens, TCP may connect a socket with an outgoing port of the same number to itself.
        return SocketAddress.end(of: descriptor, { getsockname($0, $1, $2) }) == peer ? ECONNREFUSED : 0
    }

    /// The number of bytes taken (0: not now), or an `errno`. Never raises SIGPIPE.
    func send(_ bytes: UnsafeRawBufferPointer) -> Result<Int, Errno> {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .success(count) }
            if errno == EAGAIN { return .success(0) }
            if errno != EINTR { return .failure(Errno(number: errno)) }
        }
    }

    /// The number of bytes read (nil: none now; 0: the peer ended it), or an `errno`.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Result<Int?, Errno> {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return .success(count) }
            if errno == EAGAIN { return .success(nil) }
            if errno != EINTR { return .failure(Errno(number: errno)) }
        }
    }

    struct Errno: Error { let number: Int32 }
}
