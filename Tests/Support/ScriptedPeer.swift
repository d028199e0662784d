import Glibc

/// A TCP peer on loopback that does what a script says with each connection: for faults that no real server produces.
///
/// Each connection gets a thread; it is closed when its script returns. Ends with the last reference.
public final class ScriptedPeer: Sendable {
    public let port: Int
    private let listener: Int32

    /// Listens on `port`, or on a free one. `script` may block.
    public init(port: Int? = nil, _ script: @escaping @Sendable (Peer) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = loopback(port ?? 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) + listen(listener, 64) + getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw TestFailure("can't listen: \(String(cString: strerror(errno)))") }
        self.port = Int(in_port_t(bigEndian: address.sin_port))
        runThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                runThread {
                    script(Peer(descriptor: descriptor))
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The server's side of one connection.
    public struct Peer: Sendable {
        public let descriptor: Int32

        public func send(_ text: String) { send(Array(text.utf8)) }

        /// Returns whether all of it was taken.
        @discardableResult
        public func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// The next bytes, as they come; empty at the end.
        public func receive() -> [UInt8] {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            return Array(chunk[..<max(0, count)])
        }

        /// Reads until `text` came; false at the end before that.
        @discardableResult
        public func receive(until text: String) -> Bool {
            var all = ""
            while !all.contains(text) {
                let bytes = receive()
                if bytes.isEmpty { return false }
                all += String(decoding: bytes, as: UTF8.self)
            }
            return true
        }

        /// Reads and drops everything until the other side ends it.
        public func receiveToEnd() { while !receive().isEmpty {} }

        /// Closing then sends a reset instead of an orderly end.
        public func resetOnClose() {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
    }
}

private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    // Retained for the one call of the entry.
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    pthread_create(&thread, nil, enterThread, context)
    pthread_detach(thread)
}

private func enterThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
