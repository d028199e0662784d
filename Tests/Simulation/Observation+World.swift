import Succession

extension World {
    /// Asks as `Observer` does: the recorded address, live members, sentinels, whom those name, whom the recorded
    /// follows.
    func observation(
        _ view: ZKView, me: Int, from host: Int, candidacy: Candidacy?, disk: Disk?, waited: Int,
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
        for id in view.sentinels.sorted() {
            let opinion = clock.timed(opinion(id, from: host, withDetails: false), of: id, at: now)
            reports.append(SentinelReport(Names.address(id), opinion))
            if let named = opinion?.names { wanted.append(Names.id(named)) }
        }
        if let record = view.record, case .replica(let replication)? = instances[record.address]?.answer,
            let master = replication.master
        {
            wanted.append(Names.id(master))
        }
        ask()
        var mark = Names.mark(view.cluster?.id)
        if mark.clusterID == nil { mark.clusterID = Self.clusterID(of: view.members, instances) }
        return Observation(
            me: Names.address(me), mark: mark, record: view.record, cluster: view.clusterRecord, sentinels: reports,
            members: view.members.map(Names.address),
            candidates: view.candidates.map {
                Candidate(number: $0.node, address: Names.address($0.address), freshness: freshness(of: $0.disk))
            }, candidacy: candidacy, instances: instances, data: freshness(of: disk), waited: .milliseconds(waited),
            limit: .milliseconds(Times.masterTimeout))
    }

    func freshness(of disk: Disk?) -> Freshness {
        guard let disk else { return .empty }
        return Freshness(
            holdsData: true, isLoadable: !disk.isDamaged,
            replicationID: disk.bearsID ? Names.replicationID(disk.place.line) : nil,
            offset: disk.bearsID ? lines.offset(disk.place) : nil, modified: Int64(disk.modified))
    }

    /// A lost `/redis/cluster` gets its id back from the marks of the members.
    static func clusterID(of addresses: [Int], _ instances: [Address: Instance]) -> String? {
        for id in addresses.sorted() {
            if case .mark(let mark)? = instances[Names.address(id)]?.mark, let id = mark.clusterID { return id }
        }
        return nil
    }
}

extension Observation {
    /// As `RedisLauncher` does: data whose id is not in the master's history is not overwritten, and no server is
    /// started with data at which it would end.
    func mustSetAside(_ master: Address) -> Bool {
        guard data.holdsData else { return false }
        guard data.isLoadable else { return true }
        guard case .master(let history)? = instances[master]?.answer else { return true }
        return !history.contains(data.replicationID)
    }

    /// For the trace.
    var shown: String {
        let record = record.map { "\($0.address) v\($0.version)" } ?? "nobody"
        return "\(record) recorded; \(Trace.shown(instances)); sentinels name \(Trace.shown(sentinels))"
    }
}
