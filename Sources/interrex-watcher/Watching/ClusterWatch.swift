import Cluster
import Redis
import Succession
import ZooKeeper

/// The watch over one cluster: wakes up, looks, plans, acts, and looks again.
///
/// An actor on the event loop. Only its run loop looks and acts, one pass after the other; everything else wakes it up.
actor ClusterWatch {
    nonisolated var unownedExecutor: UnownedSerialExecutor { desk.loop.asUnownedSerialExecutor() }

    nonisolated let root: String
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
    private var view: WatcherView?
    private var endurance = Endurance()
    private var snapshot: Snapshot?
    /// When the first sign of what is under way came.
    private var disturbed: ContinuousClock.Instant?
    private let start = ContinuousClock.now

    init(root: String, desk: Desk) {
        self.root = root
        self.desk = desk
        let wakeUps = WakeUps(loop: desk.loop)
        self.wakeUps = wakeUps
        let contacts = Contacts(on: desk.loop)
        let mark = Mark(root: root, masterName: desk.redis.masterName, clusterID: nil)
        surveyor = Surveyor(
            Prober(desk.redis, on: desk.loop, contacts: contacts), contacts: contacts, mark: mark)
        let tell: @Sendable (Event) -> Void = { event in
            let now = ContinuousClock.now
            Task(executorPreference: desk.loop) { await wakeUps.add(event, at: now) }
        }
        link = MasterLink(loop: desk.loop, tell: tell)
        ears = SentinelEars(desk.redis, loop: desk.loop, tell: tell)
        journal = Journal(root: root, desk: desk)
        performer = Performer(desk: desk)
    }

    /// Runs until cancelled.
    func run() async {
        var pause = Duration.zero
        while !Task.isCancelled {
            let wakes = pause == .zero ? [] : await wakeUps.next(within: pause)
            guard !Task.isCancelled else { break }
            pause = await pass(wakes)
        }
        await ears.listen(to: [])
        await link.end()
        journal.remove()
    }

    func session(_ session: Session?) async {
        registry = session.map { Registry($0, root: root) }
        isConnected = session != nil
        ownNode = nil
        await wakeUps.add(.timer, at: .now)
    }

    func connection(isUp: Bool) async {
        isConnected = isUp
        await wakeUps.add(.timer, at: .now)
    }

    nonisolated func nodeChanged(_ path: String) async { await wakeUps.add(.nodeChanged(path: path), at: .now) }

    /// One pass. Returns how long to wait for the next event.
    private func pass(_ wakes: [(event: Event, at: ContinuousClock.Instant)]) async -> Duration {
        let began = ContinuousClock.now
        if disturbed == nil { disturbed = wakes.first { $0.event.isSign }?.at }
        let hasLooked = await look()
        guard var snapshot = await survey() else {
            // Before the first session there is nothing to look at; its beginning wakes us up.
            if registry != nil { journal.failed() }
            return .milliseconds(500)
        }
        snapshot.resting = await performer.resting
        snapshot.held = endurance.note(snapshot.conditions, at: began - start)
        if snapshot.isUnderway, disturbed == nil { disturbed = began }
        let actions = plan(snapshot, after: wakes.map(\.event))
        for case .publish(let notice) in actions { journal.publish(notice) }
        let sign = wakes.first { $0.event.isSwitch }?.at ?? disturbed
        let hasActed = hasLooked ? await act(actions, on: snapshot, since: sign) : false
        self.snapshot = snapshot
        journal.show(snapshot, view: view, isConnected: hasLooked, alerts: actions.alerts)
        journal.passed(in: .now - began)
        if let registry, isConnected, journal.lacksHistory, let history = try? await registry.history() {
            journal.show(history)
        }
        if !snapshot.isUnderway, !hasActed { disturbed = nil }
        if hasActed { return .milliseconds(1) }
        let pace = snapshot.nextLook(unsettledFor: disturbed.map { .now - $0 } ?? .zero)
        if pace < .seconds(10) { return pace }
        // Several watchers, or clusters, shall not ask all at once.
        return journal.hasPendingAlerts ? .milliseconds(500) : .milliseconds(Int.random(in: 9_000...11_000))
    }

    /// Reads ZooKeeper. Without an answer the last view stays, to go on showing what the servers say; nothing is done then.
    private func look() async -> Bool {
        guard let registry, isConnected else { return false }
        do {
            let node = if let ownNode { ownNode } else { try await registry.enlist(desk.address) }
            let view = try await registry.watcherView()
            // Another session may have begun meanwhile: what this one saw, and its node, are of the past then.
            guard registry.session === self.registry?.session else { return false }
            (ownNode, self.view) = (node, view)
            journal.reached()
            return isConnected
        } catch {
            if !Task.isCancelled { journal.unreached(error) }
            view?.watchers = []
            return false
        }
    }

    private func survey() async -> Snapshot? {
        guard let view else { return nil }
        await ears.listen(to: Set(view.sentinels.map(\.address)))
        var snapshot = await surveyor.survey(view, isHasty: disturbed != nil)
        let answers = snapshot.record.map { self.snapshot?.isLiveMaster($0.address) ?? false } ?? false
        await link.watch(snapshot.record?.address, answers: answers)
        snapshot.masterHasCrashed = await link.hasCrashed
        snapshot.leads = isConnected && isOurs(view.watchers.first)
        if let registry { snapshot.sessionTimeout = registry.session.negotiatedTimeout }
        return snapshot
    }

    /// Whether a watcher's node is ours, in this very session.
    private func isOurs(_ candidacy: WatcherView.Candidacy?) -> Bool {
        guard let candidacy, let registry else { return false }
        return candidacy.path == ownNode && candidacy.owner == registry.session.credentials.id
    }

    /// Carries the plan out. Returns whether something has changed that must be looked at anew.
    private func act(
        _ actions: [Action], on snapshot: Snapshot, since sign: ContinuousClock.Instant?
    ) async -> Bool {
        var hasActed = await endPause(snapshot)
        for action in actions {
            guard let registry, isConnected, let view else { continue }
            let scene = Performer.Scene(registry: registry, ownNode: ownNode, view: view, snapshot: snapshot)
            do {
                guard let result = try await performer.perform(action, on: scene) else { continue }
                if case .record = action { journal.recorded(after: sign.map { .now - $0 }) }
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

extension [Action] {
    fileprivate var alerts: [Alert] { compactMap(\.alert) }
}

extension Action {
    fileprivate var alert: Alert? { if case .alert(let alert) = self { alert } else { nil } }
}
