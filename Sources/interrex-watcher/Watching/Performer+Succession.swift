import Cluster
import Redis
import Succession

/// Replacing a crashed master, and telling the sentinels.
extension Performer {
    /// How long the replicas get to say how far they are.
    private static let askLimit = Duration.milliseconds(50)

    /// Asks the replicas once more, promotes the one that is furthest on, records it, and tells the sentinels and the other
    /// replicas at once. What fails behind the record is made good by the next look.
    func succeed(_ master: Address, _ scene: Scene) async throws -> Result? {
        let seen = scene
        // All that will be needed is asked for in the same breath: clients wait.
        async let fence = fence(seen)
        async let history = try? seen.registry.historyNode()
        var scene = scene
        let replicas = scene.snapshot.changeableReplicas(of: master)
        let hasty = prober.within(Self.askLimit)
        _ = hasty.shortage.take()
        for (replica, instance) in await onEach(replicas, { await hasty.instance($0) }) {
            // One that is silent for a moment may have more than all others: the next look asks it again.
            if instance.answer == .silent, !hasWaitedLongEnough(for: master) { return nil }
            scene.snapshot.instances[replica] = instance
        }
        // Who could not be asked may have more as well.
        if let shortage = hasty.shortage.take() {
            throw Failure(.unavailable, "not every replica of \(master) could be asked: \(shortage)")
        }
        guard let heir = scene.snapshot.heir(of: master), scene.snapshot.mayTakeOver(heir),
            let fence = try await fence
        else { return nil }
        let chosen = scene.snapshot
        let promoted = try await prober.asking(heir, desk.redis.credentials) { [prober] connection -> Instance? in
            var now = chosen
            now.instances[heir] = try await prober.instance(over: connection)
            guard now.mayBeChanged(heir), now.follows(heir, master), now.isPromotable(heir), now.mayTakeOver(heir),
                fence.holds
            else { return nil }
            await self.willDo(Recording.Evidence.succession.rawValue, to: master, becomes: heir)
            return try await prober.instance(over: connection, after: Self.independence)
        }
        let start = ContinuousClock.now
        guard let result = try await record(heir, as: promoted, .succession, scene, after: await history ?? nil),
            let epoch = result.epoch
        else { return nil }
        // Our own record is the newest word, and the fence for what follows it.
        scene.snapshot.record = Record(heir, version: scene.snapshot.record.map { $0.version + 1 } ?? 0)
        guard let fence = await fenceOfRecord(at: start, scene) else { return result }
        let sentinels = scene.snapshot.sentinels.filter { $0.opinion != nil }.map(\.address)
        let recorded = scene
        async let told = tell(Announcement(master: heir, epoch: epoch, sentinels: sentinels), fence, recorded)
        async let attached = attach(replicas.filter { $0 != heir }, from: master, to: heir, recorded, fence)
        _ = await (told, attached)
        return result
    }

    /// A record that was written proves the lead and the version. One that took long proves it of a moment long ago.
    /// - Parameter start: when its writing began.
    func fenceOfRecord(at start: ContinuousClock.Instant, _ scene: Scene) async -> Fence? {
        let own = Fence(since: start)
        return own.isYoung ? own : (try? await fence(scene)) ?? nil
    }

    /// Tells sentinels what is recorded, and has the replicas follow it that follow nobody of use: the sentinels would tell
    /// them only after their `failover-timeout`.
    func announce(_ announcement: Announcement, _ scene: Scene) async throws -> Result? {
        async let isRight = isToBeFollowed(announcement.master, scene)
        guard let fence = try await fence(scene), await isRight else { return nil }
        let strays = scene.snapshot.straysBeside(announcement.master)
        async let sentinels = tell(announcement, fence, scene)
        async let attached = onEach(strays) { replica -> Bool in
            guard let old = scene.snapshot.replication(of: replica)?.master else { return false }
            return await !self.attach([replica], from: old, to: announcement.master, scene, fence).isEmpty
        }
        let (told, brought) = (await sentinels, await attached.filter(\.value).map(\.key))
        func list(_ addresses: [Address]) -> String {
            addresses.sorted().map(\.description).joined(separator: ", ")
        }
        var deeds: [String] = []
        if !told.isEmpty {
            deeds.append(
                "the sentinels \(list(told)) that \(announcement.master) is master (epoch \(announcement.epoch))")
        }
        if !brought.isEmpty { deeds.append("\(list(brought)) to replicate from \(announcement.master)") }
        guard !deeds.isEmpty else { return nil }
        return Result(
            notice: Notice("announced", new: announcement.master, "told \(deeds.joined(separator: ", and "))"))
    }

    /// All at once, each in the name of a peer that it has just listed on the same connection, on which it is still who it was:
    /// another sentinel at its address would list one more for ever. Who can't be told at this moment is told by a later look.
    /// - Returns: who was told.
    func tell(_ announcement: Announcement, _ fence: Fence, _ scene: Scene) async -> [Address] {
        let prober = prober.within(Self.fenceLife)
        let told = await onEach(announcement.sentinels) { [desk] sentinel -> Bool in
            do {
                return try await prober.asking(sentinel, desk.redis.sentinelCredentials) { connection in
                    let (peers, id) = try await connection.sentinelPeers(
                        named: desk.redis.masterName, within: prober.limit)
                    guard id == scene.snapshot.id(of: sentinel), let speaker = peers.first(where: \.isKnown),
                        fence.holds
                    else { return false }
                    let hello = SentinelHello(
                        speaker: speaker, masterName: desk.redis.masterName, master: Endpoint(announcement.master),
                        epoch: announcement.epoch)
                    try await connection.announce(hello, within: prober.limit)
                    return true
                }
            } catch {
                await self.note(error)
                Log.debug("sentinel \(sentinel) could not be told of \(announcement.master): \(error)")
                return false
            }
        }
        return told.filter(\.value).map(\.key)
    }

    /// Has these follow the new master that follow the old one still: who answers otherwise was told by somebody else.
    /// - Returns: who was told.
    func attach(
        _ replicas: [Address], from old: Address, to master: Address, _ scene: Scene, _ fence: Fence
    ) async -> [Address] {
        let told = await onEach(replicas) { [prober, desk] replica -> Bool in
            do {
                return try await prober.asking(replica, desk.redis.credentials) { connection in
                    var snapshot = scene.snapshot
                    snapshot.instances[replica] = try await prober.instance(over: connection)
                    guard snapshot.follows(replica, old), snapshot.mayBeChanged(replica), fence.holds else {
                        return false
                    }
                    try await self.follow(master, on: connection)
                    return true
                }
            } catch {
                await self.note(error)
                Log.debug("\(replica) could not be told to follow \(master): \(error)")
                return false
            }
        }
        return told.filter(\.value).map(\.key)
    }

    nonisolated func onEach<Value: Sendable>(
        _ addresses: [Address], _ body: @escaping @Sendable (Address) async -> Value
    ) async -> [Address: Value] {
        await withTaskGroup(of: (Address, Value).self) { group in
            for address in Set(addresses) { group.addTask { (address, await body(address)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
