import Cluster
import Redis
import Succession
import ZooKeeper

/// The watch over one cluster: wakes up, looks, plans, acts, and looks again.
///
/// An actor on the event loop. Only its run loop looks and acts, one pass after the other; everything else wakes it up.
actor ClusterWatch {
    nonisolated var unownedExecutor: UnownedSerialExecutor { desk.loop.asUnownedSerialExecutor() }

    /// How long our node below `/redis/watchers` stays missing before it is entered again: somebody may be deleting the
    /// whole root, and could not where its watchers came back at once.
    private static let entryDelay = Duration.seconds(1)
    /// For how long what was read of ZooKeeper may be used while no watch fires. They tell of every change; this is for one
    /// that got lost. A minute; of many clusters two are read a second.
    private var viewLife: Duration { max(.seconds(60), .milliseconds(500) * desk.board.count) }

    nonisolated let root: String
    /// Whether we were told of this root; otherwise it was found below a parent.
    private nonisolated let isNamed: Bool
    nonisolated let desk: Desk
    private nonisolated let wakeUps: WakeUps
    private let surveyor: Surveyor
    private let link: MasterLink
    private let ears: SentinelEars
    private let performer: Performer
    private var journal: Journal

    /// The session's registry; nil while there is no session.
    private var registry: Registry?
    /// Whether the session has its connection: the lead is lost at once with it, and only read again.
    private var isConnected = false
    /// Our node below `/redis/watchers` in this session.
    private var ownNode: String?
    /// Since when that node has been missing, or written to by somebody else; nil while it is as we left it.
    private var missing: ContinuousClock.Instant?
    private var view: WatcherView?
    /// When it was read; nil where it must be read again.
    private var viewRead: ContinuousClock.Instant?
    /// Whether a watch has fired since that reading began.
    private var isViewOld = false
    private var endurance = Endurance()
    private var deadline = SwitchoverDeadline()
    private var snapshot: Snapshot?
    /// The recorded master, where it had a lease when it last answered.
    private var leased: Address?
    /// What a recorded master last told us of its data, and who it was.
    private var lastWord: (master: Address, history: History)?
    /// Whether nothing was going on in the last pass.
    private var wasCalm = false
    /// Since when nobody would take the master's place.
    private var obstructed: ContinuousClock.Instant?
    /// When the first sign of what is under way came.
    private var disturbed: ContinuousClock.Instant?
    private let start = ContinuousClock.now

    init(root: String, isNamed: Bool, desk: Desk) {
        self.root = root
        self.isNamed = isNamed
        self.desk = desk
        let wakeUps = WakeUps(loop: desk.loop)
        self.wakeUps = wakeUps
        let contacts = Contacts(on: desk.loop, confidants: desk.confidants)
        let mark = Mark(root: root, masterName: desk.redis.masterName, clusterID: nil)
        let prober = Prober(desk.redis, on: desk.loop, contacts: contacts)
        surveyor = Surveyor(prober, contacts: contacts, mark: mark)
        // Who tells is an actor of the same loop.
        let tell: @Sendable (Event) -> Void = { event in wakeUps.assumeIsolated { $0.add(event, at: .now) } }
        link = MasterLink(loop: desk.loop, shortage: prober.shortage, tell: tell)
        ears = SentinelEars(
            desk.redis, desk.confidants, loop: desk.loop,
            keepalive: { Snapshot.quietInterval(clusters: desk.board.count) - .seconds(5) },
            shortage: prober.shortage, tell: tell)
        journal = Journal(root: root, desk: desk)
        performer = Performer(desk: desk, contacts: contacts)
    }

    /// Runs until cancelled.
    func run() async {
        var pause = Duration.zero
        while !Task.isCancelled {
            desk.pulse.expect(root, within: pause)
            let wakes = pause == .zero ? [] : await wakeUps.next(within: pause)
            guard !Task.isCancelled else { break }
            let isPressing = disturbed != nil || wakes.contains(where: \.event.isSign)
            let place = isPressing ? nil : await desk.turnstile.enter()
            pause = await inChildTask { await self.pass(wakes) }
            if let place { await desk.turnstile.leave(place) }
        }
        desk.pulse.forget(root)
        await ears.listen(to: [])
        await link.end()
    }

    /// Takes its word off the board and the metrics: for a cluster that is gone, once its watch has ended.
    func forget() {
        journal.remove()
        desk.confidants.forget(root)
    }

    func session(_ session: Session?) async {
        viewRead = nil
        registry = session.map { Registry($0, root: root) }
        isConnected = session != nil
        ownNode = nil
        missing = nil
        await wakeUps.add(.timer, at: .now)
    }

    func connection(isUp: Bool) async {
        isConnected = isUp
        viewRead = nil
        await wakeUps.add(.timer, at: .now)
    }

    func nodeChanged(_ path: String) async {
        isViewOld = true
        // The master's lease writes there once a second while clients write: the next pass reads it, and none is due for it.
        guard path != Paths(root: root).cluster else { return }
        await wakeUps.add(.nodeChanged(path: path), at: .now)
    }

    /// One pass. Returns how long to wait for the next event.
    private func pass(_ wakes: [(event: Event, at: ContinuousClock.Instant)]) async -> Duration {
        let began = ContinuousClock.now
        if disturbed == nil { disturbed = wakes.first { $0.event.isSign }?.at }
        let hasLooked = await look(wakes.isEmpty)
        guard var snapshot = await survey(isCalm: wasCalm && wakes.isEmpty) else {
            // Before the first session there is nothing to look at; its beginning wakes us up.
            if registry != nil { journal.failed() }
            return .milliseconds(500)
        }
        await performer.learn(from: snapshot)
        snapshot.shortage = snapshot.shortage ?? desk.probeShortage.recent
        snapshot.resting = await performer.resting
        snapshot.refusals = await performer.refusals
        // Who could not be asked may have been otherwise meanwhile.
        snapshot.held = endurance.note(snapshot.unasked.isEmpty ? snapshot.conditions : [], at: began - start)
        let seen = snapshot.asLastSeen
        if seen.isUnderway, disturbed == nil { disturbed = began }
        journal.saw(snapshot, isFresh: hasLooked)
        let actions = plan(snapshot, after: wakes.map(\.event))
        for case .publish(let notice) in actions { journal.publish(notice) }
        let sign = wakes.first { $0.event.isSwitch }?.at ?? disturbed
        let hasActed = hasLooked ? await act(actions, on: snapshot, since: sign) : false
        // Behind what clients wait for.
        if hasLooked, let registry, let view {
            await performer.correctHistory(
                Performer.Scene(registry: registry, ownNode: ownNode, view: view, snapshot: snapshot))
        }
        self.snapshot = snapshot
        let alerts = actions.compactMap(\.alert) + ownAlerts
        journal.show(seen, view: view, isConnected: hasLooked, alerts: alerts)
        if hasLooked, disturbed == nil { timeZooKeeper() }
        journal.passed(in: .now - began, isComplete: hasLooked)
        if let registry, isConnected, journal.lacksHistory, let history = try? await registry.history() {
            journal.show(history)
        }
        if !seen.isUnderway, !hasActed { disturbed = nil }
        wasCalm = false
        if hasActed { return .milliseconds(1) }
        let clusters = desk.board.count
        let pace = seen.nextLook(unsettledFor: disturbed.map { .now - $0 } ?? .zero, clusters: clusters)
        if missing != nil { return min(pace, Self.entryDelay) }
        if pace < Snapshot.quietInterval(clusters: clusters) { return pace }
        obstructed = snapshot.failoverObstacles.isEmpty ? nil : obstructed ?? began
        // What stands in the way of a failover may end any moment, or be meant so.
        let isStarting = obstructed.map { began - $0 < Snapshot.mendingTime } ?? false
        wasCalm = snapshot.isSettled && !journal.hasOpenAlerts && !isStarting
        let rest = Snapshot.rest(clusters: clusters, isOpen: journal.hasOpenAlerts, newest: journal.newestAlert)
        // Several watchers, or clusters, shall not ask all at once.
        return rest * Int.random(in: 85...100) / 100
    }

    private func timeZooKeeper() {
        guard let session = registry?.session, let ownNode else { return }
        desk.zooKeeperPace.take(on: desk.loop) {
            try await session.multi([.check(ownNode, version: 0)])
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
        return [acl, desk.zooKeeperPace.alert].compactMap(\.self)
    }

    /// Reads ZooKeeper. Without an answer the last view stays, to go on showing what the servers say; nothing is done then.
    /// - Parameter isQuiet: whether nothing has happened since the last pass. No watch has fired then: what was read holds.
    private func look(_ isQuiet: Bool) async -> Bool {
        guard let registry, isConnected else { return false }
        if isQuiet, !isViewOld, missing == nil, let view, view.badNodes.isEmpty, view.badParents.isEmpty, let viewRead,
            .now - viewRead < viewLife
        {
            return true
        }
        (viewRead, isViewOld) = (nil, false)
        do {
            let began = ContinuousClock.now
            let isLost = missing.map { .now - $0 >= Self.entryDelay } ?? false
            let node =
                if let ownNode, !isLost { ownNode } else {
                    try await registry.enlist(desk.address, creatingRoot: isNamed)
                }
            let view = try await registry.secured(registry.watcherView(), as: node)
            // Another session may have begun meanwhile: what this one saw, and its node, are of the past then.
            guard registry.session === self.registry?.session else { return false }
            (ownNode, self.view, viewRead) = (node, view, isConnected ? began : nil)
            let isEntered = view.watchers.contains(where: isOurs)
            if isEntered, isLost { journal.entered(again: node) }
            missing = isEntered ? nil : missing ?? .now
            journal.reached()
            return isConnected
        } catch is Registry.RootIsGone {
            // Whoever found it will see that, and end this watch.
            return false
        } catch {
            // A session that was ended while we asked is no trouble of ZooKeeper's.
            if !Task.isCancelled, registry.session === self.registry?.session {
                journal.unreached(error, isConnected: registry.session.state == .connected)
            }
            view?.watchers = []
            return false
        }
    }

    private func survey(isCalm: Bool) async -> Snapshot? {
        guard let view else { return nil }
        var snapshot = await surveyor.survey(view, isHasty: disturbed != nil, isCalm: isCalm)
        await ears.listen(to: Set(snapshot.sentinels.map(\.address)))
        let answers = snapshot.record.map { self.snapshot?.isLiveMaster($0.address) ?? false } ?? false
        await link.watch(snapshot.record?.address, answers: answers)
        snapshot.acceptLossAfter = desk.acceptLossAfter
        snapshot.isExposed = !view.badParents.isEmpty
        snapshot.hasPassword = desk.redis.credentials != nil
        snapshot.hasSentinelPassword = desk.redis.sentinelCredentials != nil
        snapshot.switchover = view.switchover
        snapshot.answered = await performer.answer(to: view.switchover?.id)
        snapshot.isSwitchoverLate = deadline.isOver(for: view.switchover)
        (snapshot.masterWasRefused, snapshot.masterHasCrashed) = (await link.wasRefused, await link.hasCrashed)
        if let master = snapshot.record?.address, snapshot.answersMaster(master) {
            leased = snapshot.isLeased(master) ? master : nil
        }
        if let master = snapshot.record?.address, snapshot.isProven(master),
            case .master(let history) = snapshot.answer(of: master)
        {
            lastWord = (master, history)
        }
        snapshot.lastWord = lastWord.flatMap { $0.master == snapshot.record?.address ? $0.history : nil }
        snapshot.masterHadLease = leased != nil && leased == snapshot.record?.address
        snapshot.leads = isConnected && (view.watchers.first.map(isOurs) ?? false)
        if let registry { snapshot.sessionTimeout = registry.session.negotiatedTimeout }
        return snapshot
    }

    /// Whether a watcher's node is ours, in this very session, and as we left it: one that somebody wrote to passes no fence.
    private func isOurs(_ candidacy: WatcherView.Candidacy) -> Bool {
        guard let registry else { return false }
        return candidacy.path == ownNode && candidacy.owner == registry.session.credentials.id && candidacy.version == 0
    }

    /// Carries the plan out. Returns whether something has changed that must be looked at anew.
    private func act(
        _ actions: [Action], on snapshot: Snapshot, since sign: ContinuousClock.Instant?
    ) async -> Bool {
        var hasActed = await endPause(snapshot)
        for action in actions {
            guard let registry, isConnected, let view, !action.isWord else { continue }
            // Done or refused: either way the nodes may not be what they were.
            viewRead = nil
            let scene = Performer.Scene(registry: registry, ownNode: ownNode, view: view, snapshot: snapshot)
            do {
                guard let result = try await performer.perform(action, on: scene) else { continue }
                if case .record = action { journal.recorded(after: sign.map { .now - $0 }) }
                if let master = result.recorded {
                    // It has answered right before: from here on its end is seen, be it before the next look.
                    await link.watch(master, answers: true)
                    leased = snapshot.isLeased(master) ? master : nil
                }
                journal.note(result, of: action)
                hasActed = true
            } catch {
                if !Task.isCancelled { journal.couldNot(action, error) }
            }
        }
        return hasActed
    }
}

extension ClusterWatch {
    /// Ends a pause whose time is over.
    private func endPause(_ snapshot: Snapshot) async -> Bool {
        guard snapshot.leads, let ownNode, let registry, let until = view?.pause?.until, Timestamp.hasPassed(until)
        else { return false }
        return (try? await registry.resume(as: ownNode)) == .done
    }
}

extension Event {
    /// Whether it may be the first sign of a failover.
    fileprivate var isSign: Bool {
        switch self {
        case .timer: false
        case .sentinel(_, let name, _): name != "+sentinel" && name != "+slave"
        case .masterLinkEnded, .nodeChanged: true
        }
    }
}

extension Event {
    /// A sentinel's word that there is a new master.
    fileprivate var isSwitch: Bool { if case .sentinel(_, "+switch-master", _) = self { true } else { false } }
}

extension Action {
    /// Whether it tells people, and changes nothing.
    fileprivate var isWord: Bool {
        switch self {
        case .alert, .publish: true
        default: false
        }
    }
}
