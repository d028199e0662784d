public import Vocabulary

/// What a master's lease writes into `/redis/cluster`: the id of its reign, and what the cluster holds. No I/O, no
/// clock.
///
/// A new reign counts as what there was from its second second on, once something was written in it: what a master took
/// in the moments before a crash may be lost, and must not make the copies of the reign before count as behind. Masters
/// that are killed as soon as they take writes would leave nobody who may begin.
public struct HoldingsDraft: Sendable {
    /// For so long a new reign does not count.
    private static let firstSecond = Duration.seconds(1)

    /// What was written last, or was found there.
    private var last: (look: ServerLook, wasMoving: Bool)?
    /// How many bytes came between the last two looks.
    private var lastAdvance: Int64 = 0
    /// The first look at a reign that the record does not reckon with yet.
    private var begin: (epoch: Int, look: ServerLook, time: Duration)?

    public init() {}

    /// The record to be written; nil where the one that is there says it all.
    /// - Parameters:
    ///   - persistence: what this server keeps.
    ///   - epoch: that of its passport, 0 without one. ZooKeeper may have lost its data: no reign may then bear a lower
    ///     one.
    ///   - now: RFC 3339, UTC.
    ///   - time: that of a monotonic clock.
    public mutating func next(
        _ look: ServerLook, _ reign: ReignView, me: Address, persistence: Passport.Persistence, epoch: Int, now: String,
        at time: Duration
    ) -> ClusterRecord? {
        var record = reign.cluster
        guard look.role == .master, reign.record.address == me, !look.isLoading else {
            (last, lastAdvance, begin) = (nil, 0, nil)
            return keptByReplica(record, look, reign, persistence)
        }
        if record.epoch < epoch { record.epoch = epoch + 1 }
        let moved = last.map { !look.isQuiet(since: $0.look) } ?? true
        let isNew = record.replicationID != look.history.replicationID || record.holdings?.epoch != record.epoch
        // What connects as a replica may be a backup, or a member's earlier life that nobody has hung up on yet: a
        // member has a lease too.
        record.members = max(record.members, min(1 + look.replicas, reign.leases))
        // One more after the last write, so that a burst doesn't stand for the second that a crash may cost.
        let mustWrite = isNew || moved || last?.wasMoving ?? false || record.members > reign.cluster.members
        // The lesser of two seconds: a burst, however short, must not stand for what a crash may cost at any time.
        let advance = last.map { max(0, look.history.offset - $0.look.history.offset) } ?? 0
        let rate = min(advance, lastAdvance)
        lastAdvance = advance
        last = (look, moved && last != nil)
        guard mustWrite else { return nil }
        record.replicationID = look.history.replicationID
        record.missingSince = nil
        // A record whose number had to be raised is one of long ago: what it says of the data is known to be wrong.
        if counts(look, record, at: time) || record.epoch != reign.cluster.epoch {
            let isKept = persistence != .none || !isNew && record.holdings?.isKept ?? false
            // Without a write only pings move the offset, and what sentinels publish: some 100 bytes a second each.
            // Passports don't count it, and must not lag behind for it.
            let isQuiet = !isNew && !moved
            let offset = isQuiet ? record.holdings?.offset ?? look.history.offset : look.history.offset
            record.holdings = Holdings(
                epoch: record.epoch, offset: offset, rate: isQuiet ? advance : rate, keys: look.history.keys,
                isKept: isKept, seen: now)
        } else if persistence != .none {
            record.holdings?.isKept = true
        }
        return record.isLike(reign.cluster) ? nil : record
    }

    /// Whether what this reign holds counts as what there was.
    private mutating func counts(_ look: ServerLook, _ record: ClusterRecord, at time: Duration) -> Bool {
        guard let holdings = record.holdings, holdings.epoch != record.epoch, holdings.keys > 0 else { return true }
        guard let begin, begin.epoch == record.epoch else {
            begin = (record.epoch, look, time)
            return false
        }
        let hasWritten =
            look.hasWritten(since: begin.look) || look.history.keys != holdings.keys
            || begin.look.history.ownBytes > Holdings.noise || record.hasInherited(since: holdings.epoch)
        return time - begin.time >= Self.firstSecond && hasWritten
    }

    /// The record could not be written: it is read again, and written with the next look.
    public mutating func wasNotWritten() { (last, lastAdvance) = (nil, 0) }

    /// A replica that keeps its data beside a master that does not.
    private func keptByReplica(
        _ record: ClusterRecord, _ look: ServerLook, _ reign: ReignView, _ persistence: Passport.Persistence
    ) -> ClusterRecord? {
        guard persistence != .none, case .replica(let master?, isSynchronised: true) = look.role,
            master == reign.record.address, let holdings = record.holdings, holdings.epoch <= record.epoch,
            !holdings.isKept
        else { return nil }
        var record = record
        record.holdings?.isKept = true
        return record
    }
}

extension ServerLook {
    /// Whether keys or their number changed between `earlier` and this look. A snapshot begins its count anew.
    fileprivate func hasWritten(since earlier: ServerLook) -> Bool {
        if runID != earlier.runID || history.keys != earlier.history.keys { return true }
        let mayBeCountedAnew = lastSave != earlier.lastSave && changes == 0 && earlier.changes == 0
        return changes != earlier.changes && !mayBeCountedAnew
    }
}

extension ClusterRecord {
    /// Whether reigns after that of `epoch`, each too short to count, wrote more than pings.
    fileprivate func hasInherited(since epoch: Int) -> Bool {
        guard let newest = reigns.last(where: { $0.epoch > epoch }) else { return false }
        let known = reigns.last { $0.epoch <= epoch }?.until ?? 0
        return !(0...Holdings.noise).contains(newest.until - known)
    }

    /// Whether both say the same but for the time.
    fileprivate func isLike(_ other: ClusterRecord) -> Bool {
        var same = self
        same.holdings?.seen = other.holdings?.seen ?? ""
        return same == other
    }
}
