/// A waiting launcher in a cold start: `/redis/candidates/<n>`.
public struct Candidate: Equatable, Sendable {
    /// The sequence number that ZooKeeper gave its node.
    public var number: Int
    public var address: Address
    public var freshness: Freshness

    public init(number: Int, address: Address, freshness: Freshness) {
        self.number = number
        self.address = address
        self.freshness = freshness
    }
}

/// Our own part in a cold start.
public struct Candidacy: Equatable, Sendable {
    /// The number of our node.
    public var number: Int
    /// For how long we have stood.
    public var age: Duration
    /// The negotiated timeout of our session: within it, whoever lost its lease has it again.
    public var sessionTimeout: Duration

    public init(number: Int, age: Duration = .zero, sessionTimeout: Duration = .seconds(6)) {
        self.number = number
        self.age = age
        self.sessionTimeout = sessionTimeout
    }
}

/// Where nobody can be followed, all who could be master stand as candidates, and the one with the freshest data claims
/// (DESIGN.md 3.4).
extension Observation {
    func coldStart(at version: Int32?) -> Decision {
        guard let candidacy, candidates.contains(where: { $0.number == candidacy.number }) else { return .stand }
        let rest = settlingWindow(candidacy.sessionTimeout) - candidacy.age
        if rest > .zero {
            return .wait(.settling(present: present.count, expected: countedMembers, rest: rest))
        }
        let first = freshestCandidate
        return first.number == candidacy.number ? .claim(at: version) : .wait(.fresherCandidate(first.address))
    }

    /// How long we stand before the freshest may claim. Lost leases come back within a session timeout, and 6 s give
    /// processes that were started together the time to get here. Where there was a cluster and nobody has any of its
    /// data, that may still be on its way.
    private func settlingWindow(_ sessionTimeout: Duration) -> Duration {
        if isComplete { return .zero }
        let shortest = max(.seconds(6), sessionTimeout)
        let isKnown = cluster != nil || record != nil
        return isKnown && !candidates.contains { $0.freshness.isUsable } ? max(shortest, limit / 2) : shortest
    }

    /// The members that a watcher counted last. The first claim writes a record too, when it knows of itself alone: it
    /// bears no replication id yet. A single one is no count to rely on: who comes first may be any that was missed, with
    /// data of long ago.
    private var countedMembers: Int? {
        cluster.flatMap { $0.replicationID != nil && $0.members > 1 ? $0.members : nil }
    }

    /// Whose data is known: the candidates, and the live members that answer.
    private var present: Set<Address> {
        Set(candidates.map(\.address)).union(others.filter { !isStranger($0) && !cannotBeAsked($0) })
    }

    /// As many are there as were counted. Where some hold data, only they make the number full: one that is new or has
    /// lost its disk must not stand for one that is on its way with the freshest.
    private var isComplete: Bool {
        guard let countedMembers else { return false }
        let withData = Set(candidates.filter(\.freshness.isUsable).map(\.address)).union(others.filter(holdsData))
        return (withData.isEmpty ? present : withData).count >= countedMembers
    }

    /// Ties go to the recorded master, then to the lowest number. At least we stand.
    private var freshestCandidate: Candidate {
        let copies = candidates.map(\.freshness)
        return candidates.max { one, other in
            let ranks = (one.freshness.rank(among: copies), other.freshness.rank(among: copies))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            let isRecorded = (one.address == record?.address, other.address == record?.address)
            return isRecorded.0 != isRecorded.1 ? isRecorded.1 : one.number > other.number
        }!
    }
}
