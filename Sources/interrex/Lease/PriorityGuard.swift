import Redis

/// Keeps a server from being promoted, and gives it back the priority that it had.
struct PriorityGuard: Sendable {
    let limit: Duration

    /// Sets `replica-priority 0`. Returns what it was before; nil where it was that already.
    func withdraw(over connection: Connection) async throws -> String? {
        let info = try await connection.info(["replication"], within: limit)
        guard let own = info["slave_priority"], own != "0" else { return nil }
        try await set("0", over: connection)
        return own
    }

    func set(_ priority: String, over connection: Connection) async throws {
        _ = try await connection.command(["CONFIG", "SET", "replica-priority", priority], within: limit)
    }
}
