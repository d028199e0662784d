/// What a scheduler (Marathon, Nomad) keeps alive: one redis-server on one host, started again after it ends.
final class Slot: SimActor {
    let number: Int
    var port = 0
    var disk: Disk?
    /// Its host is lost: nothing starts here any more.
    var isLost = false
    /// How this server keeps its data; nil: no persistence.
    let keepsID: Bool?
    var launcher: SimLauncher?
    var server: SimRedis?
    var lease: SimLease?

    init(_ world: World, number: Int, keepsID: Bool?) {
        (self.number, self.keepsID) = (number, keepsID)
        super.init(world, host: number)
    }

    var address: Int { Names.address(host: host, port: port) }

    /// Starts a launcher where nothing runs.
    override func act() -> Int? {
        guard launcher == nil, server == nil, !isLost else { return nil }
        let launcher = SimLauncher(world, slot: self)
        self.launcher = launcher
        launcher.wake(in: 0)
        return nil
    }

    /// The process ends, and is started again later: on the same port or the next one, with its data or an older copy
    /// of it.
    func kill(restartIn delay: Int, takesLease: Bool, movesOn: Bool, lostKeys: Int?) {
        if let server {
            if let damaged = server.damaged {
                disk = damaged
            } else if let keepsID, server.holdsKeys, let lostKeys {
                let place = world.lines.earlier(server.place, by: lostKeys)
                let bearsID = keepsID && (server.master != nil || server.previous != nil || place.keys > 3)
                disk =
                    place.keys > 0 ? Disk(place: place, bearsID: bearsID, modified: world.lines.lastWrite(place)) : nil
            } else {
                disk = nil
            }
            server.end()
            self.server = nil
            world.masterLinkEnded(server.address)
        }
        launcher?.end()
        launcher = nil
        if let lease, !lease.isGone {
            if takesLease { lease.end() } else { lease.wake(in: world.dice.roll(2, 20)) }
        }
        lease = nil
        if movesOn { port = (port + 1) % 4 }
        wake(in: delay)
    }
}

/// The same for a sentinel. Its identity is that of the slot: a new one takes over the old one's (DESIGN.md 4), and
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
