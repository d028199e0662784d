import Cluster
import Glibc
package import Inspection
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// Gathers what the checks judge: everybody is asked at the same time, each within a limit.
package struct Examiner: Sendable {
    private let run: OperatorRun
    private let machineRoot: String
    private let takesLoopbackSeriously: Bool

    /// - Parameter machineRoot: what stands before `/proc` and `/sys`.
    /// - Parameter takesLoopbackSeriously: whether a cluster on loopback alone is judged as any other.
    package init(_ run: OperatorRun, machineRoot: String = "", takesLoopbackSeriously: Bool = false) {
        self.run = run
        self.machineRoot = machineRoot
        self.takesLoopbackSeriously = takesLoopbackSeriously
    }

    private struct Findings: Sendable {
        var sight: Sight
        var nodes: SpareNodes
        var roundTrip: Duration
        var answers: [Address: ServerAnswers]
        var sentinelAnswers: [Address: ServerAnswers]
        var raised: [RaisedAlert]?
    }

    /// Never fails: what can't be asked is evidence, too.
    package func evidence() async -> Evidence {
        let settings = run.registrySettings
        var evidence = Evidence(root: settings.root, masterName: run.redis.masterName)
        evidence.hasZooKeeperUser = settings.digest != nil
        evidence.takesLoopbackSeriously = takesLoopbackSeriously
        async let ensemble = EnsembleProbe(
            servers: settings.servers, loop: run.loop, limit: OperatorRun.answerLimit
        ).states()
        async let given = givenTimeout()
        do {
            let found = try await run.withRegistry { try await findings($0) }
            evidence.sight = found.sight
            evidence.nodes = found.nodes
            (evidence.answers, evidence.sentinelAnswers) = (found.answers, found.sentinelAnswers)
            evidence.raised = found.raised
            evidence.session = SessionFacts(
                asked: settings.sessionTimeout, given: nil, roundTrip: found.roundTrip)
        } catch {
            let failure = error as? Failure
            evidence.trouble = ZooKeeperTrouble(
                failure?.description ?? "\(error)".oneLine, isDenial: failure?.code == .notAuthorised)
            if evidence.trouble?.isDenial ?? false {
                evidence.session = SessionFacts(asked: settings.sessionTimeout, given: nil)
            }
        }
        evidence.ensemble = await ensemble
        evidence.session?.given = await given
        evidence.machine = MachineExaminer(root: machineRoot).machine(evidence)
        return evidence
    }

    /// What a session with the launchers' own timeout is given: the looking one asks for less.
    private func givenTimeout() async -> Duration? {
        var configuration = Session.Configuration(servers: run.registrySettings.servers)
        // A chroot that is missing is not to be made by who only looks.
        configuration.servers.chroot = ""
        configuration.timeout = run.registrySettings.sessionTimeout
        guard let session = try? await Session.connect(configuration, within: .milliseconds(1_200)) else { return nil }
        let given = session.negotiatedTimeout
        await session.close()
        return given
    }

    private func findings(_ registry: Registry) async throws -> Findings {
        async let seen = Inspector(run, registry).look()
        let view = try await registry.watcherView()
        let sight = try await seen
        let (prober, contacts) = run.prober()
        prober.confidants.learn(view, below: registry.paths.root)
        let examiner = ServerExaminer(prober)
        async let answers = Set(sight.servers.keys).answers { await examiner.server($0) }
        async let sentinelAnswers = Set(sight.sentinels.keys).answers { await examiner.sentinel($0) }
        async let raised = raised(sight)
        async let nodes = spareNodes(registry, view, sight)
        let roundTrip = await pace(registry)
        let findings = Findings(
            sight: sight, nodes: await nodes, roundTrip: roundTrip, answers: await answers.compactMapValues(\.self),
            sentinelAnswers: await sentinelAnswers.compactMapValues(\.self), raised: await raised)
        await contacts.retain([])
        return findings
    }

    /// nil where the leading watcher does not tell: what another one raises is not what is acted upon.
    private func raised(_ sight: Sight) async -> [RaisedAlert]? {
        guard let leader = sight.watchers.first else { return [] }
        return await StatusQuestion(loop: run.loop, limit: OperatorRun.answerLimit)
            .alerts(at: leader.address, of: sight.root)
    }

    /// How long the quickest of three reads takes.
    private func pace(_ registry: Registry) async -> Duration {
        var best = Duration.seconds(60)
        for _ in 0..<3 {
            let start = ContinuousClock.now
            _ = try? await registry.session.exists(registry.paths.root)
            best = min(best, ContinuousClock.now - start)
        }
        return best
    }
}

/// Nodes that nobody may need any more.
extension Examiner {
    private func spareNodes(_ registry: Registry, _ view: WatcherView, _ sight: Sight) async -> SpareNodes {
        var nodes = SpareNodes()
        let paths = registry.paths
        // Without the chroot, as whoever reads it gives it to zkCli.sh together with ZK_HOSTS.
        let shown = Paths(root: run.registrySettings.root)
        for member in view.members where !member.isLeased { nodes.members[shown.member(member.id)] = member.address }
        for sentinel in view.sentinels where !sentinel.isLeased {
            nodes.sentinels[shown.sentinel(sentinel.id)] = sentinel.address
        }
        // Where somebody may live whose lease is gone, that is told.
        let used = Set(view.sentinels.map(\.id))
        let living = Set(sight.snapshot.sentinelsWithoutLease)
            .union(sight.snapshot.peers.filter { !$0.value.isGone }.keys)
        let idle = view.identities.filter { !used.contains($0.id) && !living.contains($0.address) }
        for identity in idle where await time(of: paths.lock(identity.id), registry) == nil {
            nodes.identities[shown.identity(identity.id)] = identity.address
        }
        if view.isPaused {
            nodes.pauseBegan = view.pause?.since.flatMap { Timestamp.seconds($0) }
            if nodes.pauseBegan == nil { nodes.pauseBegan = await time(of: paths.paused, registry)?.created }
            nodes.pauseEnds = view.pause?.until.flatMap { Timestamp.seconds($0) }
        }
        if view.switchover != nil, let modified = await time(of: paths.switchover, registry)?.modified {
            nodes.switchoverAge = .milliseconds(Int64(min(max(0, sight.time - modified), 1e12) * 1_000))
        }
        return nodes
    }

    /// When a node was made and last written, in seconds since 1970; nil where there is none.
    private func time(of path: String, _ registry: Registry) async -> (created: Double, modified: Double)? {
        guard let stat = try? await registry.session.exists(path) else { return nil }
        return (Double(stat.created) / 1_000, Double(stat.modified) / 1_000)
    }
}
