public import Vocabulary

/// What a lease knows of its server's data, from one look to the next, and the passport that follows from it. No I/O,
/// no clock.
public struct PassportDraft: Equatable, Sendable {
    /// Where the server is reached, as `/redis/master` would name it.
    public let me: Address
    /// What the settings keep: without log and snapshots there is nothing to be worth anything.
    public let settings: Passport.Persistence
    /// The cluster's id, where it was known when the server was started.
    private let cluster: String?
    /// What the files are worth, as far as it was proven.
    public private(set) var passport: Passport?
    /// The last look, and the one before a snapshot that is being written was begun.
    public private(set) var last: ServerLook?
    private var beforeSave: Basis?
    /// The look of which the passport tells.
    private var noted: ServerLook?
    private var awaitsFiles = true
    /// Whether the passport that was there speaks of data that is there no more: it must go.
    public private(set) var isVoid = false
    /// The reign and the replication id under which the master has confirmed that this replica has its data.
    private var confirmed: Confirmation?
    private var taken = TakenData()

    /// A look, and the reign of its data where that was proven.
    private struct Basis: Equatable {
        var look: ServerLook
        var epoch: Int?
    }

    private struct Confirmation: Equatable {
        var epoch: Int
        var replicationID: String
    }

    /// - Parameter passport: what lay in the folder when the server was started with it; nil where that was set aside.
    public init(me: Address, cluster: String?, settings: Passport.Persistence, passport: Passport?) {
        self.me = me
        self.cluster = cluster
        self.settings = settings
        self.passport = passport
    }

    /// The master that must be asked whether `look` is of its reign; nil where that is known, or nobody could tell.
    ///
    /// A link that is up may be one to a process that is long gone: only the same id, from the mouth of the recorded
    /// master, tells that the data is that of the reign.
    public func question(_ look: ServerLook, _ reign: ReignView?) -> Address? {
        guard let reign, case .replica(let master?, isSynchronised: true) = look.role, master == reign.record.address,
            !isConfirmed(look, reign)
        else { return nil }
        return master
    }

    /// The recorded master has answered with the id of our own data, and with nothing that the server lacks of what the
    /// reign began with.
    public mutating func confirm(_ look: ServerLook, _ reign: ReignView) {
        confirmed = Confirmation(epoch: reign.cluster.epoch, replicationID: look.history.replicationID)
    }

    /// Whether what the server holds is of this reign, in its files already or not.
    ///
    /// A master that has ended can't be asked any more, but `/redis/cluster` may tell of it: nobody would be promoted
    /// if all replicas waited for its answer.
    public func hasJoined(_ reign: ReignView, at look: ServerLook) -> Bool {
        guard !taken.isEmptied else { return false }
        return isConfirmed(look, reign) || passport.map { $0.epoch >= reign.cluster.epoch } ?? false
            || taken.isOfReign(in: reign.cluster, at: look)
    }

    private func isConfirmed(_ look: ServerLook, _ reign: ReignView) -> Bool {
        isOfConfirmedReign(look) && confirmed?.epoch == reign.cluster.epoch
    }

    /// What the server keeps at this moment: a log can be switched on and off while it runs.
    public func persistence(at look: ServerLook) -> Passport.Persistence {
        look.logs ? .aof : settings == .none ? .none : .rdb
    }

    /// Whether it has the data of a reign that was confirmed, be it that which goes on or one before.
    private func isOfConfirmedReign(_ look: ServerLook) -> Bool {
        confirmed?.replicationID == look.history.replicationID
    }

    /// Takes note of a look. Returns whether the passport is another one, and must be written.
    public mutating func note(_ look: ServerLook, _ reign: ReignView?) -> Bool {
        taken.note(look)
        awaitsFiles = awaitsFiles(at: look)
        let proven = awaitsFiles ? nil : epoch(of: look, reign)
        defer {
            last = look
            if !look.isSaving { beforeSave = Basis(look: look, epoch: proven) }
        }
        isVoid = false
        guard let proven, let cluster = cluster ?? reign?.cluster.id ?? passport?.cluster else {
            if !awaitsFiles, let passport, !isContinued(passport, by: look) {
                (self.passport, isVoid) = (nil, true)
            }
            return false
        }
        let persistence = persistence(at: look)
        guard let (history, epoch) = written(look, persistence, under: proven) else { return false }
        var written = history
        if look.role == .master, let reign, reign.record.address != me {
            written.offset = reign.cluster.offset(of: written)
        }
        let new = Passport(
            cluster: cluster, epoch: epoch, replicationID: written.replicationID, previousID: written.previousID,
            previousOffset: written.previousOffset, offset: written.offset,
            role: look.role == .master ? .master : .replica,
            keys: written.keys, persistence: persistence, runID: look.runID, modified: passport?.modified ?? 0)
        // Looks that proved nothing may lie between: since the one that it tells of, there may have been writes.
        if let passport, let noted, new.isLike(passport), look.isQuiet(since: noted) { return false }
        (passport, noted) = (new, look)
        return true
    }

    /// Whether the passport tells of the last look too: nothing has happened since but pings.
    public var isCurrent: Bool {
        guard passport != nil, let noted, let last else { return false }
        return last.isQuiet(since: noted)
    }

    /// Whether what the server holds is not in its files yet: it is loading, or has taken over another's data or begun
    /// to keep a log, and writes that, until which is done the old file counts.
    private func awaitsFiles(at look: ServerLook) -> Bool {
        if look.isLoading { return true }
        // While the link is down, or a copy is on its way, the server still has the old data: the id changes only when
        // the new data is in its place. A log that is off meanwhile was switched off for that copy.
        if look.isCut, !isOfConfirmedReign(look) || settings == .aof && !look.logs { return true }
        let ids = [last?.history.replicationID, last?.history.previousID]
        let isSameLine = ids.contains(look.history.replicationID) || ids[0] == look.history.previousID
        let isNewLog = look.logs && !(last?.logs ?? true)
        // A whole copy from the same master keeps the id.
        let mayBeCopied = look.isCut || last?.isCut ?? false
        return look.isRewriting && (awaitsFiles || !isSameLine || isNewLog || mayBeCopied)
    }

    /// Whether what a server holds may be what its passport speaks of. A replica that has taken over another's data, of
    /// a master that nobody confirms, holds something else.
    private func isContinued(_ passport: Passport, by look: ServerLook) -> Bool {
        guard case .replica = look.role else { return true }
        let ids = [look.history.replicationID, look.history.previousID]
        return ids.contains(passport.replicationID) || passport.persistence == .rdb && look.logs == false
    }

    /// The reign under which the data was written, where that is proven.
    private func epoch(of look: ServerLook, _ reign: ReignView?) -> Int? {
        switch look.role {
        case .master:
            guard let reign, reign.record.address == me, reign.cluster.epoch >= passport?.epoch ?? 0 else {
                return passport.flatMap { isSameData(look, $0) ? $0.epoch : nil }
            }
            return reign.cluster.epoch
        case .replica:
            guard let confirmed, isOfConfirmedReign(look), confirmed.epoch >= passport?.epoch ?? 0 else { return nil }
            return confirmed.epoch
        }
    }

    /// A master that is not recorded: its data goes on from where it was.
    private func isSameData(_ look: ServerLook, _ passport: Passport) -> Bool {
        passport.runID == look.runID
            && (passport.replicationID == look.history.replicationID
                || passport.replicationID == look.history.previousID)
    }

    /// What of the server's data is in its files, and the reign under which that was written.
    private func written(
        _ look: ServerLook, _ persistence: Passport.Persistence, under epoch: Int
    ) -> (History, epoch: Int)? {
        guard persistence == .rdb, look.changes > 0 || look.isSaving else { return (look.history, epoch) }
        if let last, last.runID == look.runID, last.lastSave == look.lastSave {
            // The snapshot that was there before: of the reign, too, under which it was written.
            guard let passport, passport.runID == look.runID else { return nil }
            let history = History(
                replicationID: passport.replicationID, previousID: passport.previousID,
                previousOffset: passport.previousOffset, offset: passport.offset, keys: passport.keys)
            return (history, passport.epoch)
        }
        // A snapshot was finished in between: it has at least what there was before it was begun.
        guard let before = beforeSave, before.look.runID == look.runID else { return nil }
        let history = before.look.history
        // Under one replication id there is one reign.
        let isOfOneReign = history.replicationID == look.history.replicationID
        return (isOfOneReign ? epoch : before.epoch).map { (history, $0) }
    }
}

extension Passport {
    /// Whether both say the same but for the offset, which pings move, and the files.
    fileprivate func isLike(_ other: Passport) -> Bool {
        var same = self
        (same.offset, same.modified, same.file, same.boot) = (other.offset, other.modified, other.file, other.boot)
        return same == other
    }
}

extension ServerLook {
    /// Whether it is a replica whose link is down, or that synchronises.
    fileprivate var isCut: Bool { if case .replica(_, isSynchronised: false) = role { true } else { false } }
}
