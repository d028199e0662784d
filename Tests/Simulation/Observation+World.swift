import Succession
import Vocabulary

extension World {
    /// Asks as `Observer` does: the recorded address, live members, sentinels, whom those name, whom the recorded
    /// follows.
    func answers(_ view: View, me: Int, from host: Int, clock: inout FailoverClock) -> Answers {
        var wanted = view.leased + [view.record?.address].compactMap { $0 }
        var instances: [Address: Instance] = [:]
        func ask() {
            for address in wanted where instances[address] == nil {
                instances[address] = instance(Names.id(address), from: host)
            }
        }
        ask()
        let sentinels = view.sentinels.map { ($0.id, Names.id($0.address)) }.sorted { $0.1 < $1.1 }
        let reports = sentinels.map { name, id in
            var opinion = clock.timed(opinion(id, from: host, withDetails: false), of: id, at: now)
            opinion?.id = SentinelClaim.runID(of: name)
            return SentinelReport(Names.address(id), opinion)
        }
        wanted += reports.compactMap(\.opinion?.names)
        let recorded = view.record.flatMap { instances[$0.address]?.answer }
        if case .replica(let replication)? = recorded { wanted += [replication.master].compactMap { $0 } }
        // Those that may live without a lease.
        if case .master? = recorded {
        } else {
            wanted += view.cluster?.holders.map(\.address).filter { $0 != Names.address(me) } ?? []
        }
        ask()
        return Answers(sentinels: Sentinels(reports), instances: instances)
    }

    /// The ids that leased members bear, sorted: a lost `/redis/cluster` gets its id back from them.
    static func clusterIDs(of addresses: [Int], _ instances: [Address: Instance]) -> [String] {
        let ids = addresses.compactMap { id -> String? in
            guard case .mark(let mark)? = instances[Names.address(id)]?.mark else { return nil }
            return mark.clusterID
        }
        return Set(ids).sorted()
    }
}

extension View {
    /// What a launcher reads. False sentinels that are registered pass for real ones.
    init(_ seen: ZKView, withLiars lies: Bool) {
        self.init()
        (record, cluster, clusterVersion) = (seen.record, seen.clusterRecord, seen.cluster?.version)
        lossVersion = seen.acceptsLoss ? 0 : nil
        members = seen.members.map { Registration(id: "-", address: Names.address($0), isLeased: true) }
        sentinels = (seen.sentinels + (lies ? Names.liars : [])).map {
            Registration(id: Names.identity(at: $0), address: Names.address($0), isLeased: true)
        }
        candidates = seen.candidates.map {
            Candidate(
                number: $0.node, address: Names.address($0.address), freshness: $0.freshness,
                since: Int64($0.since), mayLead: $0.mayLead)
        }
    }
}

extension ZKView {
    /// What a glance reads (`Registry.glance`).
    var glance: View? {
        guard record != nil, sentinels.isEmpty else { return nil }
        var view = View()
        (view.record, view.cluster, view.clusterVersion) = (record, clusterRecord, cluster?.version)
        return view
    }
}
