import Cluster
import Redis
import Rendering
import Runtime
import Succession
import Vocabulary

/// Has a replica take every password that its master takes.
///
/// While a password is changed, all servers take the old one and the new one. One that starts then knows one of the two
/// only, from its launcher's variables, and would lock out whoever has the other: sentinels, watchers, clients.
struct AcceptedPasswords: Sendable {
    private static let longestPause = Duration.seconds(2)

    private let order: LeaseOrder
    private let loop: EventLoop

    init(_ order: LeaseOrder, loop: EventLoop) {
        self.order = order
        self.loop = loop
    }

    /// Returns once the server has been linked to a master and takes what that one takes, or is a master itself.
    func run() async throws {
        guard order.identity == nil, let credentials = order.credentials else { return }
        let prober = order.prober(on: loop)
        var pause = Duration.milliseconds(100)
        while true {
            // Not listening yet, loading, or without a link: nobody tells of its end.
            if let isDone = try? await copy(prober, credentials), isDone { return }
            try await loop.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func copy(_ prober: Prober, _ credentials: Credentials) async throws -> Bool {
        try await prober.connected(to: order.server, credentials) { connection in
            guard let look = try await prober.look(over: connection) else { return true }
            guard case .replica(let master, _) = look.role else { return true }
            let info = try await connection.info(["replication"], within: prober.limit)
            guard let master, info["master_link_status"] == "up" else { return false }
            do {
                try await copy(prober, credentials, from: master, to: connection)
            } catch let error as RedisError where error.isRefusal {
                // Whoever may not ask for users can't change a password in this way either.
                Log.debug("\(error)")
            }
            return true
        }
    }

    private func copy(
        _ prober: Prober, _ credentials: Credentials, from master: Address, to connection: Connection
    ) async throws {
        for user in credentials.users {
            let there = try await prober.connected(to: master, credentials) { master in
                try await master.passwords(of: user, within: prober.limit)
            }
            // One that does not take ours is not in the middle of a change from it or to it.
            guard there.count > 1, there.contains(sha256(credentials.password.text)) else { continue }
            let here = try await connection.passwords(of: user, within: prober.limit)
            let missing = there.subtracting(here).sorted()
            guard !missing.isEmpty, !here.isEmpty else { continue }
            _ = try await connection.command(
                ["ACL", "SETUSER", user] + missing.map { "#\($0)" }, within: prober.limit)
            Log.info("the master takes another password of \(user.oneLine), and so does this server from now on")
        }
    }
}
