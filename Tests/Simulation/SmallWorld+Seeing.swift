import Succession
import Vocabulary

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

    func record(_ sight: Sight) -> Record? {
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

    /// What a launcher reads; nil where a glance does not do.
    func view(_ sight: Sight, isGlance: Bool = false) -> View? {
        var view = View()
        (view.record, view.cluster) = (record(sight), cluster(sight))
        view.clusterVersion = view.cluster.map { _ in 0 }
        if isGlance { return view.record == nil || !sentinels.isEmpty ? nil : view }
        view.members = members(sight).map { View.Registration(id: "-", address: $0, isLeased: true) }
        view.sentinels = sentinels.indices.map {
            View.Registration(id: "-", address: Names.address(30 + $0), isLeased: true)
        }
        view.candidates = sight.candidates.map {
            Succession.Candidate(
                number: $0.number, address: Names.address($0.address), freshness: Self.freshness($0.holdsData))
        }
        return view
    }

    func answers(to view: View) -> Answers {
        var named = Set(view.leased + [view.record?.address].compactMap { $0 })
        if !view.sentinels.isEmpty { named.formUnion((sentinels + [promotion].compactMap { $0 }).map(Names.address)) }
        let instances = named.map { ($0, instance(Names.id($0))) }
        return Answers(
            sentinels: view.sentinels.isEmpty ? [] : reports, instances: Dictionary(uniqueKeysWithValues: instances))
    }

    static func freshness(_ holdsData: Bool) -> Freshness {
        holdsData
            ? Freshness(
                holdsData: true, epoch: 1, replicationID: Self.line, offset: 1_000, keys: 1, modified: 1,
                clusterID: "cluster-1")
            : .empty
    }

    /// What a watcher records that has seen the same half a minute before: for it everything has lasted long enough. It
    /// does not lead, and so carries out nothing but records.
    func recording(_ sight: Sight, _ mutant: Mutant?) -> Recording? {
        var snapshot = Snapshot(
            mark: Names.mark(1), record: record(sight), cluster: cluster(sight), sentinels: reports,
            members: members(sight), instances: instances(sight))
        mutant?.twist(&snapshot)
        var machine = WatcherMachine(address: "watcher")
        _ = machine.handle(.session(isOpen: true), at: .zero)
        _ = Self.pass(&machine, snapshot, at: .zero)
        _ = machine.handle(.nodeChanged, at: Endurance.longestBreak)
        return Self.pass(&machine, snapshot, at: Endurance.longestBreak)
    }

    /// One pass, in which no write takes effect. Returns what was to be recorded.
    private static func pass(_ machine: inout WatcherMachine, _ snapshot: Snapshot, at time: Duration) -> Recording? {
        var recording: Recording?
        var effects = machine.handle(.wake([], clusters: 1), at: time)
        while let effect = effects.popLast() {
            switch effect {
            case .read(let reading):
                let nodes = NodesRead(node: "watcher", isEntered: true, isFirst: false)
                effects += machine.handle(.read(.nodes(nodes), reading), at: time)
            case .survey: effects += machine.handle(.surveyed(Survey(snapshot)), at: time)
            case .askLink: effects += machine.handle(.link(wasRefused: false, hasCrashed: false), at: time)
            case .step(let step):
                if case .write(.record(let write)) = step { recording = write.recording }
                effects += machine.handle(.stepped(step, .overtaken), at: time)
            case .show: effects += machine.handle(.shown(hasOpenAlerts: false, newestAlert: nil), at: time)
            default: break
            }
        }
        return recording
    }
}
