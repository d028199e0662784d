import Succession

extension World {
    /// Asks as `Observer` does: the recorded address, live members, sentinels, whom those name, whom the recorded
    /// follows.
    func observation(
        _ view: ZKView, me: Int, from host: Int, candidacy: Candidacy?, data: Freshness, waited: Int,
        clock: inout FailoverClock
    ) -> Observation {
        var wanted = view.members + [view.master?.address].compactMap { $0 }
        var instances: [Address: Instance] = [:]
        func ask() {
            for id in wanted where instances[Names.address(id)] == nil {
                instances[Names.address(id)] = instance(id, from: host)
            }
        }
        ask()
        var reports: [SentinelReport] = []
        for id in view.sentinels.sorted() + (lies ? Names.liars : []) {
            let opinion = clock.timed(opinion(id, from: host, withDetails: false), of: id, at: now)
            reports.append(SentinelReport(Names.address(id), opinion))
            if let named = opinion?.names { wanted.append(Names.id(named)) }
        }
        if let record = view.record, case .replica(let replication)? = instances[record.address]?.answer,
            let master = replication.master
        {
            wanted.append(Names.id(master))
        }
        // Those that may live without a lease.
        if let record = view.record, case .master? = instances[record.address]?.answer {
        } else {
            wanted += view.clusterRecord?.holders.map { Names.id($0.address) }.filter { $0 != me } ?? []
        }
        ask()
        let borne = Self.clusterIDs(of: view.members, instances)
        let mark = Names.mark(id: borne.only ?? view.clusterRecord?.id ?? borne.first)
        var observation = Observation(
            me: Names.address(me), mark: mark, record: view.record, cluster: view.clusterRecord,
            sentinels: Sentinels(reports),
            members: view.members.map(Names.address),
            candidates: view.candidates.map {
                Candidate(
                    number: $0.node, address: Names.address($0.address), freshness: $0.freshness,
                    since: Int64($0.since), mayLead: $0.mayLead)
            }, candidacy: candidacy, instances: instances, data: data, waited: .milliseconds(waited),
            limit: .milliseconds(Times.masterTimeout))
        observation.acceptsLoss = view.acceptsLoss
        observation.isDisputed = view.clusterRecord.map { $0.id != borne.only ?? $0.id } ?? false
        if mark.clusterID == nil { observation.mark.clusterID = observation.restored?.id }
        return observation
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

extension Observation {
    /// For the trace.
    var shown: String {
        let record = record.map { "\($0.address) v\($0.version)" } ?? "nobody"
        return "\(record) recorded; \(Trace.shown(instances)); sentinels name \(Trace.shown(sentinels))"
    }
}
