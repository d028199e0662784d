import Glibc

/// One command to a server, on loopback unless `host` is named, on a socket of its own, so that no test checks the
/// Redis module with itself.
///
/// Returns the reply as text: an error with its `-`, nothing as `(nil)`, an array one element a line. Throws when there
/// is no connection, or no reply within `limit`.
@discardableResult
public func redis(
    _ port: Int, _ arguments: String..., at host: String = "127.0.0.1", password: String? = nil,
    within limit: Duration = .seconds(5)
) async throws -> String {
    try await send(arguments, to: port, at: host, password: password, within: limit)
}

/// The same for a command as a list; `host` is an IPv4 address.
public func send(
    _ arguments: [String], to port: Int, at host: String = "127.0.0.1", password: String? = nil,
    within limit: Duration = .seconds(5)
) async throws -> String {
    let descriptor = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    defer { close(descriptor) }
    try startConnecting(descriptor, host, port)
    let commands = (password.map { [["AUTH", $0]] } ?? []) + [arguments]
    var unsent = commands.flatMap { command in
        Array(("*\(command.count)\r\n" + command.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
    }
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if !unsent.isEmpty {
            let count = Glibc.send(descriptor, unsent, unsent.count, Int32(MSG_NOSIGNAL))
            if count > 0 { unsent.removeFirst(count) }
            guard count > 0 || errno == EAGAIN else { throw failure("send to", port) }
        }
        let count = unsent.isEmpty ? recv(descriptor, &chunk, chunk.count, 0) : -1
        if count > 0 { received += chunk[..<count] }
        guard count > 0 || (count < 0 && errno == EAGAIN) || !unsent.isEmpty else {
            throw failure("receive from", port)
        }
        var rest = received[...]
        let replies = commands.compactMap { _ in text(&rest) }
        if replies.count == commands.count { return replies.last! }
        if count <= 0 { try await Task.sleep(for: .milliseconds(1)) }
    }
    let command = arguments.joined(separator: " ").prefix(80)
    throw TestFailure("no reply from port \(port) to \(command) within \(limit)")
}

private func startConnecting(_ descriptor: Int32, _ host: String, _ port: Int) throws {
    var address = loopback(port)
    address.sin_addr.s_addr = inet_addr(host)
    let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 || errno == EINPROGRESS else { throw failure("connect to", port) }
}

private func failure(_ what: String, _ port: Int) -> TestFailure {
    TestFailure("can't \(what) port \(port): \(String(cString: strerror(errno)))")
}

/// Takes one reply off the front of `bytes`; nil, with `bytes` used up, while it is incomplete.
private func text(_ bytes: inout ArraySlice<UInt8>) -> String? {
    guard let kind = bytes.first, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
        bytes = []
        return nil
    }
    let line = String(decoding: bytes[(bytes.startIndex + 1)..<(end - 1)], as: UTF8.self)
    bytes = bytes[(end + 1)...]
    switch kind {
    case UInt8(ascii: "-"): return "-" + line
    case UInt8(ascii: "$"):
        guard let count = Int(line), count >= 0 else { return "(nil)" }
        guard bytes.count >= count + 2 else {
            bytes = []
            return nil
        }
        defer { bytes = bytes.dropFirst(count + 2) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    case UInt8(ascii: "*"):
        guard let count = Int(line), count >= 0 else { return "(nil)" }
        var elements: [String] = []
        for _ in 0..<count {
            guard let element = text(&bytes) else { return nil }
            elements.append(element)
        }
        return elements.joined(separator: "\n")
    default: return line
    }
}
