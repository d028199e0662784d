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
    private let start = ContinuousClock.now
    private var failovers = FailoverClock()

    /// Candidates whose turn it was to claim, and since when.
    private var turns: [Int: ContinuousClock.Instant] = [:]

    public init(
        _ prober: Prober, me: Address, mark: Mark, data: Freshness, limit: Duration, acceptLossAfter: Duration? = nil
    ) {
        self.prober = prober
        self.me = me
        self.mark = mark
        self.data = data
        self.limit = limit
        self.acceptLossAfter = acceptLossAfter
    }

    /// Asks the recorded address, each live member and each sentinel at once; then whom those name and nobody has asked.
    public func observe(_ view: View, candidacy: Candidacy? = nil) async -> Observation {
        let unreadable = unreadable(view)
        let members = view.members.filter(\.isLeased).map(\.address) + unreadable
        prober.confidants.learn(view, below: mark.root)
        var instances = Dictionary(unreadable.map { ($0, Instance(.silent)) }) { $1 }
        async let sentinels = reports(of: view.sentinels)
        await ask(
            Set(members).subtracting(unreadable).union([view.record?.address].compactMap(\.self)), into: &instances)
        let reports = await sentinels
        prober.confidants.heard(reports, of: view.record?.address, below: mark.root)
        await ask(prober.confidants.released(), into: &instances)
        var named = Set(reports.compactMap(\.opinion?.names))
        if let record = view.record, case .replica(let replication)? = instances[record.address]?.answer {
            named.formUnion([replication.master].compactMap(\.self))
        }
        await ask(named.subtracting(instances.keys), into: &instances)
        await askForgotten(view, into: &instances)
        await ask(prober.confidants.released(), into: &instances)

        var mark = mark
        let borne = mark.clusterIDs(in: instances.filter { members.contains($0.key) })
        mark.clusterID = borne.only ?? view.cluster?.id ?? borne.first
        var observation = Observation(
            me: me, mark: mark, record: view.record, cluster: view.cluster, sentinels: reports, members: members,
            candidates: view.candidates, candidacy: candidacy, instances: instances, data: data,
            waited: ContinuousClock.now - start, limit: limit)
        observation.shortage = prober.shortage.take()
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

    /// Where the recorded master does not answer, those are asked as well that may live without a lease: the last members, and
    /// whom the sentinels name that have an identity. Those that bear our mark count.
    private func askForgotten(_ view: View, into instances: inout [Address: Instance]) async {
        if let record = view.record, case .master? = instances[record.address]?.answer { return }
        let registered = Set(view.sentinels.map(\.address))
        var hints = Set(view.cluster?.holders.map(\.address) ?? [])
        await withTaskGroup(of: Address?.self) { [prober] group in
            for sentinel in Set(view.identities).subtracting(registered) {
                group.addTask { await prober.opinion(of: sentinel)?.names }
            }
            for await named in group { if let named { hints.insert(named) } }
        }
        hints.remove(me)
        await ask(hints.subtracting(instances.keys), into: &instances)
    }

    private func ask(_ addresses: Set<Address>, into instances: inout [Address: Instance]) async {
        await withTaskGroup(of: (Address, Instance).self) { [prober] group in
            for address in addresses { group.addTask { (address, await prober.instance(address)) } }
            for await (address, instance) in group { instances[address] = instance }
        }
    }

    private func reports(of sentinels: [View.Registration]) async -> Sentinels {
        let reports = await withTaskGroup(of: SentinelReport.self) { [prober] group in
            for sentinel in sentinels {
                group.addTask { SentinelReport(sentinel.address, await prober.opinion(of: sentinel.address)) }
            }
            return await group.reduce(into: [SentinelReport]()) { $0.append($1) }
        }
        return Sentinels(
            reports.map { failovers.timed($0) }.sorted { $0.address < $1.address })
    }
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
