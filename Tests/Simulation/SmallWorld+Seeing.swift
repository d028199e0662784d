import Succession

/// What the product sees of a small world.
extension SmallWorld {
    private static let line = Names.replicationID(1)

    private func instance(_ address: Int) -> Instance {
        let mark = MarkReading.mark(Names.mark(1))
        let history = History(
            replicationID: Self.line, offset: data[address] ? 1_000 : 0, keys: data[address] ? 1 : 0)
        switch servers[address] {
        case nil: return Instance(.refused)
        case .master: return Instance(.master(history), mark: mark)
        case .replica(let master):
            let isUp = servers[master] == .master
            return Instance(
                .replica(
                    Replication(
                        of: Names.address(master), synchronised: data[address], isLinked: isUp,
                        priority: data[address] ? 100 : 0, history: history, awaiting: data[address] ? nil : 100)),
                mark: mark)
        }
    }

    private func instances(_ sight: Sight) -> [Address: Instance] {
        var instances: [Address: Instance] = [:]
        for address in servers.indices where wasNamed(address, sight) {
            instances[Names.address(address)] = instance(address)
        }
        return instances
    }

    private func wasNamed(_ address: Int, _ sight: Sight) -> Bool {
        sight.master?.address == address || sight.members & (1 << address) != 0 || sentinels.contains(address)
            || promotion == address
    }

    private func record(_ sight: Sight) -> Record? {
        sight.master.map { Record(Names.address($0.address), version: $0.version) }
    }

    private func members(_ sight: Sight) -> [Address] {
        servers.indices.filter { sight.members & (1 << $0) != 0 }.map(Names.address)
    }

    private func cluster(_ sight: Sight) -> ClusterRecord? {
        guard sight.hasCluster else { return nil }
        let holdings = Holdings(epoch: 1, offset: 1_000, keys: 1, seen: "-")
        return ClusterRecord(
            id: "cluster-1", members: counted, epoch: 1, sentinelEpoch: 1, replicationID: Self.line,
            holdings: heldData ? holdings : nil)
    }

    private var reports: Sentinels {
        Sentinels(
            sentinels.indices.map { index in
                let named = sentinels[index]
                let replicas = servers.indices.filter { address in
                    if case .replica(of: named)? = servers[address] { true } else { false }
                }
                let isDown = servers[named] == nil
                return SentinelReport(
                    Names.address(30 + index),
                    Opinion(
                        names: Names.address(named), subjectivelyDown: isDown, epoch: epochs[index], peers: 2,
                        details: SentinelDetails(isDisconnected: isDown, replicas: replicas.map(Names.address))))
            })
    }

    func observation(of launcher: Int, _ sight: Sight) -> Observation {
        Observation(
            me: Names.address(launcher), mark: Names.mark(1), record: record(sight), cluster: cluster(sight),
            sentinels: reports, members: members(sight),
            candidates: sight.candidates.map {
                Succession.Candidate(
                    number: $0.number, address: Names.address($0.address), freshness: freshness($0.holdsData))
            }, candidacy: launchers[launcher].candidate.map { Candidacy(number: $0, age: .seconds(3_600)) },
            instances: instances(sight), data: freshness(launchers[launcher].holdsData))
    }

    private func freshness(_ holdsData: Bool) -> Freshness {
        holdsData
            ? Freshness(
                holdsData: true, epoch: 1, replicationID: Self.line, offset: 1_000, keys: 1, modified: 1,
                clusterID: "cluster-1")
            : .empty
    }

    /// As a watcher sees it for which everything has lasted long enough. It leads, and carries out nothing but records.
    func snapshot(_ sight: Sight) -> Snapshot {
        var snapshot = Snapshot(
            mark: Names.mark(1), record: record(sight), cluster: cluster(sight), sentinels: reports,
            members: members(sight), instances: instances(sight), leads: false)
        snapshot.held = Dictionary(uniqueKeysWithValues: snapshot.conditions.map { ($0, .seconds(3_600)) })
        return snapshot
    }
}
