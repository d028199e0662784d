import Cluster
import Redis
import Succession

/// What tells redis-servers to change. Whoever is told has just answered on the very connection over which it is told: a
/// stranger that takes the port in between is never reached.
extension Performer {
    static let independence = ["REPLICAOF", "NO", "ONE"]

    /// Promotes a member and records it.
    func promote(_ member: Address, _ scene: Scene) async throws -> Result? {
        let old = scene.snapshot.record?.address
        let promoted = try await ordering(member, scene) {
            await self.willDo(Recording.Evidence.promoted.rawValue, to: old, becomes: member)
            return try await self.prober.instance(over: $0, after: Self.independence)
        }
        return try await record(member, as: promoted, .promoted, scene)
    }

    /// Records a member that was promoted; nothing where it does not answer master.
    func record(
        _ member: Address, as instance: Instance?, _ evidence: Recording.Evidence, _ scene: Scene,
        after history: Registry.HistoryNode? = nil
    ) async throws -> Result? {
        guard let instance, case .master = instance.answer else { return nil }
        var snapshot = scene.snapshot
        snapshot.instances[member] = instance
        return try await record(
            Recording(
                master: member, evidence: evidence, previous: snapshot.record,
                cluster: snapshot.clusterRecord(under: member)), scene, after: history)
    }

    func attach(_ member: Address, _ master: Address, _ scene: Scene) async throws -> Result? {
        guard await isToBeFollowed(master, scene) else { return nil }
        let isDone = try await ordering(member, scene) { connection in
            try await self.follow(master, on: connection)
            return true
        }
        guard isDone ?? false else { return nil }
        return Result(notice: Notice("attached", new: member, "told \(member) to replicate from \(master)"))
    }

    func configure(_ member: Address, _ parameter: String, _ value: String, _ scene: Scene) async throws -> Result? {
        let isDone = try await ordering(member, scene) { connection in
            if parameter == "replica-priority" {
                try await self.prober.givePriority(value, over: connection)
            } else {
                _ = try await connection.command(["CONFIG", "SET", parameter, value], within: self.prober.limit)
            }
            return true
        }
        guard isDone ?? false else { return nil }
        return Result(notice: Notice("configured", new: member, "set \(parameter) of \(member) to \(value)"))
    }

    /// Runs `body` on a connection to a member that is ours by its own word on it, behind the fence; nil where it is not so.
    private func ordering<Value: Sendable>(
        _ member: Address, _ scene: Scene, _ body: @Sendable (Connection) async throws -> Value
    ) async throws -> Value? {
        let isRight: @Sendable (Connection) async throws -> Bool = { try await self.isOurs($0, member, scene) }
        return try await fenced(member, desk.redis.credentials, scene, if: isRight, body)
    }

    func follow(_ master: Address, on connection: Connection) async throws {
        _ = try await connection.command(
            ["REPLICAOF", master.host.description, String(master.port)], within: prober.limit)
    }

    /// Whether others may be told to follow this one, by what it answers at this moment: what it was in the look may have ended,
    /// and another have its port.
    func isToBeFollowed(_ master: Address, _ scene: Scene) async -> Bool {
        var snapshot = scene.snapshot
        snapshot.instances[master] = await prober.instance(master)
        return snapshot.mayBeFollowed(master)
    }

    /// Whether the server at the other end may be told to change, by what it answers over this connection.
    func isOurs(_ connection: Connection, _ address: Address, _ scene: Scene) async throws -> Bool {
        var snapshot = scene.snapshot
        snapshot.instances[address] = try await prober.instance(over: connection)
        return snapshot.mayBeChanged(address)
    }
}
