/// Three real ZooKeeper servers that elect a leader among them.
public final class ZooKeeperEnsemble: Sendable {
    public let servers: [ZooKeeperServer]

    public var connectString: String { servers.map(\.connectString).joined(separator: ",") }

    /// Starts them and waits until one leads and the others follow.
    public static func start(tickTime: Int = 500, extra: [String] = []) async throws -> ZooKeeperEnsemble {
        let peers = try (1...3).map { "server.\($0)=127.0.0.1:\(try freePort()):\(try freePort())" }
        let servers = try (1...3).map { number in
            try ZooKeeperServer(
                port: freePort(), tickTime: tickTime, maxClientConnections: 0, extra: peers + extra, number: number)
        }
        let ensemble = ZooKeeperEnsemble(servers)
        for server in servers { try server.launch() }
        try await eventually("three servers agree on a leader", within: .seconds(60)) {
            await ensemble.modes.compactMap { $0 }.sorted() == ["follower", "follower", "leader"]
        }
        return ensemble
    }

    private init(_ servers: [ZooKeeperServer]) { self.servers = servers }

    /// The server that leads; throws when none does within 30 s.
    public func leader() async throws -> ZooKeeperServer {
        try await eventually("a leader", within: .seconds(30)) { await self.first("leader") }
    }

    public func follower() async throws -> ZooKeeperServer {
        try await eventually("a follower", within: .seconds(30)) { await self.first("follower") }
    }

    /// Of each server, in order.
    private var modes: [String?] {
        get async {
            var modes: [String?] = []
            for server in servers { modes.append(await server.mode) }
            return modes
        }
    }

    private func first(_ mode: String) async -> ZooKeeperServer? {
        zip(servers, await modes).first { $0.1 == mode }?.0
    }

    public func stop() async throws {
        for server in servers { try await server.stop() }
    }
}
