import Glibc

/// A non-blocking TCP socket that a loop watches; closed with its last reference.
///
/// Made and used on the loop's thread; only the last reference may go elsewhere.
package final class Socket: Sendable {
    private let descriptor: Int32
    private let id: UInt64
    private let loop: EventLoop

    /// Starts connecting; the handler hears `writable` once that has succeeded or failed (`connected()` tells).
    /// - Throws: ECANCELED where the loop is closed; what the system says.
    package init(
        connectingTo address: SocketAddress, on loop: EventLoop, _ handler: @escaping @Sendable (Readiness) -> Void
    ) throws(SystemFailure) {
        guard let poll = loop.openPoll else { throw SystemFailure(number: ECANCELED) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw SystemFailure(number: errno) }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let isConnecting = address.withPointer { connect(descriptor, $0, $1) == 0 || errno == EINPROGRESS }
        guard isConnecting, let id = poll.watch(descriptor, [.readable, .writable], handler) else {
            var number = errno
            // Also where there is no address of that kind to come from: then no port is lacking, there is no way there.
            if number == EADDRNOTAVAIL, !address.hasSource { number = EHOSTUNREACH }
            close(descriptor)
            throw SystemFailure(number: number)
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

    /// TCP keepalive (tcp(7)): the first probe after `interval` without a word (whole seconds, 1 at least), another one
    /// a second later, and a second after that the connection has failed with ETIMEDOUT.
    package func keepAlive(after interval: Duration) {
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: max(1, interval.components.seconds)))
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 2)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    package func watch(_ interest: Readiness) { loop.openPoll?.change(id, descriptor, interest) }

    /// How connecting ended: 0, or an `errno`.
    package func connected() -> Int32 {
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
    package func send(_ bytes: UnsafeRawBufferPointer) -> Result<Int, SystemFailure> {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .success(count) }
            if errno == EAGAIN { return .success(0) }
            if errno != EINTR { return .failure(SystemFailure(number: errno)) }
        }
    }

    /// The bytes that have come, 16 KiB at most (nil: none now; empty: the peer ended it), or an `errno`. They are
    /// valid until anything else of this loop is read.
    package func receive() -> Result<UnsafeRawBufferPointer?, SystemFailure> {
        guard let buffer = loop.openPoll?.scratch else { return .success(nil) }
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return .success(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            if errno == EAGAIN { return .success(nil) }
            if errno != EINTR { return .failure(SystemFailure(number: errno)) }
        }
    }
}

/// An IP address and port as the socket calls take it.
package struct SocketAddress: Equatable, Sendable {
    fileprivate let family: Int32
    private let bytes: [UInt8]

    init(_ address: UnsafePointer<sockaddr>, length: Int) {
        family = Int32(address.pointee.sa_family)
        bytes = Array(UnsafeRawBufferPointer(start: address, count: length))
    }

    /// nil unless `host` is an IPv4 or IPv6 literal (`fe80::1%eth0` included).
    package init?(literal host: String, port: Int) {
        let port = in_port_t(port).bigEndian
        var four = sockaddr_in()
        var six = sockaddr_in6()
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port
            family = AF_INET
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if let address = parts.first, inet_pton(AF_INET6, String(address), &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port
            if parts.count == 2 { six.sin6_scope_id = if_nametoindex(String(parts[1])) }
            family = AF_INET6
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    fileprivate func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }

    /// Whether this machine has an address from which to reach it: a datagram socket needs no port of its own for each
    /// peer.
    fileprivate var hasSource: Bool {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return withPointer { connect(descriptor, $0, $1) == 0 } || errno != EADDRNOTAVAIL
    }

    /// Listens on it for a moment, as redis-server would: connections that linger in TIME_WAIT don't keep the port.
    /// - Throws: what the system says to it. Where it gives no socket, nothing is known, and nothing thrown.
    package func checkListening() throws(SystemFailure) {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 1) == 0 else {
            throw SystemFailure(number: errno)
        }
    }

    /// One end of a connected socket, by `getsockname` or `getpeername`; nil when it has none.
    fileprivate static func end(
        of descriptor: Int32,
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                call(descriptor, address, &length) == 0 ? SocketAddress(address, length: Int(length)) : nil
            }
        }
    }
}
