/// Where a running replica has its data from, as far as its lease looked on. No I/O, no clock.
struct TakenData: Equatable, Sendable {
    /// The replication id under which it took them; nil where it may have read that from a file, or has lost the data
    /// since.
    private var replicationID: String?
    /// Whether that came with a whole copy.
    private var isCopy = false
    /// Whether all keys went while its link was down: a copy that does not come to its end leaves the id alone.
    private(set) var isEmptied = false
    /// The last look at which it was not loading, and whether it was at one since.
    private var last: ServerLook?
    private var hasLoaded = false

    init() {}

    private init(last: ServerLook) { self.last = last }

    /// Takes note of a look. A replica's id changes only once the data is in its place, or goes on from what it has;
    /// one that a server begins with may be that of a snapshot.
    mutating func note(_ look: ServerLook) {
        if let last, last.runID != look.runID { self = TakenData() }
        guard case .replica(_, let isSynchronised) = look.role else {
            self = TakenData(last: look)
            return
        }
        guard !look.isLoading else {
            (replicationID, hasLoaded) = (nil, true)
            return
        }
        let before = last
        defer { (last, hasLoaded) = (look, false) }
        let id = look.history.replicationID
        let hasChanged = before.map { $0.history.replicationID != id } ?? false
        if isSynchronised || look.history.holdsKeys || hasChanged {
            isEmptied = false
        } else if let before, before.history.holdsKeys {
            // A command that empties it is counted, and a load that fails is not.
            isEmptied = hasLoaded || look.changes == before.changes && look.lastSave == before.lastSave
        }
        // Only what goes on from other data has an id before its own (replication.c, `clearReplicationId2`).
        if hasChanged { isCopy = look.history.previousID == nil }
        if isEmptied {
            replicationID = nil
        } else if replicationID != id {
            (replicationID, isCopy) = (isSynchronised || hasChanged ? id : nil, isCopy && hasChanged)
        }
    }

    /// Whether `/redis/cluster` says that the data is of the reign that goes on: it names the id, and nothing that the
    /// replica lacks.
    func isOfReign(in cluster: ClusterRecord, at look: ServerLook) -> Bool {
        let history = look.history
        guard replicationID == history.replicationID, cluster.replicationID == history.replicationID, !look.isLoading,
            let holdings = cluster.holdings, history.holdsKeys || holdings.keys == 0
        else { return false }
        if holdings.epoch == cluster.epoch {
            return !holdings.isAhead(of: Position(epoch: cluster.epoch, offset: history.offset))
        }
        // Nothing was seen of this reign yet: what it began with counts.
        if isCopy || holdings.keys == 0 { return true }
        guard let origin = cluster.reigns.last, origin.epoch == holdings.epoch else { return false }
        return origin.replicationID == history.previousID && history.offset >= origin.until - Holdings.noise
    }
}

extension ServerLook {
    /// Whether it has all that the reign of its master began with, as that master tells.
    ///
    /// A replica bears the id of its master from before the first byte on that it takes from it (replication.c,
    /// `+CONTINUE`). Offsets go on across a promotion.
    public func hasBeginning(of master: History) -> Bool {
        master.previousOffset.map { history.offset >= $0 - 1 } ?? true
    }
}
