import Succession

/// A redis-server: its role, its lineage, and the data that it holds.
final class SimRedis: SimActor {
    /// Who told it whom to follow: promise 4 is about launches and commands of Interrex, not about Sentinel.
    enum Cause { case launch, watcher, sentinel }

    let slot: Slot
    let address: Int
    let mark: Int?
    /// `run_id`
    let run: Int
    /// Nil: it is a master.
    private(set) var master: Int?
    private(set) var cause = Cause.launch
    var place: Lines.Place
    /// `master_replid2`, and up to where it is shared.
    private(set) var previous: Lines.Place?
    var priority: Int
    private(set) var isLinked = false
    private(set) var wasLinked = false
    /// When the full synchronisation that is running will be over.
    private(set) var syncEnd: Int?
    private var lastContact = 0
    private let startedAt: Int
    private let loadedAt: Int
    /// Whether it will end at a damaged file.
    let isDamaged: Bool
    /// What its launcher saw of the others' data, and whether it came up with none of its own.
    let start: StartTruth
    /// When a log of what a synchronisation brought will be written: until then the old one counts.
    private(set) var logEnd: Int?
    private(set) var save = Saving()

    /// Snapshots (`INFO persistence`).
    struct Saving {
        var running: (place: Lines.Place, end: Int)?
        var last = 0
        /// Writes since the last one.
        var changes: Int64 = 0
        var due = 0
        /// A master's file bears an id once it has had a replica.
        var hadReplica = false
    }

    init(_ world: World, slot: Slot, mark: Int?, master: Int?, start: StartTruth) {
        (self.slot, self.mark, self.master, self.start) = (slot, mark, master, start)
        (address, startedAt, run) = (slot.address, world.now, world.newToken())
        let disk = slot.folder.inPlace
        isDamaged = disk.holdsData && disk.isDamaged
        if let kept = disk.place, slot.persistence != .none {
            // A master takes a new id; where its file bore one, that is the second (replication.c, Redis 7).
            if master == nil {
                place = Lines.Place(
                    line: world.lines.branch(at: kept, offsetRestarts: !disk.bearsID), keys: kept.keys)
                previous = disk.bearsID ? kept : nil
            } else if disk.bearsID {
                place = kept
            } else {
                place = Lines.Place(line: world.lines.branch(at: kept, offsetRestarts: true), keys: kept.keys)
            }
            loadedAt = disk.isDamaged ? .max : world.now + world.dice.roll(5, 1_500)
        } else {
            place = Lines.Place(line: world.lines.root(), keys: 0)
            loadedAt = world.now + world.dice.roll(2, 20)
        }
        priority = master == nil && !slot.isNeverMaster ? 100 : 0
        super.init(world, host: Names.host(of: slot.address))
        (lastContact, save.last, save.due) = (world.now, world.now, world.now + world.dice.roll(1_000, 12_000))
        world.redisAt[address] = self
        if world.zk.wipes > 0, world.hasTwoClusters { world.isSplit = true }
    }

    override var name: String { "redis \(Names.address(address))" }

    var isLoading: Bool { world.now < loadedAt }
    var holdsKeys: Bool { place.keys > 0 }
    /// It has finished a synchronisation since it started, and none is running.
    var isSynchronised: Bool { wasLinked && syncEnd == nil }
    var isMaster: Bool { master == nil }

    override func end() {
        super.end()
        if world.redisAt[address] === self { world.redisAt[address] = nil }
    }

    override func act() -> Int? {
        if let master, !isLoading { replicate(from: master) }
        if !isLoading { keepFiles() }
        return world.dice.roll(60, 220)
    }

    /// `CLIENT PAUSE ... WRITE`: until then no client's write is done.
    var heldUntil = 0

    /// A client's write.
    func write() {
        guard world.now >= heldUntil else { return }
        world.lines.write(at: &place, now: world.now)
        save.changes += 1
        appendToLog()
    }

    /// Whether what it follows is not in its files yet.
    var isBecomingReplica: Bool { master != nil && (!isSynchronised || logEnd != nil) }

    /// Whether this process came up before the other.
    func startedBefore(_ other: SimRedis) -> Bool { startedAt < other.startedAt }

    // MARK: Replication

    private func replicate(from address: Int) {
        switch world.redis(address, from: host) {
        case .refused: unlink()
        case .silent: if world.now - lastContact > 60_000 { unlink() }
        case .server(let other):
            // A replica of a replica gets nothing while its own master is gone (NOMASTERLINK).
            guard other !== self, !other.isLoading, other.isMaster || other.isLinked else { return unlink() }
            lastContact = world.now
            if isLinked {
                guard other.place.line == place.line, other.place.keys >= place.keys else { return unlink() }
                advance(to: other.place)
            } else if syncEnd == nil, canContinue(with: other) {
                advance(to: other.place)
                link()
            } else {
                synchronise(with: other)
            }
        }
    }

    private func advance(to new: Lines.Place) {
        guard new != place else { return }
        save.changes += Int64(new.keys - place.keys)
        place = new
        appendToLog()
    }

    /// Whether a partial resynchronisation is possible: same id, or the master's second one as far as that goes.
    private func canContinue(with other: SimRedis) -> Bool {
        if other.place.line == place.line { return place.keys <= other.place.keys }
        return other.previous.map { $0.line == place.line && place.keys <= $0.keys } ?? false
    }

    private func synchronise(with other: SimRedis) {
        guard let end = syncEnd else {
            syncEnd = world.now + world.dice.roll(50, 2_500)
            return
        }
        guard world.now >= end else { return }
        world.promises.willDrop(self, for: other)
        world.tally.fullSyncs += 1
        save.changes += 1
        place = other.place
        link()
        switch slot.persistence {
        case .aof: logEnd = world.now + world.dice.roll(50, 2_000)
        case .rdb: replaceFile(by: place, bearsID: true)
        case .none: break
        }
    }

    // MARK: Files

    private func appendToLog() {
        guard slot.persistence == .aof, logEnd == nil, !isLoading else { return }
        (slot.folder.inPlace.place, slot.folder.inPlace.modified) = (place, slot.clock)
        slot.folder.inPlace.bearsID = false
    }

    private func keepFiles() {
        if let end = logEnd, world.now >= end {
            logEnd = nil
            replaceFile(by: place, bearsID: false)
        }
        guard slot.persistence == .rdb else { return }
        if master == nil, !save.hadReplica, replicas > 0 { save.hadReplica = true }
        if let running = save.running {
            guard world.now >= running.end else { return }
            let bearsID = master != nil || previous != nil || save.hadReplica
            (save.running, save.last) = (nil, world.now)
            save.due = world.now + world.dice.roll(1_000, 15_000)
            replaceFile(by: running.place, bearsID: bearsID)
        } else if world.now >= save.due, save.changes > 0, syncEnd == nil {
            save.running = (place, world.now + world.dice.roll(20, 900))
            save.changes = 0
        }
    }

    /// A whole new file takes the old one's place.
    private func replaceFile(by new: Lines.Place, bearsID: Bool) {
        let old = slot.folder.inPlace
        slot.folder.inPlace = Disk(
            place: new, bearsID: bearsID, modified: slot.clock, passport: old.passport, asOf: old.asOf)
        world.promises.replaced(old, by: self)
    }

    var replicas: Int {
        world.slots.count { $0.server.map { $0.master == address && $0.isLinked } ?? false }
    }

    /// What its own lease reads.
    var look: ServerLook {
        let role: ServerLook.Role =
            if let master {
                .replica(of: Names.address(master), isSynchronised: isLinked && syncEnd == nil)
            } else {
                .master
            }
        return ServerLook(
            role: role, history: history, runID: "\(run)", isLoading: isLoading, logs: slot.persistence == .aof,
            isRewriting: logEnd != nil, isSaving: save.running != nil, lastSave: Int64(save.last / 1_000),
            changes: save.changes, replicas: replicas)
    }

    private func link() {
        (isLinked, wasLinked, syncEnd, previous) = (true, true, nil, nil)
    }

    private func unlink() {
        (isLinked, syncEnd) = (false, nil)
    }

    // MARK: Commands

    /// `REPLICAOF`; nil is `NO ONE`.
    func follow(_ address: Int?, _ cause: Cause) {
        guard address != master else { return }
        world.note { "\(self.name): REPLICAOF \(address.map { "\(Names.address($0))" } ?? "NO ONE") (\(cause))" }
        if address == nil {
            previous = place
            place.line = world.lines.branch(at: place)
        }
        (master, self.cause, lastContact) = (address, cause, world.now)
        unlink()
    }

    /// What `INFO` says to the product.
    var answer: Answer {
        // A data file that is being read is as good as data.
        if isLoading, isMaster { return .loading }
        var history = history
        if isLoading { history.keys = max(history.keys, 1) }
        guard let master else { return .master(history) }
        return .replica(
            Replication(
                of: Names.address(master), synchronised: isSynchronised, isLinked: isLinked, priority: priority,
                history: history, awaiting: priority == 0 && !slot.isNeverMaster ? 100 : nil))
    }

    private var history: History {
        History(
            replicationID: Names.replicationID(place.line), previousID: previous.map { Names.replicationID($0.line) },
            previousOffset: previous.map { world.lines.offset($0) + 1 }, offset: world.lines.offset(place),
            keys: Int64(place.keys))
    }
}
