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
    private let start = ContinuousClock.now
    private var failovers = FailoverClock()

    public init(_ prober: Prober, me: Address, mark: Mark, data: Freshness, limit: Duration) {
        self.prober = prober
        self.me = me
        self.mark = mark
        self.data = data
        self.limit = limit
    }

    /// Asks the recorded address, each live member and each sentinel at once; then whom those name and nobody has asked.
    public func observe(_ view: View, candidacy: Candidacy? = nil) async -> Observation {
        let members = view.members.filter(\.isLeased).map(\.address)
        var instances: [Address: Instance] = [:]
        async let sentinels = reports(of: view.sentinels)
        await ask(Set(members).union([view.record?.address].compactMap(\.self)), into: &instances)
        let reports = await sentinels
        var named = Set(reports.compactMap(\.opinion?.names))
        if let record = view.record, case .replica(let replication)? = instances[record.address]?.answer {
            named.formUnion([replication.master].compactMap(\.self))
        }
        await ask(named.subtracting(instances.keys), into: &instances)

        var mark = mark
        mark.clusterID = view.cluster?.id ?? mark.clusterID(in: instances.filter { members.contains($0.key) })
        return Observation(
            me: me, mark: mark, record: view.record, cluster: view.cluster, sentinels: reports, members: members,
            candidates: view.candidates, candidacy: candidacy, instances: instances, data: data,
            waited: ContinuousClock.now - start, limit: limit)
    }

    private func ask(_ addresses: Set<Address>, into instances: inout [Address: Instance]) async {
        await withTaskGroup(of: (Address, Instance).self) { [prober] group in
            for address in addresses { group.addTask { (address, await prober.instance(address)) } }
            for await (address, instance) in group { instances[address] = instance }
        }
    }

    private func reports(of sentinels: [View.Registration]) async -> [SentinelReport] {
        let reports = await withTaskGroup(of: SentinelReport.self) { [prober] group in
            for sentinel in sentinels {
                group.addTask { SentinelReport(sentinel.address, await prober.opinion(of: sentinel.address)) }
            }
            return await group.reduce(into: [SentinelReport]()) { $0.append($1) }
        }
        return reports.map { failovers.timed($0) }.sorted { $0.address.description < $1.address.description }
    }
}

extension Mark {
    /// A lost `/redis/cluster` gets its id back from the members' marks: a lease says that they are ours, which a namesake
    /// on the recorded port can't.
    func clusterID(in instances: [Address: Instance]) -> String? {
        instances.sorted { $0.key.description < $1.key.description }.lazy.compactMap { _, instance in
            guard case .mark(let mark) = instance.mark, mark.matches(self) else { return nil }
            return mark.clusterID
        }.first
    }
}
