import Cluster
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
        guard let passport, freshness.holdsData else { return }
        freshness.keys = passport.keys
        // A snapshot says itself how far it goes, where it was written by a server that replicated.
        if files.persistence == .rdb, let id = freshness.replicationID, freshness.offset != nil {
            if id == passport.replicationID { freshness.epoch = passport.epoch }
            return
        }
        (freshness.epoch, freshness.replicationID, freshness.offset) = (
            passport.epoch, passport.replicationID, passport.offset
        )
    }

    /// Whether a copy that was set aside may be put in the place of this one: a server must load it, and what bears the passport
    /// of another cluster, or none beside one that does, is there because it was found to be no part of this cluster's history.
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
