import Cluster
import Redis
import Succession
import ZooKeeper

/// Carries out what was planned. What tells a server to change is fenced: it is sent a moment at most after ZooKeeper has
/// confirmed the lead and the version of `/redis/master`, over a connection on which the right server has just answered.
actor Performer {
    nonisolated var unownedExecutor: UnownedSerialExecutor { desk.loop.asUnownedSerialExecutor() }

    /// What an action is carried out on: the look that it was planned from.
    struct Scene: Sendable {
        var registry: Registry
        var ownNode: String?
        var view: WatcherView
        var snapshot: Snapshot
    }

    /// What was done.
    struct Result: Sendable {
        var notice: Notice?
        /// The cause of a failover that was recorded.
        var cause: String?
        /// The master that was recorded.
        var recorded: Address?
        /// The number of the reign that began.
        var epoch: Int?
        /// What became of a request.
        var switchover: Switchover?
    }

    /// A process that was stopped between the fence and its command does not send it any more.
    static let fenceLife = Duration.milliseconds(250)
    /// A sentinel that was told to fail over, with or without an answer, gets this long before any is told again.
    private static let forcePause = Duration.seconds(2)

    nonisolated let desk: Desk
    nonisolated let prober: Prober
    /// How long an action rests after it was tried. A failover has a pause of its own: it moves on from sentinel to
    /// sentinel.
    private static let rest = Duration.seconds(5)
    /// A sentinel that did not take what it was told is told again soon: until it does, its clients are misled.
    private static let announcementRest = Duration.seconds(1)
    /// How many answers to requests are remembered: the node may be written again with an id that has one.
    private static let answersKept = 100
    private var answered: [Switchover] = []
    /// For how long a succession waits for a replica that is silent.
    private static let replicaPatience = Duration.milliseconds(200)
    private var forced: (master: Address, at: ContinuousClock.Instant)?
    /// What this watcher has begun and not recorded yet.
    private var deed: Deed?
    /// Since when a succession waits for a replica that is silent, and when that was last so.
    private var waited: (master: Address, since: ContinuousClock.Instant, last: ContinuousClock.Instant)?
    /// What is needed is tried again before that.
    private static let refusalLife = Duration.seconds(60)
    private var refused: [Address: (command: String, at: ContinuousClock.Instant)] = [:]
    private var told: [(action: Action, at: ContinuousClock.Instant)] = []
    /// How the sentinels monitored the master when all was well. Who has to be pointed back may have lost it, or may never
    /// have had it.
    private(set) var monitorSettings: MonitorSettings?

    init(desk: Desk, contacts: Contacts) {
        self.desk = desk
        prober = Prober(desk.redis, on: desk.loop, contacts: contacts)
    }

    /// - Returns: nil where nothing was changed: overtaken, no longer leading, or nothing to do here.
    func perform(_ action: Action, on scene: Scene) async throws -> Result? {
        switch action {
        case .record, .keep, .succeed, .force, .answer, .alert, .publish: break
        case .announce, .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove:
            told.append((action, .now))
        }
        do {
            return try await carryOut(action, on: scene)
        } catch {
            note(error)
            throw error
        }
    }

    /// Takes note of a server that would not do what it was told.
    func note(_ error: any Error) {
        guard let error = error as? RedisError, error.isRefusal, let command = error.command,
            let server = error.endpoint.flatMap({ Address(host: $0.host, port: $0.port) })
        else { return }
        refused[server] = (command, .now)
    }

    /// Who refuses what, as far as it was tried lately.
    var refusals: [Address: String] {
        let now = ContinuousClock.now
        refused = refused.filter { now - $0.value.at < Self.refusalLife }
        return refused.mapValues(\.command)
    }

    /// Takes note of what a repair is to restore.
    func learn(from snapshot: Snapshot) {
        if snapshot.isSettled { monitorSettings = MonitorSettings(snapshot) }
    }

    /// What was tried lately.
    var resting: [Action] {
        let now = ContinuousClock.now
        told.removeAll { now - $0.at >= ($0.action.isAnnouncement ? Self.announcementRest : Self.rest) }
        return told.map(\.action)
    }

    private func carryOut(_ action: Action, on scene: Scene) async throws -> Result? {
        switch action {
        case .record(let recording): try await record(recording, scene)
        case .keep(let record): try await keep(record, scene)
        case .succeed(let master): try await toItsEnd { try await self.succeed(master, scene) }
        case .force(let master, let sentinels): try await force(master, sentinels, scene)
        case .announce(let announcement): try await announce(announcement, scene)
        case .switchOver(let request, let target):
            try await toItsEnd { try await self.switchOver(request, target, scene) }
        case .answer(let switchover): try await answer(switchover, scene)
        case .promote(let member): try await promote(member, scene)
        case .repoint(let sentinels, let master): try await repoint(sentinels, master, scene)
        case .reset(let sentinel, let gone): try await reset(sentinel, gone, scene)
        case .attach(let member, let master): try await attach(member, master, scene)
        case .configure(let member, let parameter, let value): try await configure(member, parameter, value, scene)
        case .remove(let sentinel): try await remove(sentinel, scene)
        case .alert, .publish: nil
        }
    }

    /// Half of it would leave a server that nobody has recorded, or clients that wait: the end of this watcher waits for it.
    private func toItsEnd(_ body: @escaping @Sendable () async throws -> Result?) async throws -> Result? {
        guard !Task.isCancelled else { return nil }
        return try await Task(executorPreference: desk.loop) { try await body() }.value
    }

    func record(
        _ recording: Recording, _ scene: Scene, for who: String? = nil, after history: Registry.HistoryNode? = nil
    ) async throws -> Result? {
        let previous = recording.previous?.address
        let isForced =
            [.agreed, .early].contains(recording.evidence) && forced.map { $0.master == previous } ?? false
        let cause = isForced ? "forced" : recording.evidence.rawValue
        let entry = HistoryEntry(
            time: Timestamp.now, old: previous?.description, new: recording.master.description, cause: cause,
            epoch: recording.cluster.epoch, members: Set(scene.snapshot.members).count, by: desk.address.description,
            who: who)
        let outcome = try await scene.registry.record(
            recording, clusterVersion: scene.view.clusterVersion,
            lossVersion: scene.view.lossVersion,
            clusterID: scene.snapshot.mark.clusterID ?? UUIDText.random(), entry: entry, after: history)
        guard outcome == .done else { return nil }
        (forced, deed) = (nil, nil)
        let text = "\(recording.master) is master\(previous.map { ", after \($0)" } ?? "") (\(cause))"
        return Result(
            notice: Notice("master-changed", old: previous, new: recording.master, text),
            cause: previous == nil ? nil : cause, recorded: recording.master, epoch: recording.cluster.epoch)
    }

    private func keep(_ record: ClusterRecord, _ scene: Scene) async throws -> Result? {
        guard let ownNode = scene.ownNode else { return nil }
        let outcome = try await scene.registry.keep(
            record, clusterVersion: scene.view.clusterVersion,
            clusterID: scene.snapshot.mark.clusterID ?? UUIDText.random(), as: ownNode)
        return outcome == .done ? Result() : nil
    }

    private func remove(_ sentinel: Address, _ scene: Scene) async throws -> Result? {
        guard let ownNode = scene.ownNode,
            let node = scene.view.sentinels.first(where: { $0.address == sentinel && !$0.isLeased }),
            try await scene.registry.removeSentinel(id: node.id, as: ownNode) == .done
        else { return nil }
        return Result(notice: Notice("removed", old: sentinel, "removed the dead sentinel \(sentinel) of another tool"))
    }

    /// ZooKeeper's word that we lead and that `/redis/master` is as it was seen, good for a moment.
    struct Fence: Sendable {
        /// When it was asked for.
        var since: ContinuousClock.Instant

        var holds: Bool { .now - since < Performer.fenceLife }
        /// Whether there is time left to use it.
        var isYoung: Bool { .now - since < Performer.fenceLife / 2 }
    }

    /// - Returns: nil where it is not so.
    /// - Throws: `Failure` 69 where it is, and took too long to hear.
    func fence(_ scene: Scene) async throws -> Fence? {
        guard let ownNode = scene.ownNode else { return nil }
        let start = ContinuousClock.now
        guard await scene.registry.confirmsLead(ownNode, at: scene.snapshot.record?.version) else { return nil }
        // Not how long it took: the same trouble is the same line.
        guard .now - start < Self.fenceLife else {
            throw Failure(
                .unavailable,
                "ZooKeeper took longer than \(Self.fenceLife) to confirm that this watcher leads, and no server is changed "
                    + "on so old a word; check ZooKeeper's load and disks, and the network to it")
        }
        return Fence(since: start)
    }

    func isFenced(_ scene: Scene) async throws -> Bool { try await fence(scene) != nil }

    /// Opens a connection, asks whether the right one is at its other end, then for the fence, and lets `body` send at once;
    /// nil where either is not so.
    func fenced<Value: Sendable>(
        _ address: Address, _ credentials: Credentials?, _ scene: Scene,
        if isRight: @Sendable (Connection) async throws -> Bool = { _ in true },
        _ body: @Sendable (Connection) async throws -> Value
    ) async throws -> Value? {
        try await prober.connected(to: address, credentials) { @Sendable connection in
            guard try await isRight(connection), let fence = try await self.fence(scene), fence.holds else {
                return nil
            }
            return try await body(connection)
        }
    }

    /// Only `NOGOODSLAVE` moves on to the next sentinel. After any other answer, or none, the sentinels are read again
    /// before anything else is done: two failovers must never overlap (FACTS.md A3).
    private func force(_ master: Address, _ sentinels: [Address], _ scene: Scene) async throws -> Result? {
        if let forced, forced.master == master, .now - forced.at < Self.forcePause { return nil }
        for sentinel in sentinels {
            do {
                let isSent = try await fencedSentinel(sentinel, scene) { connection in
                    await self.willForce(master)
                    _ = try await connection.command(
                        ["SENTINEL", "FAILOVER", self.desk.redis.masterName], within: self.prober.limit)
                    return true
                }
                guard isSent != nil else { return nil }
                return Result(
                    notice: Notice(
                        "failover-forced", old: master,
                        "\(master) refuses connections: forced a failover on sentinel \(sentinel)"))
            } catch let error as RedisError where error.prefix == "NOGOODSLAVE" {
                forced = nil
            } catch let error as RedisError where error.prefix == "INPROG" {
                return nil
            }
        }
        return nil
    }

    /// What was answered to a request of this id.
    func answer(to id: String?) -> Switchover? { id.flatMap { id in answered.last { $0.id == id } } }

    func remember(_ answer: Switchover) {
        answered = answered.filter { $0.id != answer.id }.suffix(Self.answersKept - 1) + [answer]
    }

    /// Whether a succession has waited long enough for a replica that does not answer.
    func hasWaitedLongEnough(for master: Address) -> Bool {
        let now = ContinuousClock.now
        let before = waited.flatMap { $0.master == master && now - $0.last < Self.replicaPatience * 5 ? $0.since : nil }
        waited = (master, before ?? now, now)
        return before.map { now - $0 > Self.replicaPatience } ?? false
    }

    private func willForce(_ master: Address) {
        forced = (master, .now)
        willDo("forced", to: master)
    }

    /// A change of the master that is about to be made: others may see it, and record it first.
    func willDo(_ cause: String, to old: Address?, becomes new: Address? = nil, who: String? = nil) {
        deed = Deed(cause: cause, old: old, new: new, who: who, at: .now)
    }

    /// Where another watcher was faster and recorded what this one did, it did so for what it looked like.
    func correctHistory(_ scene: Scene) async {
        guard let deed, let master = scene.snapshot.record?.address, master != deed.old else { return }
        self.deed = nil
        guard .now - deed.at < Deed.life, deed.new == nil || deed.new == master else { return }
        await scene.registry.correctHistory(deed.cause, of: master, after: deed.old, who: deed.who)
    }

    /// A change of the master that this watcher makes.
    private struct Deed {
        /// A change that comes later than this is another one.
        static let life = Duration.seconds(30)

        var cause: String
        var old: Address?
        /// Nil where that is for a sentinel to choose.
        var new: Address?
        var who: String?
        var at: ContinuousClock.Instant
    }
}

extension Action {
    fileprivate var isAnnouncement: Bool { if case .announce = self { true } else { false } }
}
