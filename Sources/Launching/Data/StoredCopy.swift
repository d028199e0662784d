import Cluster
import Processes
import Succession

/// A copy of the data in a server's folder: what it would load, or one that was set aside.
struct StoredCopy: Equatable, Sendable {
    /// When it was set aside; nil where it lies in its place.
    var asideTime: String?
    var freshness: Freshness
    /// One line, where a server must not start as master with it.
    var problem: String?
    /// Whether that is because another file is newer, and this one would be loaded all the same.
    var isPassedOver = false
    var passport: Passport?

    static let none = StoredCopy(freshness: .empty)

    init(freshness: Freshness) { self.freshness = freshness }

    /// What `files` hold, with the position that their passport gives them.
    init(_ found: FoundData, of files: DataFiles, asideTime: String? = nil) {
        self.asideTime = asideTime
        (problem, isPassedOver, passport) = (found.problem, found.isPassedOver, found.passport)
        freshness = found.freshness
        freshness.isKept = files.persistence != .none
        freshness.clusterID = found.clusterID
        freshness.runID = found.runID.flatMap { $0.isEmpty ? nil : $0 }
        guard let passport, freshness.holdsData else { return }
        freshness.keys = passport.keys
        guard files.persistence == .aof else {
            placeSnapshot(passport, files.persistence, found.isUnchanged)
            return
        }
        (freshness.epoch, freshness.replicationID, freshness.offset) = (
            passport.epoch, passport.replicationID, passport.offset
        )
        // A log has the very bytes of the replication stream, but for pings and the like.
        guard let appended = found.appended else { return }
        let (offset, overflows) = passport.offset.addingReportingOverflow(appended)
        // A copy that was set aside is of no promotion that goes on.
        freshness.previousID = asideTime == nil ? passport.previousID : nil
        (freshness.provenOffset, freshness.offset) = (passport.offset, overflows ? passport.offset : max(0, offset))
        freshness.isWhole =
            passport.role == .master && appended >= 0 && passport.boot != nil
            && passport.boot == Occupant.thisBoot
    }

    /// A snapshot says itself how far it goes, where it was written by a server that replicated. Its passport may know
    /// better: that nothing was written since, or under which reign that is known now.
    private mutating func placeSnapshot(_ passport: Passport, _ kind: Passport.Persistence, _ isUnchanged: Bool) {
        let isKnown = freshness.replicationID != nil && freshness.offset != nil
        if isKnown, freshness.replicationID == passport.replicationID { freshness.epoch = passport.epoch }
        // Without save points a file is left from the first synchronisation, and the passport speaks of the memory.
        guard kind == .rdb, isUnchanged || !isKnown else { return }
        let written = freshness.replicationID == passport.replicationID ? freshness.offset ?? 0 : 0
        (freshness.epoch, freshness.replicationID) = (passport.epoch, passport.replicationID)
        freshness.offset = max(passport.offset, written)
    }

    /// Whether a copy that was set aside may be put in the place of this one: a server must load it, and what bears the
    /// passport of another cluster, or none beside one that does, is there because it was found to be no part of this
    /// cluster's history.
    func mayBeReplaced(by aside: StoredCopy) -> Bool {
        guard aside.problem == nil, aside.freshness.isUsable else { return false }
        return freshness.clusterID == nil || aside.freshness.clusterID == freshness.clusterID
    }

    /// The freshest of several copies in one folder; of equals the first.
    static func freshest(of copies: [StoredCopy]) -> StoredCopy {
        copies.dropFirst().reduce(copies.first ?? .none) { best, copy in
            copy.freshness.isFresher(than: best.freshness) ? copy : best
        }
    }
}
