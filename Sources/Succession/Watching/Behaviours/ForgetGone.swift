public import Vocabulary

/// Makes the sentinels forget replicas and peers that are gone: Redis itself never does, and failover needs a majority
/// of all sentinels ever known. One sentinel at a time, and the next one only once the last has found everybody again.
struct ForgetGone: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        Set(snapshot.goneReplicas.union(snapshot.gonePeers).map(Condition.gone))
    }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard snapshot.isSettled, let sentinel = snapshot.sentinelToReset else { return [] }
        return [.reset(sentinel, toForget: snapshot.forgettable(at: sentinel))]
    }
}

extension Condition {
    /// A replica or sentinel that a sentinel knows has no lease, and nobody of ours is there.
    static func gone(_ address: Address) -> Condition { Condition("gone", of: address) }
}

extension Snapshot {
    /// For how long somebody must be gone; a stranger on the address is forgotten at once, before Sentinel adopts it
    /// (about 8 s after it appeared: sentinel.c, `sentinelRefreshInstanceInfo`).
    private static let goneTime = Duration.seconds(30)

    /// Replicas that a sentinel knows and that are gone.
    public var goneReplicas: Set<Address> { Set(knownReplicas.filter { $0 != record?.address && isGone($0) }) }

    /// No lease, and nobody there who is ours: refused, silent, or a stranger's.
    private func isGone(_ replica: Address) -> Bool {
        guard !isLeased(replica), let instance = instances[replica] else { return false }
        return isStranger(replica) || instance.answer == .refused || instance.answer == .silent
    }

    /// Whom this sentinel should forget.
    fileprivate func forgettable(at sentinel: Address) -> [Address] {
        guard let details = details(of: sentinel) else { return [] }
        let known = Set(details.replicas).intersection(goneReplicas)
            .union(Set(details.sentinels).intersection(gonePeers))
        return known.filter { held(.gone($0), for: Self.goneTime) || isAdoptable($0) }
            .sorted()
    }

    /// A stranger where a replica was: Sentinel would make it a replica of ours, and so empty it.
    private func isAdoptable(_ replica: Address) -> Bool {
        isStranger(replica) && instances[replica]?.answer != .notRedis
    }

    fileprivate var sentinelToReset: Address? {
        sentinels.map(\.address).sorted().first { sentinel in
            let gone = forgettable(at: sentinel)
            return !gone.isEmpty && !isNeeded(sentinel)
                && othersAreComplete(beside: sentinel, hastily: gone.contains(where: isAdoptable))
        }
    }

    /// Those that know this address, as a replica or as a peer.
    public func sentinelsKnowing(_ address: Address) -> [Address] {
        sentinels.map(\.address).filter { sentinel in
            details(of: sentinel).map { $0.replicas.contains(address) || $0.sentinels.contains(address) } ?? false
        }.sorted()
    }

    /// Who is reset next so that it forgets this address, of which a person says that it is gone: it need not have been
    /// so for long. Nil where nobody knows it, or nobody can be reset at this moment.
    public func sentinelToReset(toForget address: Address) -> Address? {
        var told = self
        told.held = [.gone(address): Self.goneTime]
        guard told.isSettled, let sentinel = told.sentinelToReset, told.forgettable(at: sentinel).contains(address)
        else { return nil }
        return sentinel
    }

    /// Sentinels that know somebody who should be forgotten, but that can't safely be reset.
    var unforgettable: [Address] {
        guard isSettled else { return [] }
        return believedSentinels.filter { !forgettable(at: $0).isEmpty && isNeeded($0) }
            .sorted()
    }

    /// Whether no sentinel may be reset that knows this address, as long as nobody else comes.
    public func isKept(_ address: Address) -> Bool {
        let knowing = sentinelsKnowing(address)
        return !knowing.isEmpty && knowing.allSatisfy(isNeeded)
    }

    /// Whether a reset of this sentinel is not safe: it forgets all its peers.
    private func isNeeded(_ sentinel: Address) -> Bool { silentMayBeMajority || wouldLoseQuorum(without: sentinel) }

    /// Whether the sentinels that are silent to us, all of them known still, may be a majority where we can't see them.
    /// Once they are forgotten, the few on our side would count as all that there are, and could force or promote.
    private var silentMayBeMajority: Bool {
        sentinels.isMajority(gonePeers.filter { peers[$0] == .silent }.count)
    }

    /// A sentinel that is reset knows nobody for some seconds: it still votes, but begins no failover. Where there is a
    /// quorum, the others must keep it meanwhile.
    private func wouldLoseQuorum(without sentinel: Address) -> Bool {
        let opinions = sentinels.opinions
        guard opinions.allSatisfy(\.details.hasQuorum) else { return false }
        return !reachesMajority || opinions.count - 1 < (opinions.map(\.details.quorum).max() ?? 0)
    }

    /// Whether every sentinel has found all others, and all replicas of the recorded master.
    public var sentinelsKnowEverybody: Bool { othersAreComplete(beside: nil, hastily: false) }

    /// Whether every other sentinel knows all registered peers and, unless a stranger must be forgotten before Sentinel
    /// adopts it, all replicas of the recorded master.
    private func othersAreComplete(beside sentinel: Address?, hastily: Bool) -> Bool {
        let replicas = liveMembers.filter { member in record.map { follows(member, $0.address) } ?? false }
        return believedSentinels.filter { $0 != sentinel }.allSatisfy { other in
            guard let details = details(of: other) else { return false }
            let peers = believedSentinels.subtracting([other])
            return peers.isSubset(of: details.sentinels) && (hastily || Set(replicas).isSubset(of: details.replicas))
        }
    }

    private func details(of sentinel: Address) -> SentinelDetails? {
        sentinels.first { $0.address == sentinel && $0.opinion != nil }?.opinion?.details
    }
}
