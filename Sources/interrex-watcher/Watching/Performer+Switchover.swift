import Cluster
import Redis
import Succession

/// A planned change of the master: nothing that was acknowledged is lost, and clients wait for some milliseconds.
extension Performer {
    /// For how long clients' writes are held back at most: should this process end, they go on then.
    private static let pauseLimit = Duration.seconds(2)
    /// How long the target may take to catch up.
    private static let catchUpLimit = Duration.seconds(1)
    /// Later than this after the pause began nothing is begun that relies on it: it may be over.
    private static let pauseTrust = Duration.milliseconds(1_500)

    /// Why a hand-over did not happen: all is as it was.
    private struct NotHandedOver: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// The two that change places.
    private struct Pair: Sendable {
        var old: Address
        var target: Address
        /// Connections to the two.
        var master: Connection
        var heir: Connection
    }

    func switchOver(_ request: Switchover, _ target: Address, _ scene: Scene) async throws -> Result? {
        guard let old = scene.snapshot.record?.address else { return nil }
        var scene = scene
        let running = request.ended(.running, "begun by \(desk.address)", from: old, to: target)
        guard try await note(running, &scene) else { return nil }
        let pausedAt = ContinuousClock.now
        let seen = scene
        async let history = try? seen.registry.historyNode()
        let instance: Instance
        do {
            instance = try await prober.connected(to: target, desk.redis.credentials) { @Sendable heir in
                try await self.prober.connected(to: old, self.desk.redis.credentials) { @Sendable master in
                    let pair = Pair(old: old, target: target, master: master, heir: heir)
                    return try await self.handOver(pair, for: running.who, seen)
                }
            }
        } catch {
            return try await end(running.ended(.failed, "\(error)"), &scene)
        }
        return try await complete(running, instance, pausedAt, after: await history ?? nil, &scene)
    }

    func answer(_ switchover: Switchover, _ scene: Scene) async throws -> Result? {
        var scene = scene
        return try await end(switchover, &scene)
    }

    /// Holds writes back, waits until the target has all of them, and lets the two change places.
    /// - Returns: what the target answers as master.
    private func handOver(_ pair: Pair, for who: String?, _ scene: Scene) async throws -> Instance {
        guard try await isOurs(pair.master, pair.old, scene), try await isOurs(pair.heir, pair.target, scene) else {
            throw NotHandedOver("one of the two is not ours any more")
        }
        guard let fence = try await fence(scene), fence.holds else {
            throw NotHandedOver("this watcher does not lead any more, or the master is another")
        }
        let pausedAt = ContinuousClock.now
        do {
            _ = try await pair.master.command(pause, within: prober.limit)
            try await catchUp(pair, since: pausedAt)
            // Asked once more only where the first answer may be too old.
            let isFenced = try await fence.isYoung ? true : isFenced(scene)
            guard isFenced, .now - pausedAt < Self.pauseTrust else {
                throw NotHandedOver("this watcher does not lead any more, or was held up")
            }
        } catch {
            await resume(pair.master)
            throw error
        }
        do {
            willDo(Recording.Evidence.switchover.rawValue, to: pair.old, becomes: pair.target, who: who)
            // With the pause renewed in the same moment: what the old master took meanwhile would be lost.
            async let became = prober.instance(over: pair.heir, after: Self.independence)
            async let stayed = prober.instance(over: pair.master, after: pause)
            let (instance, there) = try await (became, stayed)
            try await giveWay(pair, to: instance, from: there, pausedAt)
            return instance
        } catch {
            // Nobody knows the heir yet. Only who still leads may take it back; else whoever leads ends a second master.
            if (try? await isFenced(scene)) ?? false { try? await follow(pair.old, on: pair.heir) }
            await resume(pair.master)
            throw error
        }
    }

    /// Has the old master follow the new one, if it has nothing that the new one lacks.
    private func giveWay(
        _ pair: Pair, to instance: Instance, from paused: Instance, _ pausedAt: ContinuousClock.Instant
    ) async throws {
        guard case .master(let new) = instance.answer, let shared = new.previousOffset,
            case .master(let there) = paused.answer
        else { throw NotHandedOver("one of the two is not what it was") }
        // What differs by so little is pings, as long as the pause had no gap.
        guard there.offset <= shared - 1 + Holdings.noise, .now - pausedAt < Self.pauseLimit else {
            throw NotHandedOver("\(pair.old) may have taken writes that \(pair.target) does not have")
        }
        do {
            try await follow(pair.target, on: pair.master)
        } catch {
            // It may have taken the command without an answer, and two must not follow each other: only its own word, behind
            // that command, lets the other one be taken back. The target has everything.
            if case .master? = try? await prober.instance(over: pair.master).answer { throw error }
        }
    }

    /// Records the new master, tells everybody, and lets the old one's clients go.
    private func complete(
        _ running: Switchover, _ instance: Instance, _ pausedAt: ContinuousClock.Instant,
        after history: Registry.HistoryNode?, _ scene: inout Scene
    ) async throws -> Result? {
        guard let previous = scene.snapshot.record, let target = running.to.flatMap({ Address($0) }) else { return nil }
        let old = previous.address
        let replicas = scene.snapshot.changeableReplicas(of: old).filter { $0 != target }
        scene.snapshot.instances[target] = instance
        let recording = Recording(
            master: target, evidence: .switchover, previous: previous,
            cluster: scene.snapshot.clusterRecord(under: target))
        let start = ContinuousClock.now
        guard var result = try await record(recording, scene, for: running.who, after: history) else {
            // The next look says who it is: where that is the target, somebody else has recorded what we did.
            return nil
        }
        scene.snapshot.record = Record(target, version: previous.version + 1)
        let reports = scene.snapshot.sentinels.filter { $0.opinion != nil }
        let announcement = Announcement(
            master: target, epoch: recording.cluster.epoch, sentinels: reports.map(\.address))
        let now = scene
        let fence = await fenceOfRecord(at: start, now)
        // Where it does not hold, the next look finds what is left to do.
        let followers = fence == nil ? [] : replicas
        async let others = attach(followers, from: old, to: target, now, fence ?? Fence(since: start))
        if let fence { _ = await tell(announcement, fence, now) }
        // A sentinel without peers can't be told.
        let alone = reports.filter { $0.opinion?.listsPeers == false }.map(\.address)
        if !alone.isEmpty { _ = try? await repoint(alone, target, now) }
        var done = running.ended(.done, "\(target) is master, after \(old)")
        done.pause = Int((ContinuousClock.now - pausedAt) / .milliseconds(1))
        await release(clientsOf: old)
        _ = await others
        result.switchover = try? await end(done, &scene)?.switchover
        return result
    }

    /// Its clients must ask the sentinels whom to write to. A pause that is left would end by itself.
    private func release(clientsOf old: Address) async {
        try? await prober.connected(to: old, desk.redis.credentials) { [prober] connection in
            _ = try? await connection.command(["CLIENT", "KILL", "TYPE", "normal"], within: prober.limit)
            _ = try await connection.command(["CLIENT", "UNPAUSE"], within: prober.limit)
        }
    }

    private nonisolated var pause: [String] {
        ["CLIENT", "PAUSE", String(Int(Self.pauseLimit / .milliseconds(1))), "WRITE"]
    }

    private func resume(_ master: Connection) async {
        _ = try? await master.command(["CLIENT", "UNPAUSE"], within: prober.limit)
    }

    /// Waits until the target has all that the master has, `catchUpLimit` at most.
    private func catchUp(_ pair: Pair, since start: ContinuousClock.Instant) async throws {
        while .now - start < Self.catchUpLimit {
            async let there = prober.instance(over: pair.master)
            async let here = prober.instance(over: pair.heir)
            guard case .master(let full) = try await there.answer,
                case .replica(let replication) = try await here.answer, replication.isLinked,
                replication.master == pair.old, replication.history.replicationID == full.replicationID
            else { throw NotHandedOver("\(pair.target) does not follow \(pair.old) any more") }
            if replication.history.offset >= full.offset { return }
            // Asked again and again: no event tells of an offset.
            try await desk.loop.sleep(for: .milliseconds(1))
        }
        throw NotHandedOver("\(pair.target) did not catch up within \(Self.catchUpLimit)")
    }

    /// Writes what there is to say of a request. False where it is another by now, or we don't lead.
    private func note(_ switchover: Switchover, _ scene: inout Scene) async throws -> Bool {
        guard let ownNode = scene.ownNode, let version = scene.view.switchoverVersion else { return false }
        guard try await scene.registry.answer(switchover, version: version, as: ownNode) == .done else { return false }
        scene.view.switchoverVersion = version + 1
        return true
    }

    private func end(_ switchover: Switchover, _ scene: inout Scene) async throws -> Result? {
        remember(switchover)
        guard try await note(switchover, &scene) else { return nil }
        return Result(switchover: switchover)
    }
}
