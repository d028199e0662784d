public import Vocabulary

/// Who takes the place of a master, and may.
extension Snapshot {
    func promotableReplicas(of master: Address) -> [Address] {
        liveMembers.filter { isPromotable($0) && follows($0, master) && mayBeChanged($0) }
    }

    /// Of the replicas of a master that can be promoted the one that is furthest on; of equals the first by address.
    public func heir(of master: Address) -> Address? { furthest(of: promotableReplicas(of: master)) }

    func furthest(of replicas: [Address]) -> Address? {
        func place(_ member: Address) -> Position {
            let history = replication(of: member)?.history
            return Position(epoch: history.flatMap(epoch(of:)) ?? 0, offset: history?.offset ?? 0)
        }
        return replicas.max { one, other in
            let places = (place(one), place(other))
            return places.0 == places.1 ? one > other : places.0 < places.1
        }
    }

    /// All that replicate from a master and may be told to follow another.
    public func changeableReplicas(of master: Address) -> [Address] {
        liveMembers.filter { follows($0, master) && mayBeChanged($0) }
    }

    /// Replicas of ours that follow neither this master nor any other.
    public func straysBeside(_ master: Address) -> [Address] {
        liveMembers.filter { member in
            guard mayBeChanged(member), let followed = replication(of: member)?.master else { return false }
            return followed != master && !isLiveMaster(followed)
        }
    }

    /// Whether a member has what there was, but for the last second of it: then a reign may begin with it.
    ///
    /// Where somebody else may have written what there was, what this watcher heard of the master itself goes before
    /// it: a number that nobody ever came to would keep everybody from being promoted, and a low one let anybody.
    public func mayTakeOver(_ member: Address) -> Bool {
        if isExposed, let lastWord { return holds(lastWord, member) }
        return freshness(of: member).map { mayBegin(with: $0) } ?? false
    }

    /// Whether a member has all that the recorded master told of, under the id that it bore: as its replica, or
    /// promoted from it.
    private func holds(_ word: History, _ member: Address) -> Bool {
        let (history, shared): (History, Int64)
        switch answer(of: member) {
        case .replica(let replication) where replication.history.replicationID == word.replicationID:
            (history, shared) = (replication.history, replication.history.offset)
        case .master(let own) where own.previousID == word.replicationID:
            (history, shared) = (own, (own.previousOffset ?? 0) - 1)
        default: return false
        }
        return (history.holdsKeys || !word.holdsKeys) && shared >= word.offset - Holdings.noise
    }
}

/// Where there is no master at all.
extension Snapshot {
    /// No member answers master or is about to, and one holds data or could be promoted.
    ///
    /// A majority of the sentinels must answer: without one, the master may be alive where we don't see it.
    var isMasterless: Bool {
        guard reachesMajority, freshestSuccessor != nil else { return false }
        let known = Set(
            liveMembers + [record?.address].compactMap(\.self) + sentinels.opinions.compactMap(\.names)
                + instances.keys.filter(bearsOurMark))
        return known.allSatisfy { !mayBeMaster($0) }
    }

    /// A server that answers master, is about to, or may do so where we can't hear it.
    private func mayBeMaster(_ address: Address) -> Bool {
        if isStranger(address) { return false }
        switch answer(of: address) {
        case .master, .loading, .denied: return true
        // A lease whose server refuses: it is about to listen.
        case .refused: return isLeased(address)
        case .silent: return !isDead(address) && !isLeasedReplica(address)
        case .replica, .notRedis: return false
        }
    }

    /// A live member that was a replica when it last answered: its silence hides no master.
    private func isLeasedReplica(_ address: Address) -> Bool {
        isLeased(address) && followed[address] != nil && address != record?.address
            && !sentinels.opinions.contains { $0.names == address }
    }

    /// The live member with the freshest data that may ever be master; of equals one that can be promoted.
    public var freshestSuccessor: Address? {
        let candidates = liveMembers.filter {
            mayBeChanged($0) && !isNeverMaster($0) && (isPromotable($0) || holdsData($0))
        }
        let copies = candidates.map { freshness(of: $0) ?? .empty }
        let ranked = zip(candidates, copies).map { member, copy in
            (member, FreshnessRank(of: copy, among: copies, holdings: holdings), isPromotable(member) ? 1 : 0)
        }
        return ranked.max { ($0.1, $0.2, $0.0) < ($1.1, $1.2, $1.0) }?.0
    }

    public var missingFor: Duration? { held[.masterless] }
}

extension Condition {
    /// Nobody answers master, whatever the sentinels may do about it.
    static let masterless = Condition("masterless")
}
