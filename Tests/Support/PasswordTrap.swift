import Runtime

/// A peer that asks whoever comes for a password, and keeps what it hears.
public final class PasswordTrap: Sendable {
    private let peer: ScriptedPeer
    private let received: Protected<[String]>

    public var port: Int { peer.port }
    /// What was sent to it, a text for each connection.
    public var connections: [String] { received.value }
    /// All that was sent to it.
    public var heard: String { connections.joined(separator: "\n") }

    /// Listens on `port`, or on a free one.
    public init(port: Int? = nil) throws {
        let received = Protected<[String]>([])
        self.received = received
        peer = try ScriptedPeer(port: port) { peer in
            let index = received.withLock { all in
                all.append("")
                return all.count - 1
            }
            while true {
                let bytes = peer.receive()
                if bytes.isEmpty { return }
                let text = String(decoding: bytes, as: UTF8.self)
                received.withLock { $0[index] += text }
                // One answer a command: each begins with the number of its words.
                let commands = text.split(separator: "\r\n").count { $0.hasPrefix("*") }
                for _ in 0..<commands { peer.send("-NOAUTH Authentication required.\r\n") }
            }
        }
    }
}
