import Succession

/// A redis-server: its role, its lineage, and the data that it holds (FACTS.md A1, E).
final class SimRedis: SimActor {
    /// Who told it whom to follow: promise 4 is about launches and commands of Interrex, not about Sentinel.
    enum Cause { case launch, watcher, sentinel }

    let slot: Int
    let address: Int
    let mark: Int?
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
    private var syncEnd: Int?
    private var lastContact = 0
    private let startedAt: Int
    private let loadedAt: Int
    /// The damaged file at which it will end.
    let damaged: Disk?
    /// What its launcher saw of the others' data, and whether it came up with none of its own.
    let start: StartTruth

    init(_ world: World, slot: Int, address: Int, mark: Int?, master: Int?, disk: Disk?, start: StartTruth) {
        (self.slot, self.address, self.mark, self.master, self.start) = (slot, address, mark, master, start)
        startedAt = world.now
        damaged = disk.flatMap { $0.isDamaged ? $0 : nil }
        if let disk {
            // A master takes a new id; where its file bore one, that is the second (replication.c, Redis 7).
            if master == nil {
                place = Lines.Place(
                    line: world.lines.branch(at: disk.place, offsetRestarts: !disk.bearsID), keys: disk.place.keys)
                previous = disk.bearsID ? disk.place : nil
            } else if disk.bearsID {
                place = disk.place
            } else {
                place = Lines.Place(
                    line: world.lines.branch(at: disk.place, offsetRestarts: true), keys: disk.place.keys)
            }
            loadedAt = disk.isDamaged ? .max : world.now + world.dice.roll(5, 1_500)
        } else {
            place = Lines.Place(line: world.lines.root(), keys: 0)
            loadedAt = world.now + world.dice.roll(2, 20)
        }
        priority = master != nil && disk == nil ? 0 : 100
        super.init(world, host: Names.host(of: address))
        lastContact = world.now
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
        return world.dice.roll(60, 220)
    }

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
                place.keys = other.place.keys
            } else if syncEnd == nil, canContinue(with: other) {
                place = other.place
                link()
            } else {
                synchronise(with: other)
            }
        }
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
        place = other.place
        link()
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
        let history = History(
            replicationID: Names.replicationID(place.line), previousID: previous.map { Names.replicationID($0.line) },
            offset: world.lines.offset(place), holdsKeys: holdsKeys || isLoading)
        guard let master else { return .master(history) }
        return .replica(
            Replication(
                of: Names.address(master), synchronised: isSynchronised, isLinked: isLinked, priority: priority,
                history: history))
    }
}
