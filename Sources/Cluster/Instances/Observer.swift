public import Succession

/// Turns a view of ZooKeeper into an observation, by asking everybody whom it names.
///
/// An actor, because it remembers for how long each sentinel has reported its failover.
public actor Observer {
    private let prober: Prober
    private let me: Address
    private let mark: Mark
    private let data: Freshness
    private let limit: Duration
    private let acceptLossAfter: Duration?
    private let mayLead: Bool
    private let start = ContinuousClock.now
    private var failovers = FailoverClock()
    private var muteness = MutenessClock()

    /// Candidates whose turn it was to claim, and since when.
    private var turns: [Int: ContinuousClock.Instant] = [:]

    public init(
        _ prober: Prober, me: Address, mark: Mark, data: Freshness, limit: Duration, acceptLossAfter: Duration? = nil,
        mayLead: Bool = true
    ) {
        self.mayLead = mayLead
        self.prober = prober
        self.me = me
        self.mark = mark
        self.data = data
        self.limit = limit
        self.acceptLossAfter = acceptLossAfter
    }

    /// Asks the recorded address, each live member and each sentinel of ours at once; then whom those name and nobody has asked.
    public func observe(_ view: View, candidacy: Candidacy? = nil) async -> Observation {
        let unreadable = unreadable(view)
        let members = view.members.filter(\.isLeased).map(\.address) + unreadable
        prober.confidants.learn(view, below: mark.root)
        var instances = Dictionary(unreadable.map { ($0, Instance(.silent)) }) { $1 }
        let claims = SentinelClaim.all(registered: view.sentinels, identities: view.identities)
        // Where our launchers have started one. Nobody else is waited for.
        async let heard = opinions(at: claims.vouched)
        await ask(
            Set(members).subtracting(unreadable).union([view.record?.address].compactMap(\.self)), into: &instances)
        var opinions = await heard
        let recorded = view.record.flatMap { instances[$0.address]?.answer }
        let isAnswered = if case .master? = recorded { true } else { false }
        // Then what one of those knows that another tool has registered; and where no master answers, those that may have lost
        // their lease.
        opinions.merge(
            await self.opinions(
                at: claims.listed(opinions), and: isAnswered ? [] : claims.unregistered)
        ) { $1 }
        let reports = Sentinels(claims: muteness.noted(failovers.timed(claims.answered(opinions))))
        prober.confidants.heard(reports, of: view.record?.address, below: mark.root)
        await askReleased(&instances)
        var named = Set(reports.compactMap(\.opinion?.names))
        if let record = view.record, case .replica(let replication)? = instances[record.address]?.answer {
            named.formUnion([replication.master].compactMap(\.self))
        }
        await ask(named.subtracting(instances.keys), into: &instances)
        if !isAnswered { await askForgotten(view, into: &instances) }
        await askReleased(&instances)

        var mark = mark
        let borne = mark.clusterIDs(in: instances.filter { members.contains($0.key) })
        mark.clusterID = borne.only ?? view.cluster?.id ?? borne.first
        var observation = Observation(
            me: me, mark: mark, record: view.record, cluster: view.cluster, sentinels: reports, members: members,
            candidates: view.candidates, candidacy: candidacy, instances: instances, data: data,
            waited: ContinuousClock.now - start, limit: limit)
        observation.shortage = prober.shortage.take()
        observation.mayLead = mayLead
        observation.acceptsLoss = view.lossVersion != nil
        observation.acceptLossAfter = acceptLossAfter
        observation.isDisputed = view.cluster.map { $0.id != borne.only ?? $0.id } ?? false
        observation.passedOver = passedOver(among: view.candidates)
        if mark.clusterID == nil { observation.mark.clusterID = observation.restored?.id }
        return observation
    }

    /// Leases that can't be read are members that nobody can ask, for half of our time: none of us writes such a one, but who
    /// does may live.
    private func unreadable(_ view: View) -> [Address] {
        guard (ContinuousClock.now - start) * 2 < limit else { return [] }
        // A name that nobody has (RFC 6761), nor is it ever looked up.
        return view.unreadableMembers.indices.compactMap { Address(host: "unreadable-\($0 + 1).invalid", port: 1) }
    }

    /// Takes note of whose turn it is to claim.
    public func isTurn(of candidate: Int) {
        if turns[candidate] == nil { turns[candidate] = .now }
    }

    /// Who had its turn for longer than its own window may be open.
    private func passedOver(among candidates: [Candidate]) -> Set<Int> {
        turns = turns.filter { turn in candidates.contains { $0.number == turn.key } }
        return Set(turns.filter { .now - $0.value > Self.longestTurn }.keys)
    }

    private static let longestTurn = Duration.seconds(15)

    /// Where no master answers, the last members are asked as well: they may live without a lease. Those that bear our mark
    /// count.
    private func askForgotten(_ view: View, into instances: inout [Address: Instance]) async {
        let hints = Set(view.cluster?.holders.map(\.address) ?? []).subtracting([me])
        await ask(hints.subtracting(instances.keys), into: &instances)
    }

    /// Asks those again for whom somebody has vouched since they asked for a password, and whom those vouch for in turn.
    private func askReleased(_ instances: inout [Address: Instance]) async {
        while true {
            let released = prober.confidants.released(
                .server, among: instances.filter { $0.value.answer == .denied }.keys)
            guard !released.isEmpty else { return }
            await ask(released, into: &instances)
        }
    }

    private func ask(_ addresses: Set<Address>, into instances: inout [Address: Instance]) async {
        await withTaskGroup(of: (Address, Instance).self) { [prober] group in
            for address in addresses { group.addTask { (address, await prober.instance(address)) } }
            for await (address, instance) in group { instances[address] = instance }
        }
    }

    /// - Parameter lost: sentinels without a lease, most likely gone: they get less time.
    private func opinions(at addresses: Set<Address>, and lost: Set<Address> = []) async -> [Address: Opinion] {
        await withTaskGroup(of: (Address, Opinion?).self) { [prober] group in
            for address in addresses.union(lost) {
                let prober = addresses.contains(address) ? prober : prober.within(Self.lostLimit)
                group.addTask { (address, await prober.opinion(of: address)) }
            }
            return await group.reduce(into: [:]) { if let opinion = $1.1 { $0[$1.0] = opinion } }
        }
    }

    private static let lostLimit = Duration.milliseconds(250)
}

extension Mark {
    /// The ids that leased members bear, sorted: a lease says that they are ours, which a namesake on the recorded port can't.
    /// A lost `/redis/cluster` gets its id back from them, and where they agree on one they outweigh a node that was restored
    /// from elsewhere.
    func clusterIDs(in instances: [Address: Instance]) -> [String] {
        let ids = instances.values.compactMap { instance -> String? in
            guard case .mark(let mark) = instance.mark, mark.matches(self) else { return nil }
            return mark.clusterID
        }
        return Set(ids).sorted()
    }
}
