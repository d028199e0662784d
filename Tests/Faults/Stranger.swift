import Fixtures
import Support
import Testing

/// Who may have taken a port of ours.
enum Stranger: String, CaseIterable, CustomTestStringConvertible {
    /// A Redis of another cluster, with a mark of its own.
    case marked
    /// A Redis that does not let us in: whose it is nobody can tell.
    case locked
    /// Something that answers, but not as Redis does.
    case noRedis

    var testDescription: String { rawValue }

    /// Starts one on `port`, a Redis with 50 keys.
    func take(_ port: Int) async throws -> Taken {
        switch self {
        case .marked:
            let mark = "{title} {listen-addr} {server-mode} /other mymaster 0123456789abcdef"
            let server = try await RedisServer.start(["--proc-title-template", mark], port: port)
            try await fill(port, keys: 50)
            return Taken(stranger: self, server: server)
        case .locked:
            // From the first moment on: who connects before a password is set stays in.
            let server = try await RedisServer.start(["--requirepass", "theirs"], port: port)
            try await fill(port, keys: 50, password: "theirs")
            return Taken(stranger: self, server: server)
        case .noRedis:
            let peer = try ScriptedPeer(port: port) { peer in
                while peer.receive(until: "\r\n") { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
            }
            return Taken(stranger: self, peer: peer)
        }
    }

    struct Taken {
        let stranger: Stranger
        var server: RedisServer?
        var peer: ScriptedPeer?

        /// Whether it still is a master with its 50 keys.
        var isUntouched: Bool {
            get async throws {
                guard let port = server?.port else { return true }
                let password = stranger == .locked ? "theirs" : nil
                guard try await redis(port, "DBSIZE", password: password) == "50" else { return false }
                return try await redis(port, "ROLE", password: password).hasPrefix("master")
            }
        }

        func end() async { await server?.stop() }
    }
}
