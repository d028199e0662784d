import Cluster
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// The watch over one cluster: wakes up, looks, acts, and looks again, as its machine says.
///
/// An actor on the event loop. Only its run loop runs passes, one after the other; everything else wakes it up.
actor ClusterWatch {
    nonisolated var unownedExecutor: UnownedSerialExecutor { watcher.loop.asUnownedSerialExecutor() }

    nonisolated let root: String
    /// Whether we were told of this root; otherwise it was found below a parent.
    private nonisolated let isNamed: Bool
    nonisolated let watcher: WatcherContext
    private nonisolated let wakeUps: WakeUps
    private let surveyor: Surveyor
    private let link: MasterLink
    private let subscriptions: SentinelSubscriptions
    private let executor: ActionExecutor
    private var journal: Journal
    private var machine: WatcherMachine
    /// From which the machine's times count.
    private nonisolated let start: ContinuousClock.Instant

    /// The session's registry; nil while there is no session.
    private var registry: Registry?
    /// What the action under way began with: one that outlives its session ends without ZooKeeper, and never goes on in
    /// the name of the next session, which may not lead.
    private var acting: Acting?
    /// What ZooKeeper held when it was read last.
    private var view: WatcherView?

    init(root: String, isNamed: Bool, watcher: WatcherContext) {
        self.root = root
        self.isNamed = isNamed
        self.watcher = watcher
        let start = ContinuousClock.now
        self.start = start
        let wakeUps = WakeUps(loop: watcher.loop)
        self.wakeUps = wakeUps
        let contacts = Contacts(on: watcher.loop, confidants: watcher.confidants)
        let mark = Mark(root: root, masterName: watcher.redis.masterName, clusterID: nil)
        let prober = Prober(watcher.redis, on: watcher.loop, contacts: contacts)
        surveyor = Surveyor(prober, contacts: contacts, mark: mark)
        // Who tells is an actor of the same loop.
        let tell: @Sendable (Event) -> Void = { event in wakeUps.assumeIsolated { $0.add(event, at: .now) } }
        link = MasterLink(loop: watcher.loop, shortage: prober.shortage, tell: tell)
        subscriptions = SentinelSubscriptions(
            watcher.redis, watcher.confidants, of: root, loop: watcher.loop,
            keepalive: { Snapshot.quietInterval(clusters: watcher.board.count) - .seconds(5) },
            shortage: prober.shortage, tell: tell)
        journal = Journal(root: root, watcher: watcher)
        executor = ActionExecutor(prober, name: watcher.address.description, start: start)
        machine = WatcherMachine(address: watcher.address.description)
    }

    /// Runs until cancelled.
    func run() async {
        var pause = Duration.zero
        while !Task.isCancelled {
            watcher.pulse.expect(root, within: pause)
            let events = pause == .zero ? [] : await wakeUps.next(within: pause)
            guard !Task.isCancelled else { break }
            let wakes = events.map { WakeUp($0.event, at: $0.at - start) }
            let place = machine.isPressed(by: wakes) ? nil : await watcher.limiter.enter()
            pause = await inChildTask { await self.pass(wakes) }
            if let place { await watcher.limiter.leave(place) }
        }
        watcher.pulse.forget(root)
        await subscriptions.listen(to: [])
        await link.end()
    }

    /// Takes its word off the board and the metrics: for a cluster that is gone, once its watch has ended.
    func forget() {
        journal.remove()
        watcher.confidants.forget(root)
    }

    func session(_ session: Session?) async {
        registry = session.map { Registry($0, root: root) }
        note(.session(isOpen: session != nil))
        await wakeUps.add(.timer, at: .now)
    }

    func connection(isUp: Bool) async {
        note(.connection(isUp: isUp))
        await wakeUps.add(.timer, at: .now)
    }

    func nodeChanged(_ path: String) async {
        note(.nodeChanged)
        // The master's lease writes there once a second while clients write: the next pass reads it, and none is due
        // for it.
        guard path != Paths(root: root).cluster else { return }
        await wakeUps.add(.nodeChanged(path: path), at: .now)
    }

    /// What happens beside the passes has no effects of its own.
    private func note(_ event: WatcherEvent) { _ = machine.handle(event, at: .now - start) }

    /// One pass: runs what the machine says until it says how long to wait for the next event. What it says at once
    /// runs at once.
    private func pass(_ wakes: [WakeUp]) async -> Duration {
        let began = ContinuousClock.now
        return await withTaskGroup(of: WatcherEvent.self) { group in
            var events = [WatcherEvent.wake(wakes, clusters: watcher.board.count)]
            while true {
                // There is a next one: a pass ends with a pause, and what it waits for ends.
                let event = if events.isEmpty { await group.next()! } else { events.removeFirst() }
                if Task.isCancelled { note(.end) }
                for effect in machine.handle(event, at: .now - start) {
                    switch effect {
                    case .pause(let time, let isSpread):
                        // Several watchers, or clusters, shall not ask all at once.
                        return isSpread ? time * Int.random(in: 85...100) / 100 : time
                    case .read(let reading): group.addTask { await self.read(reading) }
                    case .survey(let isHasty, let isCalm):
                        group.addTask { await self.survey(isHasty: isHasty, isCalm: isCalm) }
                    case .step(let step): group.addTask(operation: running(step))
                    case .askLink:
                        events.append(.link(wasRefused: await link.wasRefused, hasCrashed: await link.hasCrashed))
                    case .show(let snapshot, let alerts, let isFresh):
                        journal.show(snapshot, view: view, isConnected: isFresh, alerts: alerts + ownAlerts)
                        journal.passed(in: .now - began, isComplete: isFresh)
                        await showHistory()
                        events.append(
                            .shown(hasOpenAlerts: journal.hasOpenAlerts, newestAlert: journal.newestAlert))
                    default: await tell(effect)
                    }
                }
            }
        }
    }

    /// What is answered by no event.
    private func tell(_ effect: WatcherEffect) async {
        switch effect {
        case .follow(let master, let answers): await link.watch(master, answers: answers)
        case .closeLines:
            acting = nil
            await executor.closeLines()
        case .saw(let snapshot, let isFresh): journal.saw(snapshot, isFresh: isFresh)
        case .publish(let notice): journal.publish(notice)
        case .recorded(let time): journal.recorded(after: time)
        case .did(let action, let result): journal.note(result, of: action)
        case .couldNot(let action, let trouble): journal.couldNot(action, trouble)
        case .enteredAgain(let node): journal.entered(again: node)
        case .remark(let text): journal.remark(text)
        case .timeZooKeeper(let node): timeZooKeeper(node)
        case .lookedInVain: journal.failed()
        case .read, .survey, .step, .askLink, .show, .pause: break
        }
    }

    private struct Acting {
        var registry: Registry?
    }

    private func running(_ step: ActionStep) -> @Sendable () async -> WatcherEvent {
        let acting = acting ?? Acting(registry: registry)
        self.acting = acting
        let (executor, loop, registry) = (executor, watcher.loop, acting.registry)
        guard machine.mustFinish else { return { .stepped(step, await executor.run(step, on: registry)) } }
        // Half of the action would leave a server that nobody has recorded, or clients that wait: the end of this
        // watcher waits for it.
        return {
            await Task(executorPreference: loop) { WatcherEvent.stepped(step, await executor.run(step, on: registry)) }
                .value
        }
    }

    private func showHistory() async {
        guard let registry, machine.isConnected, journal.lacksHistory, let history = try? await registry.history()
        else {
            return
        }
        journal.show(history)
    }

    private func timeZooKeeper(_ node: String) {
        guard let session = registry?.session else { return }
        watcher.zooKeeperPace.take(on: watcher.loop) {
            try await session.multi([.check(node, version: 0)])
        } tell: { [wakeUps] in
            await wakeUps.add(.timer, at: .now)
        }
    }

    /// What is wrong with ZooKeeper itself, and with our place there.
    private var ownAlerts: [Alert] {
        // No watch tells of a changed ACL.
        let acl = view?.badParents.first.map { node in
            Alert(
                "bad-acl", about: root,
                "no server is attached or switched over, no sentinel is pointed back, and nobody that is behind is promoted, "
                    + "because \(node.path) in ZooKeeper \(node.reason)")
        }
        return [acl, watcher.zooKeeperPace.alert].compactMap(\.self)
    }
}

// MARK: Looking

extension ClusterWatch {
    private func read(_ reading: Reading) async -> WatcherEvent {
        guard let registry else { return .read(.failed, reading) }
        do {
            let node =
                if let node = reading.node { node } else {
                    try await registry.enlist(watcher.address, creatingRoot: isNamed)
                }
            let view = try await registry.secured(registry.watcherView(), as: node)
            // Another session may have begun meanwhile: what this one saw is of the past then, which the machine knows.
            guard registry.session === self.registry?.session else { return .read(.failed, reading) }
            self.view = view
            journal.reached()
            return .read(.nodes(NodesRead(view, node, session: registry.session.credentials.id)), reading)
        } catch is Registry.RootIsGone {
            return .read(.rootIsGone, reading)
        } catch {
            // A session that was ended while we asked is no trouble of ZooKeeper's.
            if !Task.isCancelled, registry.session === self.registry?.session {
                journal.unreached(error, isConnected: registry.session.state == .connected)
            }
            view?.watchers = []
            return .read(.failed, reading)
        }
    }

    private func survey(isHasty: Bool, isCalm: Bool) async -> WatcherEvent {
        let view = view ?? WatcherView()
        var snapshot = await surveyor.survey(view, isHasty: isHasty, isCalm: isCalm)
        await subscriptions.listen(to: Set(snapshot.sentinels.map(\.address)))
        snapshot.acceptLossAfter = watcher.acceptLossAfter
        snapshot.hasPassword = watcher.redis.credentials != nil
        snapshot.hasSentinelPassword = watcher.redis.sentinelCredentials != nil
        snapshot.shortage = snapshot.shortage ?? watcher.probeShortage.recent
        if let registry { snapshot.sessionTimeout = registry.session.negotiatedTimeout }
        var survey = Survey(snapshot)
        survey.confidants = Set(snapshot.sentinels.map(\.address)).filter(watcher.confidants.knowsSentinel)
        survey.isPauseOver = view.isPauseOver
        survey.isRequestOver = view.switchover?.until.map { Timestamp.hasPassed($0) }
        return .surveyed(survey)
    }
}

extension NodesRead {
    /// A node is ours in this very session, and as we left it: one that somebody wrote to passes no fence.
    fileprivate init(_ view: WatcherView, _ node: String, session: Int64) {
        let own = view.watchers.firstIndex { $0.path == node && $0.owner == session && $0.version == 0 }
        self.init(node: node, isEntered: own != nil, isFirst: own == 0)
        isWhole = view.badNodes.isEmpty && view.badParents.isEmpty
        isExposed = !view.badParents.isEmpty
        switchover = view.switchover
        switchoverVersion = view.switchoverVersion
        clusterVersion = view.clusterVersion
        lossVersion = view.lossVersion
        leftovers = Dictionary(view.sentinels.filter { !$0.isLeased }.map { ($0.address, $0.id) }) { first, _ in first }
    }
}
