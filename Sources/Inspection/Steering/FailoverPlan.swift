import Succession
public import Vocabulary

/// What a forced failover would do, and what it would lose.
public struct FailoverPlan: Equatable, Sendable {
    /// The recorded master, which does not answer as one; nil where none is recorded.
    public var from: Address?
    public var to: Address
    /// Whether `to` answers as master already: somebody promoted it, and nobody has recorded that.
    public var isPromoted: Bool
    /// Whether the recorded master may live and hang: nobody refuses there.
    public var mayHang: Bool
    public var followers: [Address]
    public var bill: LossBill
    /// What stands against it and does not stop it.
    public var warnings: [String]

    /// For a person who is asked.
    public var lines: [String] {
        let old = from.map { "\($0) is recorded and does not answer as master" } ?? "no master is recorded"
        let deed = isPromoted ? "answers as master already, and is recorded" : "is made master"
        var lines = ["\(old); \(to) \(deed)"] + bill.lines
        if !followers.isEmpty { lines.append("\(followers.words) will replicate from it") }
        if mayHang, let from {
            lines.append(
                "\(from) may live and hang: what it takes from clients until it is told to follow is lost; end it if you can"
            )
        }
        return lines + warnings
    }

    package var json: [(String, JSON)] {
        [("from", JSON(from?.description)), ("to", .string(to.description))] + bill.json
    }
}

extension Sight {
    /// - Parameter wanted: who is to be master; nil: whoever is freshest.
    /// - Throws: why it is not forced, and what to do instead.
    public func failoverPlan(to wanted: Address?) throws(Objection) -> FailoverPlan {
        try checkThatThereIsACluster()
        try checkThatNodesAreOurs()
        if snapshot.isDisputed {
            throw Objection(
                "the members bear another cluster id than \(root)/cluster: set its id to theirs first; see status")
        }
        let recorded = snapshot.record?.address
        try checkThatTheyLetUsIn([recorded].compactMap(\.self))
        try checkThatNobodyElseDoesIt(recorded)
        let masters = snapshot.liveMembers.filter {
            $0 != recorded && snapshot.isLiveMaster($0) && snapshot.mayBeChanged($0)
        }
        guard masters.count < 2 else {
            throw Objection("\(masters.words) all answer as master: stop all but the one to keep, then say this again")
        }
        let heir = try chosen(wanted, masters.first)
        if let why = snapshot.objection(toForcing: heir) { throw Objection(why) }
        // The recorded one has a copy like all others, where it answers at all.
        let running = Set(snapshot.liveMembers + [recorded].compactMap(\.self)).filter { !snapshot.isStranger($0) }
        let copies = running.sorted().compactMap { member in
            snapshot.freshness(of: member).map {
                LossBill.Copy(member, $0, isRunning: true, mayLead: !snapshot.isNeverMaster(member))
            }
        }
        let followers = recorded.map { snapshot.changeableReplicas(of: $0).filter { $0 != heir } } ?? []
        return FailoverPlan(
            from: recorded, to: heir, isPromoted: !masters.isEmpty, mayHang: recorded.map(mayHang) ?? false,
            followers: followers,
            bill: LossBill(
                holdings: snapshot.cluster?.holdings, holders: snapshot.cluster?.holders ?? [], copies: copies,
                beginningAt: heir),
            warnings: warnings)
    }

    private func mayHang(_ master: Address) -> Bool {
        [.silent, .loading].contains(snapshot.answer(of: master)) && !snapshot.isStranger(master)
    }

    private func checkThatNobodyElseDoesIt(_ recorded: Address?) throws(Objection) {
        if let recorded, snapshot.answersMaster(recorded), !snapshot.isStranger(recorded) {
            throw Objection(
                watchers.isEmpty
                    ? "the recorded master \(recorded) answers as master, and without a watcher nobody can switch over without a "
                        + "loss: start interrex-watcher, then say interrex switchover"
                    : "the recorded master \(recorded) answers as master: say interrex switchover, which loses nothing; where that "
                        + "is refused and it must go all the same, stop its process first")
        }
        if let recorded, snapshot.answer(of: recorded) == .refused, snapshot.reachesMajority, pause == nil,
            let leader = watchers.first, let heir = snapshot.freshestSuccessor, snapshot.mayTakeOver(heir)
        {
            throw Objection(
                "the watcher \(leader.address) replaces \(recorded) by itself, within seconds: wait for it; if it does not, see "
                    + "interrex status and its log")
        }
    }

    private func chosen(_ wanted: Address?, _ master: Address?) throws(Objection) -> Address {
        if let master {
            guard wanted == nil || wanted == master else {
                throw Objection("\(master) answers as master already: leave out --to, or stop it first")
            }
            return master
        }
        guard let heir = wanted ?? snapshot.freshestSuccessor else {
            try checkThatTheyLetUsIn(snapshot.liveMembers)
            throw Objection("no server of this cluster answers that could be master: start one, with its data")
        }
        guard snapshot.liveMembers.contains(heir), snapshot.mayBeChanged(heir) else {
            throw Objection("\(heir) is no server of this cluster; those that answer are \(answering.words)")
        }
        try checkThatTheyLetUsIn([heir])
        guard let replication = snapshot.replication(of: heir) else {
            throw Objection("\(heir) does not answer as a replica")
        }
        guard replication.synchronised || snapshot.holdsData(heir) else {
            throw Objection(
                "\(heir) has never finished a synchronisation and is empty: all would be lost; name another one")
        }
        return heir
    }

    private var answering: [Address] {
        snapshot.liveMembers.filter { snapshot.answersReplica($0) && snapshot.mayBeChanged($0) }
    }

    private var warnings: [String] {
        var warnings: [String] = []
        if let pause { warnings.append("\(root) is paused \(pause.words): the rest is mended once that has ended") }
        if !snapshot.reachesMajority {
            let (there, all) = (snapshot.sentinels.opinions.count, snapshot.sentinels.electorate)
            warnings.append(
                "\(there) of \(all) sentinels answer: clients that ask the others are sent to the old master")
        }
        if watchers.isEmpty { warnings.append("no watcher runs: what is left undone stays so until one is started") }
        return warnings
    }
}

extension Sight {
    /// Who does not know yet that this one is master, and what becomes of that.
    public func left(under master: Address) -> [String] {
        let sentinels = snapshot.sentinels.filter { $0.opinion != nil && $0.opinion?.names != master }.map(\.address)
        let servers = snapshot.liveMembers.filter { member in
            member != master
                && (snapshot.answersMaster(member)
                    || snapshot.replication(of: member).map { $0.master != master } ?? false)
        }
        let later = watchers.isEmpty ? "start a watcher, which mends it" : "a watcher mends it"
        return sentinels.sorted().map { "sentinel \($0) names another master: \(later)" }
            + servers.map { "\($0) does not replicate from \(master): \(later)" }
    }
}
