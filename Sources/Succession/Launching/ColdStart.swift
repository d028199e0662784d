public import Vocabulary

/// A waiting launcher in a cold start: `/redis/candidates/<n>`.
public struct Candidate: Equatable, Sendable {
    /// The sequence number that ZooKeeper gave its node.
    public var number: Int
    public var address: Address
    public var freshness: Freshness
    /// When it began to stand, in milliseconds since 1970 by ZooKeeper's clock.
    public var since: Int64
    /// False for a witness: the user wants it never to be master (`replica-priority 0`). It tells what its copy is
    /// worth, and nobody waits for it to claim.
    public var mayLead: Bool

    public init(number: Int, address: Address, freshness: Freshness, since: Int64 = 0, mayLead: Bool = true) {
        self.number = number
        self.address = address
        self.freshness = freshness
        self.since = since
        self.mayLead = mayLead
    }
}

extension Candidate {
    /// The number that ZooKeeper gave a candidate's node; nil for a name that is none of ours.
    public static func number(ofNode path: String) -> Int? {
        guard let hyphen = path.lastIndex(of: "-") else { return nil }
        return Int(path[path.index(after: hyphen)...])
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

/// Where nobody can be followed, all who could be master stand as candidates, and the one with the freshest data
/// claims.
extension Observation {
    func coldStart(at version: Int32?) -> Decision {
        if isDisputed { return .wait(.disputedCluster(mark.clusterID ?? "-")) }
        guard let candidacy, candidates.contains(where: { $0.number == candidacy.number }) else { return .stand }
        let rest = rest(of: candidacy)
        if rest > .zero {
            return .wait(.settling(present: present.count, expected: countedMembers, rest: rest))
        }
        // Witnesses alone.
        guard let first = freshestCandidate else { return .wait(.neverMaster) }
        if let holders = neverMastersAhead(of: first.freshness) { return .wait(.neverMasters(holders)) }
        guard mayBegin(with: first.freshness) else {
            return .wait(shortfall(of: first.freshness).map(Reason.behind) ?? .nothingRecorded)
        }
        guard first.number == candidacy.number else {
            return .wait(.fresherCandidate(first.address, number: first.number))
        }
        return .claim(at: version)
    }

    /// How long we must still stand. Where it is known what there was, there is one window for all, which began with
    /// whoever stands longest: who comes after it leaves but two seconds to those that come with it.
    private func rest(of candidacy: Candidacy) -> Duration {
        let window = settlingWindow(candidacy.sessionTimeout)
        guard window > .zero else { return .zero }
        guard cluster?.holdings != nil, let own = candidates.first(where: { $0.number == candidacy.number }),
            let first = candidates.map(\.since).min()
        else { return window - candidacy.age }
        let head = Duration.milliseconds(max(0, own.since - first))
        return max(window - head, min(window, .seconds(2))) - candidacy.age
    }

    /// In which processes that were started together get here, and lost leases come back with the default session
    /// timeout.
    static let shortestWindow = Duration.seconds(6)

    /// How long we stand before the freshest may claim. Lost leases come back within a session timeout. Where nobody
    /// knows what there was and nobody has any of it, it may still be on its way.
    private func settlingWindow(_ sessionTimeout: Duration) -> Duration {
        if isComplete || acceptsLoss { return .zero }
        let shortest = max(Self.shortestWindow, sessionTimeout)
        let isUnknown = (cluster != nil || record != nil) && holdings == nil
        let isHere = candidates.contains { $0.freshness.isUsable || !$0.freshness.isKept }
        return isUnknown && !isHere ? max(shortest, limit / 2) : shortest
    }

    /// The members that were counted last. The first claim writes a record too, when it knows of itself alone: who
    /// comes first may be any that was missed, with data of long ago.
    private var countedMembers: Int? { cluster.flatMap { $0.members > 1 ? $0.members : nil } }

    /// Whose data is known: the candidates, and the live members that answer.
    private var present: Set<Address> {
        Set(candidates.map(\.address)).union(others.filter { !isStranger($0) && !cannotBeAsked($0) })
    }

    /// As many are there as were counted. One that is new must not stand for one that is on its way with the freshest
    /// data; where nobody ever had a passport or data, all count.
    private var isComplete: Bool {
        guard let countedMembers else { return false }
        // Who lacks nothing of what there was need not wait for those that were here before: as many as were counted
        // will do.
        let lacksNothing = cluster?.holdings != nil && freshestCandidate.map { !isBehind($0.freshness) } ?? false
        let counted = presentCounted
        let allCount = lacksNothing || counted.isEmpty && (holdings?.keys ?? 0) == 0
        return (allCount ? present : counted).count >= countedMembers
    }

    /// A position of another cluster, or of none that is known, says nothing here: then the record of the reigns tells,
    /// where it knows the id.
    func judged(_ copy: Freshness) -> Freshness {
        guard let id = (cluster ?? restored)?.id, copy.clusterID != id || copy.epoch == nil else { return copy }
        var copy = copy
        copy.epoch = copy.replicationID.flatMap { cluster?.epoch(of: $0) }
        return copy
    }

    /// Ties go to the recorded master, then to the lowest number. Whoever did not claim in its turn is passed over.
    private var freshestCandidate: Candidate? {
        let inTurn = candidates.filter {
            $0.mayLead && (!passedOver.contains($0.number) || $0.number == candidacy?.number)
        }
        .map { one in
            var one = one
            one.freshness = judged(one.freshness)
            return one
        }
        let copies = inTurn.map(\.freshness)
        let recorded = inTurn.first { $0.address == record?.address }?.freshness
        func rank(_ copy: Freshness) -> FreshnessRank {
            FreshnessRank(of: copy, recorded: recorded, among: copies, holdings: holdings)
        }
        return inTurn.max { one, other in
            let isRecorded = (one.address == record?.address, other.address == record?.address)
            let ranks = (rank(one.freshness), rank(other.freshness))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            return isRecorded.0 != isRecorded.1 ? isRecorded.1 : one.number > other.number
        }
    }
}
