import Succession
import Vocabulary

/// What the steps of an action do in this world. Between any two of them the watcher may be stopped or killed.
extension SimWatcher {
    struct Unconfirmed {
        var write: MasterWrite?
        var token: Int
    }

    func run(_ step: ActionStep) -> Int {
        let outcome: StepOutcome?
        switch step {
        case .confirmLead(let node, let master): outcome = confirmLead(node ?? "", master)
        case .readHistory, .wait: outcome = .done
        // What a person alone has done.
        case .rehearse, .consult: outcome = .overtaken
        case .write(let write): outcome = self.write(write)
        case .look(let address, _): outcome = .seen(world.instance(Names.id(address), from: host))
        case .ask(let line, let question, _): outcome = ask(line, question)
        case .tell(let line, let order, let until, _): outcome = self.order(order, over: line, until: until)
        }
        guard let outcome else {
            again(step)
            return 100
        }
        tell(.stepped(step, outcome))
        return pause(behind: step)
    }

    /// Once in a while it is stopped between the fence and the order, or in the midst of a hand-over.
    private func pause(behind step: ActionStep) -> Int {
        switch step {
        case .ask(_, .peers, _) where world.mutant == .announceWithoutFence: return world.dice.roll(200, 4_000)
        case .confirmLead, .tell:
            return world.dice.once(in: 40) ? world.dice.roll(200, 4_000) : world.dice.roll(1, 15)
        default: return world.dice.roll(1, 15)
        }
    }

    // MARK: ZooKeeper

    private func confirmLead(_ node: String, _ master: Int32?) -> StepOutcome {
        if world.mutant == .announceWithoutFence, case .announce? = machine.action { return .done }
        let holds = call { zk in zk.watchers.contains { "\($0.node)" == node } && zk.master?.version == master }
        guard holds == true else {
            world.tally.fencedOff += 1
            return .overtaken
        }
        world.promises.fenced(self)
        return .done
    }

    /// Nil where the reply was lost, and is to be looked for.
    private func write(_ write: NodeWrite) -> StepOutcome? {
        switch write {
        case .record(let write): return record(write)
        case .keep(let record, let version, let id, let node): return keep(record, version, id, node)
        case .answer(let switchover, let version, let node): return answer(switchover, version, node)
        case .correctCause: return .done
        case .removeSentinel, .endPause: return .overtaken
        }
    }

    /// `/redis/master`, `/redis/cluster` and the history, in one transaction at the versions read (`Registry.record`).
    private func record(_ write: RecordWrite) -> StepOutcome? {
        if let unconfirmed { return confirm(write, unconfirmed) }
        var recording = write.recording
        if world.mutant == .epochTwice, let epoch = view?.clusterRecord?.epoch { recording.cluster.epoch = epoch }
        let id = write.clusterID.map(Names.cluster) ?? world.newCluster()
        let token = world.newToken()
        var done: MasterWrite?
        let (now, lines) = (world.now, world.lines)
        let isDone = call { zk -> Bool in
            guard zk.master?.version == recording.previous?.version, zk.cluster?.version == write.clusterVersion,
                write.lossVersion == nil || zk.acceptsLoss
            else { return false }
            done = MasterWrite(
                before: zk.master, after: zk.setMaster(Names.id(recording.master)), wipes: zk.wipes, at: now)
            zk.keep(recording.cluster, id: id, lines)
            if write.lossVersion != nil { zk.acceptsLoss = false }
            zk.historyToken = token
            return true
        }
        if let done {
            world.promises.recorded(done, recording, on: truth, by: self)
            world.crown(recording.master, recording.cluster)
            world.masterChanged()
        }
        guard session != nil else { return .failed(Trouble("the session is over")) }
        guard let isDone else {
            unconfirmed = Unconfirmed(write: done, token: token)
            return nil
        }
        guard isDone else {
            world.tally.overtakenWrites += 1
            return .overtaken
        }
        recorded(recording)
        return .done
    }

    /// An ambiguous result is resolved by reading (promise 7).
    private func confirm(_ write: RecordWrite, _ unconfirmed: Unconfirmed) -> StepOutcome? {
        let isOurs = call { $0.historyToken == unconfirmed.token }
        guard let isOurs else {
            guard session == nil else { return nil }
            self.unconfirmed = nil
            return .failed(Trouble("the session is over"))
        }
        self.unconfirmed = nil
        if isOurs { recorded(write.recording) }
        world.promises.confirmed(isOurs, unconfirmed.write, by: self)
        return isOurs ? .done : .overtaken
    }

    private func keep(_ record: ClusterRecord, _ version: Int32?, _ id: String?, _ node: String) -> StepOutcome {
        let lines = world.lines
        let id = id.map(Names.cluster) ?? world.newCluster()
        return outcome(
            of: call { zk -> Bool in
                guard zk.isEntered(node), zk.cluster?.version == version else { return false }
                zk.keep(record, id: id, lines)
                return true
            })
    }

    /// Writes what there is to say of a request, if it is still the one that was read, and we lead.
    private func answer(_ switchover: Switchover, _ version: Int32, _ node: String) -> StepOutcome {
        let outcome = outcome(
            of: call { zk -> Bool in
                guard zk.isEntered(node), let asked = zk.switchover, Int32(asked.version) == version else {
                    return false
                }
                zk.switchover = SimZooKeeper.Asked(request: switchover, version: asked.version + 1)
                return true
            })
        if outcome == .done, let state = switchover.state, state != .running {
            world.tally.answers[state.rawValue, default: 0] += 1
        }
        return outcome
    }

    private func outcome(of isDone: Bool?) -> StepOutcome {
        isDone.map { $0 ? .done : .overtaken } ?? .failed(Trouble("no answer of ZooKeeper"))
    }

    // MARK: Servers and sentinels

    private func ask(_ line: Line, _ question: LineQuestion) -> StepOutcome {
        switch line.kind {
        case .server:
            guard let server = redis(line.address) else { return Self.unanswered }
            lines[line] = server
            return .instance(instance(of: server))
        case .sentinel:
            guard let sentinel = sentinel(line.address) else { return Self.unanswered }
            lines[line] = sentinel
            if question == .identity { return .identity(nil, asksForPassword: false) }
            let peers = sentinel.peers.map {
                SentinelIdentity(id: "\($0.identity)", address: Names.address($0.address))
            }
            return .peers(peers, id: nil)
        }
    }

    private static let unanswered = StepOutcome.failed(Trouble("no answer"))

    private func instance(of server: SimRedis) -> Instance {
        var instance = world.instance(server.address, from: host)
        guard world.mutant == .promotedTooSoon, case .switchOver? = machine.action else { return instance }
        switch instance.answer {
        case .replica(var replication):
            replication.history.offset = .max
            instance.answer = .replica(replication)
        case .master(var history) where history.previousOffset != nil:
            history.previousOffset = .max
            instance.answer = .master(history)
        default: break
        }
        return instance
    }

    private func redis(_ address: Address) -> SimRedis? {
        if case .server(let server) = world.redis(Names.id(address), from: host) { server } else { nil }
    }

    private func sentinel(_ address: Address) -> SimSentinel? {
        if case .server(let sentinel) = world.sentinel(Names.id(address), from: host) { sentinel } else { nil }
    }

    private func order(_ order: LineOrder, over line: Line, until: Duration?) -> StepOutcome {
        if let until, .milliseconds(world.now) >= until, world.mutant != .announceWithoutFence {
            world.tally.fencedOff += 1
            return .tooLate
        }
        let actor: SimActor? = line.kind == .server ? redis(line.address) : sentinel(line.address)
        // Another process that has the port by now is at the end of no line of ours.
        guard let actor, lines[line, default: actor] === actor else { return Self.unanswered }
        world.tally.commands += 1
        world.note { "\(self.name): tells \(line.address) \(order)" }
        if let server = actor as? SimRedis { return obey(order, server, line.address) }
        if let sentinel = actor as? SimSentinel { return obey(order, sentinel, line.address) }
        return Self.unanswered
    }

    private func obey(_ order: LineOrder, _ server: SimRedis, _ address: Address) -> StepOutcome {
        switch order {
        case .becomeMaster:
            switch machine.action {
            case .succeed?, .promote?:
                judge(machine.action)
                world.tally.promotions += 1
            default: break
            }
            server.follow(nil, .watcher)
            truth.instances[address] = world.instance(server.address, from: host)
            return .instance(instance(of: server))
        case .follow(let master):
            switch machine.action {
            case .switchOver(_, let target)? where !isRecorded(master):
                if target == master, let heir = redis(target) { world.promises.handsOver(server, to: heir, by: self) }
            // It is told together with the sentinels: of what is recorded, whatever they say still.
            case .announce(let announcement)? where announcement.master == master: judge(machine.action)
            default: judge(.attach(address, to: master))
            }
            server.follow(Names.id(master), .watcher)
            truth.instances[address] = world.instance(server.address, from: host)
        case .configure:
            judge(machine.action)
            server.priority = 100
        case .holdWrites(let time, let isChecked):
            server.heldUntil = world.now + Int(time / .milliseconds(1))
            if isChecked { return .instance(instance(of: server)) }
        case .releaseWrites: server.heldUntil = 0
        default: break
        }
        return .done
    }

    private func isRecorded(_ master: Address) -> Bool { truth.recorded == master }

    private func obey(_ order: LineOrder, _ sentinel: SimSentinel, _ address: Address) -> StepOutcome {
        switch order {
        case .failOver:
            judge(machine.action)
            switch sentinel.force() {
            case .done: return .done
            case .noGoodReplica: return .failed(Trouble("no replica", prefix: "NOGOODSLAVE"))
            case .inProgress: return .failed(Trouble("a failover is under way", prefix: "INPROG"))
            case .unknownName: return .failed(Trouble("no such master", prefix: "ERR"))
            }
        case .reset:
            judge(machine.action)
            sentinel.reset()
        case .stopMonitoring: sentinel.remove()
        case .monitor(let master, _):
            judge(.repoint([address], to: master))
            sentinel.monitor(Names.id(master))
        case .hear(let master, let epoch, _):
            judge(.announce(Announcement(master: master, epoch: epoch, sentinels: [address])))
            sentinel.hear(of: Names.id(master), epoch: epoch)
        default: break
        }
        return .done
    }

    private func judge(_ action: Action?) {
        if let action { world.promises.watcherCommands(action, on: truth, by: self) }
    }
}

extension SimZooKeeper {
    fileprivate func isEntered(_ node: String) -> Bool { watchers.contains { "\($0.node)" == node } }
}
