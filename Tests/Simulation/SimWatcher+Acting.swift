import Succession

/// How a watcher carries out what it planned (`Performer`).
extension SimWatcher {
    func perform(_ actions: [Action]) -> Int? {
        guard let action = actions.first else { return rest() }
        let rest = Array(actions.dropFirst())
        phase = .perform(rest)
        switch action {
        case .record(let recording): return record(recording, rest)
        case .keep(let record): keep(record)
        case .force(let master, _):
            if let forced, forced.master == master, world.now - forced.at < Times.forcePause { return 1 }
            return fence(action, rest)
        case .succeed: return fence(action, rest)
        case .announce, .promote, .repoint, .reset, .attach, .configure:
            tell(action)
            return fence(action, rest)
        case .switchOver(let request, let target): return begin(request, target)
        case .answer(let switchover): _ = note(switchover)
        case .remove, .alert, .publish: break
        }
        return world.dice.roll(1, 10)
    }

    /// `/redis/master`, `/redis/cluster` and the history, in one transaction at the versions read (`Registry.record`).
    func record(_ recording: Recording, _ rest: [Action]) -> Int? {
        let (view, address) = (view!, Names.id(recording.master))
        var recording = recording
        if world.mutant == .epochTwice, let epoch = view.clusterRecord?.epoch { recording.cluster.epoch = epoch }
        let id = snapshot.mark.clusterID.map(Names.cluster) ?? world.newCluster()
        let token = world.newToken()
        var write: MasterWrite?
        let (now, lines, givesUp) = (world.now, world.lines, view.acceptsLoss)
        let outcome = call { zk -> Bool in
            guard zk.master?.version == recording.previous?.version, zk.cluster?.version == view.cluster?.version,
                !givesUp || zk.acceptsLoss
            else { return false }
            write = MasterWrite(before: zk.master, after: zk.setMaster(address), wipes: zk.wipes, at: now)
            zk.keep(recording.cluster, id: id, lines)
            if givesUp { zk.acceptsLoss = false }
            zk.historyToken = token
            return true
        }
        if let write {
            world.promises.recorded(write, recording, on: truth, by: self)
            world.crown(recording.master, recording.cluster)
            world.masterChanged()
        }
        if case .connect = phase { return 1 }
        guard let outcome else {
            phase = .confirm(write, token: token, recording, rest)
            return 100
        }
        if outcome {
            recorded(recording)
        } else {
            world.tally.overtakenWrites += 1
            // What was to follow it is not to be done.
            phase = .perform([])
        }
        return 1
    }

    /// An ambiguous result is resolved by reading (promise 7).
    func confirm(_ write: MasterWrite?, _ token: Int, _ recording: Recording, _ rest: [Action]) -> Int? {
        guard let isOurs = call({ $0.historyToken == token }) else { return 100 }
        if isOurs { recorded(recording) }
        world.promises.confirmed(isOurs, write, by: self)
        phase = .perform(isOurs ? rest : [])
        return 1
    }

    private func recorded(_ recording: Recording) {
        (forced, hasActed) = (nil, true)
        // Our own record is the newest word.
        let version = recording.previous.map { $0.version + 1 } ?? 0
        view.master = SimZooKeeper.Master(address: Names.id(recording.master), version: version)
        truth.recorded = recording.master
        world.note { "\(self.name): has recorded \(recording.master) (\(recording.evidence))" }
    }

    private func keep(_ record: ClusterRecord) {
        let (node, view, lines) = (node, view!, world.lines)
        let id = snapshot.mark.clusterID.map(Names.cluster) ?? world.newCluster()
        let isDone = call { zk -> Bool in
            guard zk.watchers.contains(where: { $0.node == node }), zk.cluster?.version == view.cluster?.version else {
                return false
            }
            zk.keep(record, id: id, lines)
            return true
        }
        if isDone == true { hasActed = true }
    }

    /// Whether we lead and `/redis/master` is as it was seen, right before a server is told to change.
    private func fence(_ action: Action, _ rest: [Action]) -> Int? {
        if world.mutant == .announceWithoutFence, action.isAnnouncement {
            phase = .send(action, since: world.now + Times.fence * 100, rest)
            return world.dice.roll(200, 4_000)
        }
        let (node, version) = (node, view.master?.version)
        let holds = call { zk in zk.watchers.contains { $0.node == node } && zk.master?.version == version }
        if case .connect = phase { return 1 }
        guard holds == true else {
            world.tally.fencedOff += 1
            return 1
        }
        world.promises.fenced(self)
        phase = .send(action, since: world.now, rest)
        // Once in a while it is stopped in between.
        return world.dice.once(in: 40) ? world.dice.roll(200, 4_000) : world.dice.roll(1, 40)
    }

    func send(_ action: Action, since: Int, _ rest: [Action]) -> Int? {
        phase = .perform(rest)
        guard world.now - since < Times.fence else {
            world.tally.fencedOff += 1
            return 1
        }
        world.tally.commands += 1
        world.promises.watcherCommands(action, on: truth, by: self)
        switch action {
        case .force(let master, let sentinels): return force(master, sentinels, rest)
        case .succeed(let master): return succeed(master, rest)
        case .announce(let announcement): announce(announcement)
        case .promote(let member): return promote(member, .promoted, rest)
        case .attach(let member, let master):
            if let server = ours(member) { server.follow(Names.id(master), .watcher) }
        case .configure(let member, _, _): ours(member)?.priority = 100
        case .reset(let sentinel, _):
            if case .server(let server) = world.sentinel(Names.id(sentinel), from: host) { server.reset() }
        case .repoint(let sentinels, let master):
            for sentinel in sentinels {
                if case .server(let server) = world.sentinel(Names.id(sentinel), from: host) { server.remove() }
            }
            phase = .monitor(sentinels, master, rest)
            return world.dice.roll(1, 10)
        default: break
        }
        hasActed = true
        return 1
    }

    func monitor(_ sentinels: [Address], _ master: Address, _ rest: [Action]) -> Int? {
        for sentinel in sentinels {
            if case .server(let server) = world.sentinel(Names.id(sentinel), from: host) {
                server.monitor(Names.id(master))
            }
        }
        (phase, hasActed) = (.perform(rest), true)
        return 1
    }

    /// Only `NOGOODSLAVE` moves on to the next sentinel.
    private func force(_ master: Address, _ sentinels: [Address], _ rest: [Action]) -> Int? {
        guard let first = sentinels.first, case .server(let sentinel) = world.sentinel(Names.id(first), from: host)
        else { return 1 }
        forced = (master, world.now)
        switch sentinel.force() {
        case .done:
            hasActed = true
            world.note { "\(self.name): forced a failover on \(sentinel.name)" }
        case .noGoodReplica:
            forced = nil
            phase = .perform([.force(master: master, on: Array(sentinels.dropFirst()))] + rest)
            if sentinels.count == 1 { phase = .perform(rest) }
        case .inProgress, .unknownName: break
        }
        return world.dice.roll(1, 20)
    }

    /// Asks the replicas once more, and promotes the one that is furthest on; it is recorded, then all others are told.
    private func succeed(_ master: Address, _ rest: [Action]) -> Int? {
        let replicas = snapshot.changeableReplicas(of: master)
        for replica in replicas { snapshot.instances[replica] = world.instance(Names.id(replica), from: host) }
        guard let heir = snapshot.heir(of: master) else { return 1 }
        let sentinels = snapshot.sentinels.filter { $0.opinion != nil }.map(\.address)
        let told = Announcement(master: heir, epoch: snapshot.nextEpoch, sentinels: sentinels)
        let attached = replicas.filter { $0 != heir }.map { Action.attach($0, to: heir) }
        return promote(heir, .succession, [.announce(told)] + attached + rest)
    }

    private func announce(_ announcement: Announcement) {
        world.tally.announcements += 1
        for sentinel in announcement.sentinels {
            if case .server(let server) = world.sentinel(Names.id(sentinel), from: host) {
                server.hear(of: Names.id(announcement.master), epoch: announcement.epoch)
            }
        }
    }

    private func promote(_ member: Address, _ evidence: Recording.Evidence, _ rest: [Action]) -> Int? {
        guard let server = ours(member) else {
            phase = .perform([])
            return 1
        }
        server.follow(nil, .watcher)
        world.tally.promotions += 1
        guard case .master = server.answer else {
            phase = .perform([])
            return 1
        }
        let instance = world.instance(server.address, from: host)
        truth.instances[member] = instance
        var snapshot = snapshot
        snapshot.instances[member] = instance
        let recording = Recording(
            master: member, evidence: evidence, previous: snapshot.record,
            cluster: snapshot.clusterRecord(under: member))
        phase = .perform([.record(recording)] + rest)
        return world.dice.roll(1, 20)
    }

    /// Who is told has just answered over the very connection.
    private func ours(_ member: Address) -> SimRedis? {
        guard case .server(let server) = world.redis(Names.id(member), from: host) else { return nil }
        var snapshot = snapshot
        snapshot.instances[member] = world.instance(server.address, from: host)
        return snapshot.mayBeChanged(member) ? server : nil
    }
}
