public import Succession
public import Vocabulary

/// Turns a view of ZooKeeper into an observation, by asking everybody whom it names.
///
/// An actor, because it remembers for how long each sentinel has reported its failover.
public actor Observer {
    private let prober: Prober
    private let me: Address
    private let mark: Mark
    private var failovers = FailoverClock()
    private var muteness = MutenessClock()

    public init(_ prober: Prober, me: Address, mark: Mark) {
        self.prober = prober
        self.me = me
        self.mark = mark
    }

    /// What a view and the answers to it make together.
    public func observe(_ view: View) async -> Observation {
        Observation(view, await ask(view), me: me, mark: mark, countsUnreadable: false)
    }

    /// Asks the recorded address, each live member and each sentinel of ours at once; then whom those name and nobody
    /// has asked.
    public func ask(_ view: View) async -> Answers {
        prober.confidants.learn(view, below: mark.root)
        var instances: [Address: Instance] = [:]
        let claims = SentinelClaim.all(registered: view.sentinels, identities: view.identities)
        // Where our launchers have started one. Nobody else is waited for.
        async let heard = opinions(at: claims.vouched)
        await ask(Set(view.leased + [view.record?.address].compactMap(\.self)), into: &instances)
        var opinions = await heard
        let recorded = view.record.flatMap { instances[$0.address]?.answer }
        let isAnswered = if case .master? = recorded { true } else { false }
        // Then what one of those knows that another tool has registered; and where no master answers, those that may
        // have lost their lease.
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
        return Answers(sentinels: reports, instances: instances, shortage: prober.shortage.take())
    }

    /// Asks these alone.
    public func ask(_ addresses: Set<Address>) async -> [Address: Instance] {
        var instances: [Address: Instance] = [:]
        await ask(addresses, into: &instances)
        return instances
    }

    /// Where no master answers, the last members are asked as well: they may live without a lease. Those that bear our
    /// mark count.
    private func askForgotten(_ view: View, into instances: inout [Address: Instance]) async {
        let hints = Set(view.cluster?.holders.map(\.address) ?? []).subtracting([me])
        await ask(hints.subtracting(instances.keys), into: &instances)
    }

    /// Asks those again for whom somebody has vouched since they asked for a password, and whom those vouch for in
    /// turn.
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
