import Succession

/// What a scheduler (Marathon, Nomad) keeps alive: one redis-server on one host, started again after it ends.
final class Slot: SimActor {
    let number: Int
    var port = 0
    var folder = Folder()
    /// Its host is lost: nothing starts here any more.
    var isLost = false
    let persistence: Passport.Persistence
    /// Its user's settings say `replica-priority 0`.
    let isNeverMaster: Bool
    /// What this host's clock, which dates its files, is ahead of the world's.
    let skew: Int
    var launcher: SimLauncher?
    var server: SimRedis?
    var lease: SimLease?
    /// Since when its launchers wait for data that is not here.
    var waitsSince: Int?
    /// Whether they wait for one that must never be master, or that nobody promotes because it lacks what there was.
    var isOutdone = false
    /// The lease that holds the folder's lock: two servers in one folder would ruin it.
    private var lock: SimLease?

    init(
        _ world: World, number: Int, persistence: Passport.Persistence, isNeverMaster: Bool, skew: Int
    ) {
        (self.number, self.persistence, self.skew) = (number, persistence, skew)
        self.isNeverMaster = isNeverMaster
        super.init(world, host: number)
    }

    var address: Int { Names.address(host: host, port: port) }

    /// Now, as this host dates it.
    var clock: Int { 10_000_000 + world.now + skew }

    /// Starts a launcher where nothing runs.
    override func act() -> Int? {
        guard launcher == nil, server == nil, !isLost else { return nil }
        if let lock, lock.holdsLock { return world.dice.roll(300, 1_500) }
        lock = nil
        let launcher = SimLauncher(world, slot: self)
        self.launcher = launcher
        launcher.wake(in: 0)
        return nil
    }

    /// The process ends, and is started again later: on the same port or the next one.
    func kill(restartIn delay: Int, takesLease: Bool, movesOn: Bool) {
        if let server {
            server.end()
            self.server = nil
            world.masterLinkEnded(server.address)
        }
        launcher?.end()
        launcher = nil
        if let lease, !lease.isGone {
            if takesLease {
                lease.end()
            } else {
                lock = lease
                lease.wake(in: world.dice.roll(2, 20))
            }
        }
        lease = nil
        if movesOn { port = (port + 1) % 4 }
        wake(in: delay)
    }

    /// A power failure takes the last of what was written: at most a second's (`appendfsync everysec`).
    func loseUnsynced() {
        guard let place = folder.inPlace.place, persistence == .aof, folder.inPlace.modified > clock - 1_000 else {
            return
        }
        let earlier = world.lines.earlier(place, by: world.dice.below(4))
        folder.inPlace.place = earlier
        folder.inPlace.proven = min(folder.inPlace.proven, earlier.keys)
    }

    /// Its disk is gone, with all that was set aside on it.
    func loseDisk() { folder = Folder() }
}

/// The same for a sentinel. Its identity is that of the slot: a new one takes over the old one's, and
/// always begins with a newly rendered file.
final class SentinelSlot: SimActor {
    let number: Int
    var port = 4
    var launcher: SimSentinelLauncher?
    var sentinel: SimSentinel?
    var lease: SimLease?

    init(_ world: World, number: Int) {
        self.number = number
        super.init(world, host: number)
    }

    var address: Int { Names.address(host: host, port: port) }

    override func act() -> Int? {
        guard launcher == nil, sentinel == nil else { return nil }
        let launcher = SimSentinelLauncher(world, slot: self)
        self.launcher = launcher
        launcher.wake(in: 0)
        return nil
    }

    func kill(restartIn delay: Int, takesLease: Bool, movesOn: Bool) {
        sentinel?.end()
        sentinel = nil
        launcher?.end()
        launcher = nil
        if let lease, !lease.isGone {
            if takesLease { lease.end() } else { lease.wake(in: world.dice.roll(2, 20)) }
        }
        lease = nil
        if movesOn { port = 4 + (port - 3) % 4 }
        wake(in: delay)
    }
}
