import Glibc
import Runtime

/// A connection to a server on loopback, with no HTTP library between: what a test sends is what arrives.
///
/// Nothing blocks but `connect`, which the kernel answers itself.
public final class HTTPClient: Sendable {
    private let descriptor: Int32
    private let received = Protected<[UInt8]>([])

    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // All properties are set, so `deinit` closes the socket.
        guard code == 0 else { throw TestFailure("connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    public func send(_ text: String) { send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// What has arrived so far.
    public var text: String {
        _ = take()
        return String(decoding: received.value, as: UTF8.self)
    }

    /// How many bytes have arrived and are not taken.
    public var waiting: Int {
        var chunk = [UInt8](repeating: 0, count: 16 << 20)
        return recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
    }

    /// Waits until the server has closed the connection, and returns all that it sent.
    public func end(within limit: Duration = .seconds(10)) async throws -> String {
        try await eventually("the server ends the connection", within: limit) { take() }
        return text
    }

    /// Whether the server has closed the connection.
    public var hasEnded: Bool { take() }

    public func wait(for part: String, within limit: Duration = .seconds(10)) async throws {
        try await eventually("the server sends \(part); it sent \(text)", within: limit) { text.contains(part) }
    }

    /// Takes what is there; whether the other side has ended.
    private func take() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                received.withLock { $0 += chunk[0..<count] }
            } else {
                return count == 0 || errno != EAGAIN
            }
        }
    }
}

/// A whole answer.
public struct HTTPAnswer: Sendable {
    public var code: Int
    /// Names in lower case.
    public var headers: [String: String]
    public var body: String

    public init(_ text: String) throws {
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw TestFailure("no header ends in \(text)") }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count >= 2, let code = Int(words[1]) else {
            throw TestFailure("no status in \(text)")
        }
        self.code = code
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw TestFailure("no colon in \(line)") }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        body = String(text[end.upperBound...])
    }
}

/// Asks an HTTP port on loopback, once.
public func get(_ path: String, from port: Int, within limit: Duration = .seconds(5)) async throws -> HTTPAnswer {
    let client = try HTTPClient(port: port)
    client.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
    return try HTTPAnswer(try await client.end(within: limit))
}
