public import Succession

/// Turns a watcher's view of ZooKeeper into a snapshot, by asking everybody whom it names.
///
/// An actor, because it remembers whom it asked last and what the servers did then.
public actor Surveyor {
    /// How long a server that did not answer last time may take while something is under way: it must not hold up a
    /// failover that the others are ready for.
    private static let silentLimit = Duration.milliseconds(100)

    private let prober: Prober
    private let contacts: Contacts
    private let mark: Mark
    private var failovers = FailoverClock()
    private var instances: [Address: Instance] = [:]
    private var peers: [Address: PeerAnswer] = [:]
    private var silentSentinels: Set<Address> = []
    /// What each sentinel said when all of it was asked for.
    private var opinions: [Address: Opinion] = [:]
    /// How many calm looks there were since.
    private var calmLooks = 0
    /// Of so many calm looks one asks for everything: for an event that got lost.
    private static let calmRound = 4
    private var followed: [Address: Address] = [:]

    public init(_ prober: Prober, contacts: Contacts, mark: Mark) {
        self.prober = prober
        self.contacts = contacts
        self.mark = mark
    }

    /// Asks everybody at once; then whom those name and nobody has asked.
    /// - Parameters:
    ///   - isHasty: servers that were silent last time, and the recorded master, get less time: one that freezes must not hide
    ///     for a second who was promoted in its place.
    ///   - isCalm: all was well in the last survey, and nothing has happened since: less is asked for.
    public func survey(_ view: WatcherView, isHasty: Bool, isCalm: Bool) async -> Snapshot {
        calmLooks = isCalm ? (calmLooks + 1) % Self.calmRound : 0
        let members = view.members.filter(\.isLeased).map(\.address)
        prober.confidants.learn(view, below: mark.root)
        let registered = Set(view.sentinels.map(\.address))
        let leftovers = Set(view.sentinels.filter { !$0.isLeased }.map(\.address))

        // Whom the last survey asked beside them is asked in the same breath.
        let first = Set(members + [view.record?.address].compactMap(\.self)).union(instances.keys)
        async let lost = isHasty ? lostSentinels(view) : []
        async let unregistered = isHasty ? [] : unregistered(view)
        async let askedInstances = ask(first, isHasty, and: view.record?.address)
        async let askedPeers = askPeers(Set(peers.keys).subtracting(registered).union(leftovers), isHasty)
        let sentinels = await reports(of: registered, isHasty)
        prober.confidants.heard(sentinels, of: view.record?.address, below: mark.root)
        var (instances, peers) = (await askedInstances, await askedPeers)

        let known = Set(sentinels.compactMap(\.opinion).flatMap { $0.details.replicas + [$0.names].compactMap(\.self) })
        let forgotten = await forgotten(view, instances, isHasty ? await lost : nil)
        instances.merge(await each(forgotten.subtracting(instances.keys), forgotten) { await $0.instance($1) }) { $1 }
        let wanted = Set(members + [view.record?.address].compactMap(\.self)).union(known).union(forgotten)
        instances.merge(await ask(wanted.subtracting(instances.keys), isHasty)) { $1 }
        instances.merge(await ask(prober.confidants.released().intersection(instances.keys), isHasty)) { $1 }
        let followedNow = Set(instances.filter { wanted.contains($0.key) }.compactMap { $0.value.answer.master })
        instances.merge(await ask(followedNow.subtracting(instances.keys), isHasty)) { $1 }
        let otherSentinels = Set(sentinels.compactMap(\.opinion).flatMap(\.details.sentinels)).subtracting(registered)
        peers.merge(await askPeers(otherSentinels.subtracting(peers.keys), isHasty)) { $1 }

        self.instances = instances.filter { wanted.union(followedNow).contains($0.key) }
        self.peers = peers.filter { otherSentinels.union(leftovers).contains($0.key) }
        silentSentinels = Set(sentinels.filter { $0.opinion == nil }.map(\.address))
        let before = followed
        followed = followed.filter { self.instances[$0.key] != nil }
        for (address, instance) in self.instances {
            if let master = instance.answer.master { followed[address] = master }
        }
        await contacts.retain(Set(self.instances.keys).union(registered).union(self.peers.keys))

        var mark = mark
        // After a loss of ZooKeeper's data the sentinels may be back before any member: the master that they name tells
        // the id as well, and another would make a stranger of every server.
        let named = sentinels.majorityAddress
        let borne = mark.clusterIDs(in: self.instances.filter { members.contains($0.key) })
        mark.clusterID =
            borne.only ?? view.cluster?.id ?? borne.first
            ?? mark.clusterIDs(in: self.instances.filter { $0.key == named }).first
        var snapshot = Snapshot(
            mark: mark, record: view.record, cluster: view.cluster, sentinels: sentinels, members: members,
            instances: self.instances, peers: self.peers, leftovers: leftovers, badNodes: view.badNodes,
            isPaused: view.isPaused && !view.isPauseOver, followed: before.merging(followed) { $1 })
        snapshot.unregistered = await unregistered
        if !isHasty { snapshot.links = await links(snapshot) }
        snapshot.acceptsLoss = view.lossVersion != nil
        snapshot.isDisputed = view.cluster.map { $0.id != borne.only ?? $0.id } ?? false
        snapshot.seen = Timestamp.now
        snapshot.shortage = prober.shortage.take()
        return snapshot
    }

    /// Where the recorded master does not answer: those that may live without a lease. The last members, and whom sentinels
    /// name that have an identity and have lost their lease.
    /// - Parameter named: whom such sentinels name, where they were asked already.
    private func forgotten(
        _ view: WatcherView, _ instances: [Address: Instance], _ named: Set<Address>?
    ) async -> Set<Address> {
        if let record = view.record, case .master? = instances[record.address]?.answer { return [] }
        let named = if let named { named } else { await lostSentinels(view) }
        return named.union(view.cluster?.holders.map(\.address) ?? [])
    }

    /// Whom sentinels name that have an identity and no lease. They must not hold up a failover: who doesn't answer at once has
    /// no lease either.
    private func lostSentinels(_ view: WatcherView) async -> Set<Address> {
        let unregistered = Set(view.identities.map(\.address)).subtracting(view.sentinels.map(\.address))
        let opinions = await each(unregistered, unregistered) { await $0.opinion(of: $1) }
        return Set(opinions.values.compactMap { $0?.names })
    }

    /// What is asked only while nothing is pressing: of replicas whose link is down, why; and the master's version beside it.
    private func links(_ snapshot: Snapshot) async -> [Address: ReplicaLink] {
        guard let master = snapshot.record?.address, snapshot.answersMaster(master) else { return [:] }
        let cut = snapshot.liveMembers.filter { member in
            snapshot.replication(of: member).map { $0.master == master && !$0.isLinked } ?? false
        }
        guard !cut.isEmpty else { return [:] }
        return await each(Set(cut + [master]), Set(cut)) { await $0.link(of: $1) }.compactMapValues(\.self)
    }

    /// Sentinels that answer under an identity of this cluster, and that are not registered.
    private func unregistered(_ view: WatcherView) async -> Set<Address> {
        let registered = Set(view.sentinels.map(\.address))
        let lost = Dictionary(
            view.identities.filter { !registered.contains($0.address) }.map { ($0.address, [$0.id]) },
            uniquingKeysWith: +)
        // The last address of one that is long gone must not hold up a look.
        let answers = await each(Set(lost.keys), Set(lost.keys)) { prober, address in
            await prober.sentinelIdentity(of: address)
        }
        return Set(
            lost.filter { address, ids in
                guard let id = answers[address].flatMap(\.self) else { return false }
                return ids.contains { Identity.runID($0) == id }
            }.keys)
    }

    private func ask(
        _ addresses: Set<Address>, _ isHasty: Bool, and master: Address? = nil
    ) async -> [Address: Instance] {
        let silent = Set(instances.filter { $0.value.answer == .silent }.keys).union([master].compactMap(\.self))
        return await each(addresses, isHasty ? silent : []) { await $0.instance($1) }
    }

    private func askPeers(_ addresses: Set<Address>, _ isHasty: Bool) async -> [Address: PeerAnswer] {
        let silent = Set(peers.filter { $0.value == .silent }.keys)
        return await each(addresses, isHasty ? silent : []) { await $0.peer($1) }
    }

    private func reports(of sentinels: Set<Address>, _ isHasty: Bool) async -> Sentinels {
        let known = calmLooks > 0 ? self.opinions : [:]
        let reports = await each(sentinels, isHasty ? silentSentinels : []) {
            await $0.report(of: $1, since: known[$1])
        }
        if calmLooks == 0 { self.opinions = reports.compactMapValues(\.opinion) }
        return Sentinels(reports.values.map { failovers.timed($0) }.sorted { $0.address < $1.address })
    }

    /// Asks all of them at once; those that were silent get less time.
    private nonisolated func each<Value: Sendable>(
        _ addresses: Set<Address>, _ silent: Set<Address>,
        _ ask: @escaping @Sendable (Prober, Address) async -> Value
    ) async -> [Address: Value] {
        await withTaskGroup(of: (Address, Value).self) { group in
            for address in addresses {
                let prober = silent.contains(address) ? prober.within(Self.silentLimit) : prober
                group.addTask { (address, await ask(prober, address)) }
            }
            var answers: [Address: Value] = [:]
            for await (address, answer) in group { answers[address] = answer }
            return answers
        }
    }
}

extension Answer {
    fileprivate var master: Address? { if case .replica(let replication) = self { replication.master } else { nil } }
}
