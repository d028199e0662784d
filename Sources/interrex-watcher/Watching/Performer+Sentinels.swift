import Cluster
import Redis
import Succession

/// What tells sentinels to change.
extension Performer {
    /// Makes a sentinel forget whom it knows; it finds those that live again within some seconds.
    func reset(_ sentinel: Address, _ gone: [Address], _ scene: Scene) async throws -> Result? {
        let isDone = try await fenced(sentinel, desk.redis.sentinelCredentials, scene) { connection in
            _ = try await connection.command(
                ["SENTINEL", "RESET", self.desk.redis.masterName], within: self.prober.limit)
            return true
        }
        guard isDone != nil else { return nil }
        let names = gone.map(\.description).joined(separator: ", ")
        return Result(
            notice: Notice("forgotten", new: sentinel, "reset sentinel \(sentinel), which still knew \(names)"))
    }

    /// Points these sentinels to the master: all of them forget theirs first, because the epoch of one that still had it
    /// would override the others.
    func repoint(_ sentinels: [Address], _ master: Address, _ scene: Scene) async throws -> Result? {
        let name = desk.redis.masterName
        let settings = try await MonitorSettings.read(from: sentinels + scene.snapshot.sentinels.map(\.address), prober)
        guard await isFenced(scene) else { return nil }
        try await onEach(sentinels) { connection in
            do {
                _ = try await connection.command(["SENTINEL", "REMOVE", name], within: self.prober.limit)
            } catch let error as RedisError where error.message == "ERR No such master with that name" {}
        }
        try await onEach(sentinels) { connection in
            for command in settings.commands(monitoring: master, named: name, self.desk.redis.credentials) {
                _ = try await connection.command(command, within: self.prober.limit)
            }
        }
        let names = sentinels.map(\.description).joined(separator: ", ")
        return Result(notice: Notice("repointed", new: master, "pointed the sentinels \(names) to \(master)"))
    }

    /// Runs `body` on all of them at once; throws the first error when all are through.
    private func onEach(
        _ sentinels: [Address], _ body: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        let errors = await withTaskGroup(of: (any Error)?.self) { [prober, desk] group in
            for sentinel in sentinels {
                group.addTask {
                    do {
                        try await prober.connected(to: sentinel, desk.redis.sentinelCredentials, body)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [any Error]()) { if let error = $1 { $0.append(error) } }
        }
        if let error = errors.first { throw error }
    }
}

/// How a sentinel monitors its master: kept over a `REMOVE`, after which it would have Redis's defaults.
struct MonitorSettings: Sendable {
    private var quorum = 2
    private var values: [(name: String, value: String)] = []

    /// As `SENTINEL MASTER` names them. Scripts can be set again only where `deny-scripts-reconfig` is off.
    private static let names = ["down-after-milliseconds", "failover-timeout", "parallel-syncs"]

    /// Reads them from the first of these sentinels that monitors our master.
    static func read(from sentinels: [Address], _ prober: Prober) async throws -> MonitorSettings {
        for sentinel in sentinels {
            let master = try? await prober.connected(to: sentinel, prober.settings.sentinelCredentials) {
                try await $0.sentinelMaster(named: prober.settings.masterName, within: prober.limit)
            }
            guard let master = master ?? nil else { continue }
            var settings = MonitorSettings()
            settings.quorum = master.quorum
            settings.values = names.compactMap { name in master.fields[name].map { (name, $0) } }
            return settings
        }
        return MonitorSettings()
    }

    func commands(monitoring master: Address, named name: String, _ credentials: Credentials?) -> [[String]] {
        let secrets = [
            credentials?.username.map { ("auth-user", $0) }, credentials.map { ("auth-pass", $0.password) },
        ].compactMap(\.self)
        return [["SENTINEL", "MONITOR", name, master.host.description, String(master.port), String(quorum)]]
            + (values + secrets).map { ["SENTINEL", "SET", name, $0.0, $0.1] }
    }
}
