import Cluster
import Redis
import Succession

/// What tells sentinels to change.
extension Performer {
    /// Makes a sentinel forget whom it knows, and tells it in the same breath of its peers that live: by itself it would find
    /// them within 2 s, in which it can neither win a vote nor be told of a new master. Replicas it finds by itself.
    func reset(_ sentinel: Address, _ gone: [Address], _ scene: Scene) async throws -> Result? {
        guard let master = scene.snapshot.record?.address,
            let epoch = scene.snapshot.sentinels.first(where: { $0.address == sentinel })?.opinion?.epoch
        else { return nil }
        // An address alone may be that of a dead one whose place another has taken.
        let living = Dictionary(
            scene.snapshot.sentinels.compactMap { report in report.opinion?.id.map { ($0, report.address) } },
            uniquingKeysWith: { $1 })
        let name = desk.redis.masterName
        let isDone = try await fencedSentinel(sentinel, scene) { connection in
            let (peers, _) = try await connection.sentinelPeers(named: name, within: self.prober.limit)
            _ = try await connection.command(["SENTINEL", "RESET", name], within: self.prober.limit)
            for peer in peers where living[peer.id].map({ Endpoint($0) == peer.endpoint }) ?? false {
                // What it knows already, so that it takes nothing but the peer.
                let hello = SentinelHello(speaker: peer, masterName: name, master: Endpoint(master), epoch: epoch)
                try await connection.announce(hello, within: self.prober.limit)
            }
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
        // What they are told may bear the password of the servers.
        let sentinels = sentinels.filter {
            desk.redis.credentials == nil
                || prober.confidants.knowsSentinel($0) && scene.snapshot.distrust(of: $0) == nil
        }
        guard !sentinels.isEmpty else { return nil }
        let name = desk.redis.masterName
        let settings = monitorSettings ?? MonitorSettings(scene.snapshot) ?? .shipped
        async let isRight = isToBeFollowed(master, scene)
        guard try await isFenced(scene), await isRight else { return nil }
        let ids = Dictionary(uniqueKeysWithValues: Set(sentinels).map { ($0, scene.snapshot.id(of: $0)) })
        try await onEach(sentinels, ids) { connection in
            do {
                _ = try await connection.command(["SENTINEL", "REMOVE", name], within: self.prober.limit)
            } catch let error as RedisError where error.message == "ERR No such master with that name" {}
        }
        try await onEach(sentinels, ids) { connection in
            for command in settings.commands(monitoring: master, self.desk.redis) {
                _ = try await connection.command(command, within: self.prober.limit)
            }
        }
        let names = sentinels.map(\.description).joined(separator: ", ")
        return Result(notice: Notice("repointed", new: master, "pointed the sentinels \(names) to \(master)"))
    }

    /// Runs `body` on all of them at once that are still who they were; throws the first error when all are through.
    private func onEach(
        _ sentinels: [Address], _ ids: [Address: String?], _ body: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        let errors = await withTaskGroup(of: (any Error)?.self) { [prober, desk] group in
            for sentinel in sentinels {
                group.addTask {
                    do {
                        try await prober.connected(to: sentinel, desk.redis.sentinelCredentials) { connection in
                            // Another cluster's may have its port by now.
                            guard try await connection.sentinelID(within: prober.limit) == ids[sentinel] ?? nil else {
                                return
                            }
                            // And ours asks for the password.
                            if desk.redis.keepsSecrets, await !connection.hasAuthenticated { return }
                            try await body(connection)
                        }
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

extension Performer {
    /// `fenced`, for a sentinel that is by its own word on the connection the one that was asked.
    func fencedSentinel<Value: Sendable>(
        _ sentinel: Address, _ scene: Scene, _ body: @Sendable (Connection) async throws -> Value
    ) async throws -> Value? {
        let (id, limit) = (scene.snapshot.id(of: sentinel), prober.limit)
        return try await fenced(
            sentinel, desk.redis.sentinelCredentials, scene, if: { try await $0.sentinelID(within: limit) == id }, body)
    }
}

extension RedisSettings {
    /// Whether what a sentinel is told bears a secret, and ours ask for one themselves.
    fileprivate var keepsSecrets: Bool { credentials != nil && sentinelCredentials != nil }
}

/// How a sentinel monitors its master: kept over a `REMOVE`, after which it would have Redis's defaults.
struct MonitorSettings: Equatable, Sendable {
    private let quorum: Int
    private let downAfter: Duration
    private let failoverTimeout: Duration
    private let parallelSyncs: Int

    /// The settings in the shipped `conf/sentinel.conf`: with Redis's own, an election that failed costs six minutes.
    static let shipped = MonitorSettings(
        Opinion(names: nil, failoverTimeout: .seconds(10), details: SentinelDetails(downAfter: .seconds(5), quorum: 2)))

    /// Scripts can be set again only where `deny-scripts-reconfig` is off.
    private init(_ opinion: Opinion) {
        quorum = opinion.details.quorum
        downAfter = opinion.details.downAfter
        failoverTimeout = opinion.failoverTimeout
        parallelSyncs = opinion.details.parallelSyncs
    }

    /// Those of a sentinel that names the recorded master; else of any that names one. Nil where none does.
    init?(_ snapshot: Snapshot) {
        let opinions = snapshot.sentinels.compactMap(\.opinion).filter { $0.names != nil }
        guard let best = opinions.first(where: { $0.names == snapshot.record?.address }) ?? opinions.first else {
            return nil
        }
        self.init(best)
    }

    /// What a sentinel must be told, in this order, to monitor `master` as before.
    func commands(monitoring master: Address, _ redis: RedisSettings) -> [[String]] {
        let name = redis.masterName
        let values = [
            ("down-after-milliseconds", Self.milliseconds(downAfter)),
            ("failover-timeout", Self.milliseconds(failoverTimeout)),
            ("parallel-syncs", String(parallelSyncs)),
        ]
        let secrets = [
            redis.credentials?.username.map { ("auth-user", $0) },
            redis.credentials.map { ("auth-pass", $0.password) },
        ].compactMap(\.self)
        let names = redis.commandNames.all.filter { !$0.name.isEmpty }
        return [["SENTINEL", "MONITOR", name, master.host.description, String(master.port), String(quorum)]]
            + (values + secrets).map { ["SENTINEL", "SET", name, $0.0, $0.1] }
            + names.map { ["SENTINEL", "SET", name, "rename-command", $0.command, $0.name] }
    }

    /// A number that came over the network must not overflow.
    private static func milliseconds(_ time: Duration) -> String { String(Int(min(time / .milliseconds(1), 1e15))) }
}
