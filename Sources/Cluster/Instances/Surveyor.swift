public import Succession
public import Vocabulary

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
    private var muteness = MutenessClock()
    private var instances: [Address: Instance] = [:]
    private var peers: [Address: PeerAnswer] = [:]
    /// Sentinels that believed ones list and that are not believed themselves, with their ids, empty where unknown.
    private var peerIDs: [Address: String] = [:]
    /// Believed sentinels that answered, and that did not.
    private var answering: Set<Address> = []
    private var silentSentinels: Set<Address> = []
    /// Sentinels without a node that answered, believed or not.
    private var leaseless: Set<Address> = []
    /// What others said that claim to be sentinels.
    private var strangers: [Address: Opinion] = [:]
    /// Since when something is under way.
    private var hastySince: ContinuousClock.Instant?
    /// Within this time a failover is over: until then nobody is waited for who is not expected to answer.
    private static let hastyTime = Duration.seconds(1)
    private static let strangersAsked = 10
    /// What each sentinel said when all of it was asked for.
    private var lastOpinions: [Address: Opinion] = [:]
    /// How many calm looks there were since.
    private var calmLooks = 0
    /// Of so many calm looks one asks for everything: for an event that got lost.
    private static let calmRound = 4
    private var followed: [Address: Address] = [:]
    /// Whom our own machine kept us from asking in this look, and what all the others said.
    private var unasked: Set<Address> = []
    private var (lastAnswers, lastPeers) = (Recollection<Instance>(), Recollection<PeerAnswer>())
    private var lastReports = Recollection<SentinelReport>()

    public init(_ prober: Prober, contacts: Contacts, mark: Mark) {
        self.prober = prober
        self.contacts = contacts
        self.mark = mark
    }

    /// Asks everybody at once; then whom those name and nobody has asked.
    /// - Parameters:
    ///   - isHasty: servers that were silent last time, and the recorded master, get less time: one that freezes must
    ///     not hide for a second who was promoted in its place.
    ///   - isCalm: nothing was going on in the last survey, and nothing has happened since: less is asked for.
    public func survey(_ view: WatcherView, isHasty: Bool, isCalm: Bool) async -> Snapshot {
        unasked = []
        let members = view.members.filter(\.isLeased).map(\.address)
        prober.confidants.learn(view, below: mark.root)
        let leftovers = Set(view.sentinels.filter { !$0.isLeased }.map(\.address))
        let claims = SentinelClaim.all(registered: view.sentinels, identities: view.identities)
        let trusted = trusted(claims, isHasty)
        // Whether one without a node counts is told by whom the others hear at this moment.
        calmLooks = isCalm && leaseless.isDisjoint(with: claims.unregistered) ? (calmLooks + 1) % Self.calmRound : 0

        // Whom the last survey asked beside them is asked in the same breath.
        let first = Set(members + [view.record?.address].compactMap(\.self)).union(instances.keys)
        async let askedInstances = ask(first, isHasty, and: view.record?.address)
        async let askedPeers = askPeers(
            peerIDs.filter { !trusted.contains($0.key) && !claims.unvouched.contains($0.key) }, isHasty)
        var reports = await reports(of: trusted, isHasty, unregistered: claims.unregistered)
        // Those that the first ones vouch for meanwhile.
        let released = prober.confidants.released(
            .sentinel, among: reports.filter { $0.value.trouble == .withheld }.keys)
        reports.merge(await self.reports(of: released, isHasty, unregistered: [])) { $1 }
        let told = reports.compactMapValues(\.opinion).merging(lastOpinions.filter { unasked.contains($0.key) }) { $1 }
        let listed = claims.listed(told).subtracting(trusted)
        let unlisted = claims.unvouched.subtracting(listed.union(trusted))
        // Somebody may have registered thousands, and nobody may hold up a failover of whom nothing is to be expected.
        let chosen = isHasty ? [] : Set(unlisted.sorted().prefix(Self.strangersAsked))
        async let askedStrangers = each(chosen, chosen) { await $0.report(ofStranger: $1) }
        // One whose node no session ends is asked whether anybody is there, where nobody asks it for more.
        async let askedLeftovers = askPeers(
            Dictionary(leftovers.subtracting(trusted).subtracting(listed).subtracting(chosen).map { ($0, "") }) { $1 },
            isHasty)
        reports.merge(await self.reports(of: listed, isHasty, unregistered: [])) { $1 }
        var (instances, peers) = (await askedInstances, await askedPeers)
        peers.merge(await askedLeftovers) { $1 }
        if calmLooks == 0 {
            lastOpinions = lastOpinions.filter { unasked.contains($0.key) }
            lastOpinions.merge(reports.compactMapValues(\.opinion)) { $1 }
        }
        let strangers = await askedStrangers
        note(Set(strangers.filter { $0.value.trouble == .unasked }.keys), among: chosen)
        // What those say counts for nothing, and is for people.
        self.strangers =
            isHasty
            ? self.strangers.filter { unlisted.contains($0.key) } : strangers.compactMapValues(\.opinion)
        let opinions = reports.compactMapValues(\.opinion).merging(self.strangers) { own, _ in own }
        let heard = muteness.noted(
            failovers.timed(claims.answered(opinions, troubles: reports.compactMapValues(\.trouble))))
        let sentinels = Sentinels(claims: heard)
        prober.confidants.heard(sentinels, of: view.record?.address, below: mark.root)
        // Whom to ask is no matter of evidence.
        let asKnown = Sentinels(claims: recollected(heard, reports))
        let believed = asKnown.opinions

        let counted = Set(asKnown.map(\.address))
        let listedPeers = believed.map(\.details).flatMap { details in
            details.sentinels.map { ($0, details.sentinelIDs[$0] ?? "") }
        }
        peerIDs = Dictionary(listedPeers) { $0.isEmpty ? $1 : $0 }.filter { !counted.contains($0.key) }
        // Who was asked for an opinion has said by that whether it is there.
        let answered = reports.merging(strangers) { own, _ in own }
        for (address, id) in peerIDs.merging(leftovers.map { ($0, "") }, uniquingKeysWith: { id, _ in id }) {
            if let report = answered[address] { peers[address] = PeerAnswer(report, expecting: id) }
        }
        let unheard = peerIDs.filter { peers[$0.key] == nil }
        // What those say has nothing to do with what servers do.
        async let askedUnheard = askPeers(unheard, isHasty)

        let known = Set(believed.flatMap { $0.details.replicas + [$0.names].compactMap(\.self) })
        let forgotten = forgotten(view, instances)
        let wanted = Set(members + [view.record?.address].compactMap(\.self)).union(known).union(forgotten)
        instances.merge(await ask(wanted.subtracting(instances.keys), isHasty, briefly: forgotten)) { $1 }
        await askReleased(&instances, isHasty)
        let followedNow = Set(instances.filter { wanted.contains($0.key) }.compactMap { $0.value.answer.master })
        instances.merge(await ask(followedNow.subtracting(instances.keys), isHasty)) { $1 }
        await askReleased(&instances, isHasty)
        peers.merge(await askedUnheard) { $1 }

        instances = instances.filter { wanted.union(followedNow).contains($0.key) }
        peers = peers.filter { peerIDs.keys.contains($0.key) || leftovers.contains($0.key) }
        let lastSeen = lastSeen(instances, peers, asKnown)
        self.instances = instances.merging(lastSeen.instances) { $1 }
        self.peers = peers.merging(lastSeen.peers) { $1 }
        answering = Set(asKnown.filter { $0.opinion != nil }.map(\.address))
        silentSentinels = counted.subtracting(answering)
        // Another cluster's sentinel on the port of one that is gone is none of them.
        leaseless = Set(heard.filter { !$0.isRegistered && $0.isProven }.map(\.address))
        let before = followed
        followed = followed.filter { self.instances[$0.key] != nil }
        for (address, instance) in self.instances {
            if let master = instance.answer.master { followed[address] = master }
        }
        // One without a node that is silent for a moment is not counted, and could not be asked for its password anew.
        await contacts.retain(
            Set(self.instances.keys).union(counted).union(self.peers.keys).union(claims.unregistered))

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
            instances: instances, peers: peers, leftovers: leftovers, badNodes: view.badNodes,
            isPaused: view.isPaused && !view.isPauseOver, followed: before.merging(followed) { $1 })
        snapshot.unregistered = Set(sentinels.filter { !$0.isRegistered && $0.opinion != nil }.map(\.address))
        if !isHasty { snapshot.links = await links(snapshot) }
        snapshot.acceptsLoss = view.lossVersion != nil
        snapshot.isDisputed = view.cluster.map { $0.id != borne.only ?? $0.id } ?? false
        snapshot.seen = Timestamp.now
        snapshot.shortage = prober.shortage.recent
        snapshot.unasked = unasked.intersection(Set(instances.keys).union(counted).union(peers.keys))
        snapshot.lastSeen = snapshot.unasked.isEmpty ? nil : lastSeen
        return snapshot
    }

    /// What sentinels say, those that could not be asked what they said last.
    private func recollected(
        _ claims: [SentinelClaim], _ reports: [Address: SentinelReport]
    ) -> [SentinelClaim] {
        let asked = claims.filter { reports[$0.address] != nil }.map {
            ($0.address, SentinelReport($0.address, $0.opinion, trouble: $0.trouble))
        }
        let known = lastReports.note(Dictionary(asked) { $1 }, except: unasked, at: .now)
        return claims.map { claim in
            guard let last = known[claim.address] else { return claim }
            var claim = claim
            (claim.opinion, claim.trouble) = (last.opinion, last.trouble)
            return claim
        }
    }

    private func lastSeen(
        _ instances: [Address: Instance], _ peers: [Address: PeerAnswer], _ sentinels: Sentinels
    ) -> LastSeen {
        let now = ContinuousClock.now
        let servers = lastAnswers.note(instances, except: unasked, at: now)
        let others = lastPeers.note(peers, except: unasked, at: now)
        let untold = unasked.intersection(instances.keys).subtracting(servers.keys)
            .union(unasked.intersection(peers.keys).subtracting(others.keys))
            .union(sentinels.filter { $0.trouble == .unasked }.map(\.address))
        return LastSeen(instances: servers, peers: others, sentinels: sentinels, unknown: untold)
    }

    /// Where the recorded master does not answer: the last members, which may live without a lease.
    private func forgotten(_ view: WatcherView, _ instances: [Address: Instance]) -> Set<Address> {
        if let record = view.record, case .master? = instances[record.address]?.answer { return [] }
        // Whether it answers nobody knows.
        if let record = view.record, unasked.contains(record.address) { return [] }
        return Set(view.cluster?.holders.map(\.address) ?? [])
    }

    /// Where our launchers have started a sentinel, registered or not, and who was believed in the last survey.
    ///
    /// Nobody else may hold up a failover, and of those without a lease only who answered last time: most are gone.
    /// Once it takes longer than a failover does, they are asked again.
    private func trusted(_ claims: [SentinelClaim], _ isHasty: Bool) -> Set<Address> {
        let now = ContinuousClock.now
        hastySince = isHasty ? hastySince ?? now : nil
        let asksAll = hastySince.map { now - $0 > Self.hastyTime } ?? true
        let known = Set(claims.map(\.address)).intersection(answering)
        return claims.vouched.union(known).union(asksAll ? claims.unregistered : [])
    }

    /// What is asked only while nothing is pressing: of replicas whose link is down, why; and the master's version
    /// beside it.
    private func links(_ snapshot: Snapshot) async -> [Address: ReplicaLink] {
        guard let master = snapshot.record?.address, snapshot.answersMaster(master) else { return [:] }
        let cut = snapshot.liveMembers.filter { member in
            snapshot.replication(of: member).map { $0.master == master && !$0.isLinked } ?? false
        }
        guard !cut.isEmpty else { return [:] }
        return await each(Set(cut + [master]), Set(cut)) { await $0.link(of: $1) }.compactMapValues(\.self)
    }

    /// Who can't be asked for a lack of our own is silent.
    /// - Parameters:
    ///   - master: gets as little time as who was silent last time, where `isHasty`.
    ///   - briefly: get as little in any case.
    private func ask(
        _ addresses: Set<Address>, _ isHasty: Bool, and master: Address? = nil, briefly: Set<Address> = []
    ) async -> [Address: Instance] {
        let silent = Set(instances.filter { $0.value.answer == .silent }.keys).union([master].compactMap(\.self))
        let answers = await each(addresses, (isHasty ? silent : []).union(briefly)) { await $0.knownInstance($1) }
        note(Set(answers.filter { $0.value == nil }.keys), among: addresses)
        return answers.mapValues { $0 ?? Instance(.silent) }
    }

    private func note(_ unasked: Set<Address>, among addresses: Set<Address>) {
        self.unasked = self.unasked.subtracting(addresses).union(unasked)
    }

    /// Asks those again for whom somebody has vouched since they asked for a password, and whom those vouch for in
    /// turn.
    private func askReleased(_ instances: inout [Address: Instance], _ isHasty: Bool) async {
        while true {
            let released = prober.confidants.released(
                .server, among: instances.filter { $0.value.answer == .denied }.keys)
            guard !released.isEmpty else { return }
            instances.merge(await ask(released, isHasty)) { $1 }
        }
    }

    /// - Parameter addresses: with the id of each, empty where unknown.
    private func askPeers(_ addresses: [Address: String], _ isHasty: Bool) async -> [Address: PeerAnswer] {
        let silent = Set(peers.filter { $0.value == .silent }.keys)
        let answers = await each(Set(addresses.keys), isHasty ? silent : []) {
            await $0.peer($1, expecting: addresses[$1])
        }
        note(Set(answers.filter { $0.value == .unasked }.keys), among: Set(addresses.keys))
        return answers
    }

    private func reports(
        of sentinels: Set<Address>, _ isHasty: Bool, unregistered: Set<Address>
    ) async -> [Address: SentinelReport] {
        let known = calmLooks > 0 ? lastOpinions : [:]
        let slow = unregistered.subtracting(answering).union(isHasty ? silentSentinels : [])
        let reports = await each(sentinels, slow) { await $0.report(of: $1, since: known[$1]) }
        note(Set(reports.filter { $0.value.trouble == .unasked }.keys), among: sentinels)
        return reports
    }

    /// Asks all of them at once; those that were silent get less time.
    private nonisolated func each<Value: Sendable>(
        _ addresses: Set<Address>, _ silent: Set<Address>,
        _ ask: @escaping @Sendable (Prober, Address) async -> Value
    ) async -> [Address: Value] {
        let (usual, brief) = (prober, prober.within(Self.silentLimit))
        return await addresses.answers { await ask(silent.contains($0) ? brief : usual, $0) }
    }
}

extension Answer {
    fileprivate var master: Address? { if case .replica(let replication) = self { replication.master } else { nil } }
}
