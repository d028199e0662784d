import Cluster
import Redis
import Succession

/// What tells redis-servers to change. Whoever is told has just answered on the very connection over which it is told: a
/// stranger that takes the port in between is never reached.
extension Performer {
    /// Promotes a member and records it.
    func promote(_ member: Address, _ scene: Scene) async throws -> Result? {
        let promoted = try await fenced(member, desk.redis.credentials, scene) { connection -> Instance? in
            guard try await self.isOurs(connection, member, scene) else { return nil }
            _ = try await connection.command(["REPLICAOF", "NO", "ONE"], within: self.prober.limit)
            return try await self.prober.instance(over: connection)
        }
        guard let instance = promoted ?? nil, case .master = instance.answer else { return nil }
        var snapshot = scene.snapshot
        snapshot.instances[member] = instance
        return try await record(
            Recording(
                master: member, evidence: .promoted, previous: snapshot.record,
                cluster: snapshot.clusterRecord(under: member)), scene)
    }

    func attach(_ member: Address, _ master: Address, _ scene: Scene) async throws -> Result? {
        let isDone = try await fenced(member, desk.redis.credentials, scene) { connection -> Bool in
            guard try await self.isOurs(connection, member, scene) else { return false }
            _ = try await connection.command(
                ["REPLICAOF", master.host.description, String(master.port)], within: self.prober.limit)
            return true
        }
        guard isDone ?? false else { return nil }
        return Result(notice: Notice("attached", new: member, "told \(member) to replicate from \(master)"))
    }

    func configure(_ member: Address, _ parameter: String, _ value: String, _ scene: Scene) async throws -> Result? {
        let isDone = try await fenced(member, desk.redis.credentials, scene) { connection -> Bool in
            guard try await self.isOurs(connection, member, scene) else { return false }
            _ = try await connection.command(["CONFIG", "SET", parameter, value], within: self.prober.limit)
            return true
        }
        guard isDone ?? false else { return nil }
        return Result(notice: Notice("configured", new: member, "set \(parameter) of \(member) to \(value)"))
    }

    /// Whether the server at the other end may be told to change, by what it answers over this connection.
    private func isOurs(_ connection: Connection, _ address: Address, _ scene: Scene) async throws -> Bool {
        var snapshot = scene.snapshot
        snapshot.instances[address] = try await prober.instance(over: connection)
        return snapshot.mayBeChanged(address)
    }
}
