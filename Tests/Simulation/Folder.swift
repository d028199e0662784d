import Succession

/// A copy of the data in a server's folder, with the passport that lies beside it.
struct Disk: Equatable {
    /// Nil: no data; a passport may lie there all the same.
    var place: Lines.Place?
    /// AOF files bear no replication id, and neither does the RDB of a master that never had a replica.
    var bearsID = false
    /// When the newest file was written, by the host's clock.
    var modified = 0
    /// A server that is to load it ends.
    var isDamaged = false
    var passport: Passport?
    /// When the passport was last right, by the host's clock.
    var asOf = 0
    /// So many of its keys have been on a majority of the disks at one moment.
    var proven = 0

    static let none = Disk()

    var holdsData: Bool { place.map { $0.keys > 0 } ?? false }

    /// The passport, where it speaks of these very files.
    var trusted: Passport? {
        guard let passport,
            !holdsData
                || Passport.speaks(
                    ofFilesFrom: Int64(modified), asOf: Int64(asOf), knowing: passport.modified)
        else { return nil }
        return passport
    }
}

/// What is in `DATA_DIR`.
struct Folder: Equatable {
    /// What a server would load.
    var inPlace = Disk.none
    /// What was set aside, the oldest first.
    var asides: [Disk] = []

    var copies: [Disk] { [inPlace] + asides }

    /// Renames what is there, the passport with it.
    mutating func setAside() {
        if inPlace.place != nil || inPlace.passport != nil { asides.append(inPlace) }
        inPlace = .none
    }

    mutating func restore(_ index: Int) {
        let copy = asides.remove(at: index)
        setAside()
        inPlace = copy
    }
}

extension World {
    /// What a launcher finds (`StoredCopy`).
    func freshness(of disk: Disk, _ persistence: Passport.Persistence) -> Freshness {
        var found = Freshness.empty
        found.isKept = persistence != .none
        (found.clusterID, found.runID) = (disk.passport?.cluster, disk.passport?.runID)
        guard let place = disk.place, place.keys > 0 else { return found }
        found.holdsData = true
        found.isLoadable = !disk.isDamaged
        found.modified = Int64(disk.modified)
        if disk.bearsID {
            (found.replicationID, found.offset) = (Names.replicationID(place.line), lines.offset(place))
        }
        guard let passport = disk.trusted else { return found }
        found.keys = passport.keys
        if persistence == .rdb, let id = found.replicationID {
            if id == passport.replicationID || id == passport.previousID { found.epoch = passport.epoch }
            return found
        }
        (found.epoch, found.replicationID, found.offset) = (
            passport.epoch, passport.replicationID, passport.offset
        )
        return found
    }
}
