public import Vocabulary

/// The words about data: what a server holds, what a copy is worth, and who may begin with it.
extension Sighting {
    /// What is known of a live member's data; nil where it can't be asked. A server that is loading has a file to load.
    public func freshness(of member: Address) -> Freshness? {
        if isStranger(member) { return .empty }
        switch answer(of: member) {
        case .master(let history): return freshness(of: history)
        case .replica(let replication): return freshness(of: replication.history)
        case .loading: return Freshness(holdsData: true, modified: .max)
        case .refused, .silent, .denied, .notRedis: return nil
        }
    }

    /// A running server's copy is of this moment.
    private func freshness(of history: History) -> Freshness {
        Freshness(
            holdsData: history.holdsKeys, epoch: epoch(of: history), replicationID: history.replicationID,
            offset: cluster?.offset(of: history) ?? history.offset, keys: history.keys, modified: .max)
    }

    /// The reign under which a running server's data was written.
    func epoch(of history: History) -> Int? {
        guard let cluster else { return nil }
        // A claim's own id is not in the record before its lease has written it down.
        if cluster.replicationID == nil, let record, case .master(let master) = answer(of: record.address),
            master.replicationID == history.replicationID
        {
            return cluster.epoch
        }
        return cluster.epoch(of: history.replicationID) ?? history.previousID.flatMap { cluster.epoch(of: $0) }
    }

    public func holdsData(_ member: Address) -> Bool { freshness(of: member)?.holdsData ?? false }

    func cannotBeAsked(_ member: Address) -> Bool { freshness(of: member) == nil }

    /// Whether all of a copy is in the history of a master: only such data may be overwritten by following it.
    public func isContained(_ copy: Freshness, inHistoryOf master: Address) -> Bool {
        guard copy.holdsData else { return true }
        // The history of one that is still loading is not known yet.
        guard case .master(let history) = answer(of: master), let id = copy.replicationID,
            let offset = copy.offset.map({ max($0, copy.provenOffset ?? $0) })
        else {
            return false
        }
        if history.contains(id, upTo: offset) { return true }
        guard let cluster, record?.address == master, isProven(master) else { return false }
        return cluster.replicationID.map { $0 == history.replicationID || $0 == history.previousID } ?? true
            && cluster.includes(id, upTo: offset)
    }
}

/// Where it is decided who may begin a reign with less than there was.
public protocol DataGuard: Sighting {
    /// Whether an operator has given up what is missing (`/redis/accept-loss`).
    var acceptsLoss: Bool { get }
    /// Whether others may have written what is recorded: nobody's word gives anything up then.
    var isExposed: Bool { get }
    /// Since how long a launcher or watcher has seen no master; nil where nobody took note.
    var missingFor: Duration? { get }
    /// After so long without a master the best copy may begin (`ACCEPT_LOSS_AFTER`); nil: never.
    var acceptLossAfter: Duration? { get }
    /// What the cluster was last seen to hold, as far as anybody knows.
    var holdings: Holdings? { get }
    /// How many of the members that were counted are here, with or without their data.
    var presentMembers: Int { get }
    /// The copies that are here of those that must never be master.
    var witnesses: [Witness] { get }
    /// The recorded master's own copy, where it does not run and is known; nil otherwise.
    var recordedCopy: Freshness? { get }
}

extension DataGuard {
    /// A launcher does not get so far.
    public var isExposed: Bool { false }

    public var recordedCopy: Freshness? { nil }

    /// Whether a copy lacks, or may lack, more than the last second of what there was.
    func isBehind(_ copy: Freshness) -> Bool {
        guard let holdings, holdings.keys > 0 else { return false }
        guard copy.isUsable, let position = copy.position else { return true }
        return holdings.isAhead(of: position)
    }

    /// Whether a reign may begin with this copy, which is the best that is here.
    func mayBegin(with copy: Freshness) -> Bool {
        if !isBehind(copy) { return true }
        if isExposed { return false }
        if acceptsLoss { return true }
        if hasWaitedEnough { return true }
        // Nobody ever kept it: it can't come back, and who has older data need not wait for it, nor give way to a
        // cache.
        if let holdings, !holdings.isKept, copy.isUsable || !copy.isKept { return true }
        // There is nobody left who could have more.
        return copy.isUsable && (cluster.map { $0.members > 0 && presentMembers >= $0.members } ?? false)
            && neverMastersAhead(of: copy) == nil
    }

    /// Those that must never be master and have what a reign that begins with this copy would give up without a word;
    /// nil where there are none.
    func neverMastersAhead(of copy: Freshness) -> [Address]? {
        if acceptsLoss && !isExposed || hasWaitedEnough { return nil }
        let ahead = witnesses.filter { witness in
            witness.copy.isUsable && witness.copy.isFresher(than: copy, recorded: recordedCopy, holdings: holdings)
                && matters(witness, beside: copy)
        }
        return ahead.isEmpty ? nil : Set(ahead.map(\.address)).sorted()
    }

    /// Whether what a witness has more than a copy is more than that may lack. What is written down of the cluster may
    /// be older than the witness's passport; of a running server the pings would count as well.
    private func matters(_ witness: Witness, beside copy: Freshness) -> Bool {
        guard var held = cluster?.holdings, !isBehind(copy) else { return true }
        guard held.keys > 0, !witness.isRunning, let theirs = witness.copy.position, let own = copy.position else {
            return false
        }
        (held.epoch, held.offset) = (theirs.epoch, theirs.offset)
        return held.isAhead(of: own)
    }

    /// Those of `members` that must never be master, and answer.
    func running(_ members: [Address]) -> [Witness] {
        members.filter(isNeverMaster).compactMap { member in
            freshness(of: member).map { Witness(member, $0, isRunning: true) }
        }
    }

    private var hasWaitedEnough: Bool {
        guard !isExposed, let limit = acceptLossAfter, let missingFor else { return false }
        return missingFor >= limit
    }

    /// What would be lost, for people.
    func shortfall(of copy: Freshness) -> Shortfall? {
        guard let holdings else { return nil }
        return Shortfall(
            holdings: holdings, holders: cluster?.holders.map(\.address) ?? [], copy: copy, root: mark.root)
    }
}

/// The copy of one that must never be master: `replica-priority 0` by the user's settings.
public struct Witness: Equatable, Sendable {
    public var address: Address
    public var copy: Freshness
    public var isRunning: Bool

    public init(_ address: Address, _ copy: Freshness, isRunning: Bool) {
        self.address = address
        self.copy = copy
        self.isRunning = isRunning
    }
}

/// What there was, and the best that is left of it.
public struct Shortfall: Equatable, Sendable, CustomStringConvertible {
    public var holdings: Holdings
    public var holders: [Address]
    public var copy: Freshness
    /// Where the node that accepts the loss would be.
    public var root: String

    public init(holdings: Holdings, holders: [Address], copy: Freshness, root: String) {
        self.holdings = holdings
        self.holders = holders
        self.copy = copy
        self.root = root
    }

    public var description: String {
        let had = holders.isEmpty ? "" : ", last on \(holders.map(\.description).joined(separator: ", "))"
        return "the cluster held \(holdings.keys) keys (epoch \(holdings.epoch), offset \(holdings.offset)) at "
            + "\(holdings.seen)\(had); the best copy here \(lack); start a member that has it, or give it up: "
            + "interrex accept-loss (it writes \(root)/accept-loss)"
    }

    private var lack: String {
        guard copy.holdsData else { return "is empty, so all of it would be lost" }
        guard copy.isLoadable else { return "can't be loaded" }
        guard let position = copy.position else { return "bears no position, so nobody knows what it lacks" }
        if position.epoch == holdings.epoch { return "is \(holdings.offset - position.offset) bytes of writes behind" }
        return "is of epoch \(position.epoch), so all that was written since would be lost"
    }
}
