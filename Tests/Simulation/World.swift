import Succession
import Vocabulary

/// Everything that there is, and its time: a virtual clock in milliseconds, moved by the next step of whoever is due.
final class World {
    let seed: UInt64
    let mutant: Mutant?
    let isTracing: Bool
    var dice: Dice
    private(set) var now = 0
    private(set) var steps = 0
    var schedule = Schedule()
    var zk = SimZooKeeper()
    var lines = Lines()
    var tally = Tally()
    private(set) var trace = Trace()
    private(set) var promises: Promises!

    private(set) var slots: [Slot] = []
    private(set) var sentinelSlots: [SentinelSlot] = []
    private(set) var watchers: [SimWatcher] = []
    var redisAt = [SimRedis?](repeating: nil, count: Names.addresses)
    var sentinelAt = [SimSentinel?](repeating: nil, count: Names.addresses)
    /// Which host's packets do not reach which other host.
    var cuts = [Bool](repeating: false, count: Names.hosts * Names.hosts)
    /// One in so many calls of ZooKeeper loses its request or its reply; 0: none.
    var lossOdds = 0
    /// Whether a foreign Redis answers, and whether four false sentinels are registered that name it. They pass for
    /// real ones: what holds must hold also where a majority of those that are believed is false.
    var (isForeignUp, lies) = (false, false)
    /// Whether a loss of ZooKeeper's data has left servers with the marks of two clusters: strangers to each other, of
    /// whom nothing is promised.
    var isSplit = false
    /// In one seed of five, in place of all other faults.
    private(set) var outage: Outage?
    private var clusters = 0
    private var tokens = 0
    private var clocks: [SimActor] = []

    init(seed: UInt64, mutant: Mutant? = nil, isTracing: Bool = false) {
        (self.seed, self.mutant, self.isTracing) = (seed, mutant, isTracing)
        dice = Dice(seed: seed)
        promises = Promises(self)
        zk.clockRate = dice.roll(900, 1_100)
        for number in 0..<Names.servers {
            let persistence: Passport.Persistence = [.rdb, .aof, .aof, .none][dice.below(4)]
            // In every other seed the hosts' clocks are up to an hour apart.
            let skew = seed % 2 == 0 ? dice.roll(-3_600_000, 3_600_000) : 0
            // In one seed of six somebody is never to be master.
            let isNeverMaster = seed % 6 == 4 && number == Names.servers - 1
            slots.append(
                Slot(self, number: number, persistence: persistence, isNeverMaster: isNeverMaster, skew: skew))
            sentinelSlots.append(SentinelSlot(self, number: number))
        }
        watchers = Names.watcherHosts.indices.map { SimWatcher(self, number: $0) }
        clocks = [SessionClock(self, host: Names.zooKeeper), Writer(self, host: 0)]
        if seed % 7 == 3 { clocks.append(Liars(self, host: 0)) }
        if seed % 5 == 0 { outage = Outage(self, host: 0) }
        clocks.append(outage ?? Faults(self))
        clocks.append(Operator(self, host: 0))
        clocks.append(Asker(self, host: 0))
        for slot in slots { slot.wake(in: dice.roll(0, 400)) }
        for slot in sentinelSlots { slot.wake(in: dice.roll(0, 2_000)) }
        for actor in watchers + clocks { actor.wake(in: dice.roll(0, 1_000)) }
    }

    /// One step of whoever is due.
    func step() {
        while let entry = schedule.next() {
            guard !entry.actor.isGone, entry.ticket == entry.actor.ticket else { continue }
            now = entry.time
            if entry.actor.isPaused {
                entry.actor.wasDue = true
                continue
            }
            steps += 1
            if let delay = entry.actor.act(), !entry.actor.isGone, entry.actor.ticket == entry.ticket {
                schedule.add(entry.actor, at: now + delay)
            }
            promises.check()
            return
        }
    }

    func note(_ text: () -> String) { if isTracing { trace.add(text(), at: now) } }

    func newCluster() -> Int {
        clusters += 1
        return clusters
    }

    func newToken() -> Int {
        tokens += 1
        return tokens
    }

    /// A master was recorded: its data is of that reign from here on.
    func crown(_ master: Address, _ cluster: ClusterRecord) {
        guard let server = redisAt[Names.id(master)] else { return }
        lines.crown(server.place.line, cluster.epoch)
    }

    // MARK: Network

    func passes(_ from: Int, _ to: Int) -> Bool { from == to || !cuts[from * Names.hosts + to] }
    func converse(_ one: Int, _ other: Int) -> Bool { passes(one, other) && passes(other, one) }

    // MARK: Watchers' events

    func wakeWatchers() {
        for watcher in watchers where !watcher.isGone && !watcher.isPaused {
            if watcher.isResting, dice.once(in: 2) { watcher.wake(in: dice.roll(1, 20)) }
        }
    }

    /// A server's process ended: who is connected to it hears of it, and new connections are refused.
    func masterLinkEnded(_ address: Int) {
        for watcher in watchers where converse(watcher.host, Names.host(of: address)) {
            guard watcher.view?.master?.address == address else { continue }
            watcher.crashed = address
            if watcher.isResting, !watcher.isPaused { watcher.wake(in: dice.roll(52, 90)) }
        }
    }

    /// The launchers' and the leases' watches on `/redis/master` fire.
    func masterChanged() {
        wakeWatchers()
        for launcher in slots.compactMap(\.launcher) { launcher.masterChanged() }
        for lease in slots.compactMap(\.lease) where !lease.isGone && !lease.isPaused {
            if passes(Names.zooKeeper, lease.host) { lease.wake(in: dice.roll(1, 30)) }
        }
    }

    // MARK: The end of faults

    /// Nobody is down, paused or cut off, and ZooKeeper, every sentinel and every `ROLE` agree (promise 5).
    var isSettled: Bool {
        guard let master = zk.master?.address, let leader = redisAt[master], leader.isMaster, !leader.isLoading,
            zk.members.count == slots.count(where: { $0.lease?.isGone == false }),
            zk.sentinels.count == sentinelSlots.count(where: { $0.lease?.isGone == false })
        else { return false }
        for slot in sentinelSlots {
            guard let sentinel = slot.sentinel, sentinel.names == master, sentinel.failover == .none else {
                return false
            }
        }
        for slot in slots {
            guard let server = slot.server else {
                if slot.isLost { continue }
                return false
            }
            // Whoever has lost its lease and its master is known to nobody any more.
            if slot.lease?.isGone ?? true { continue }
            guard server === leader || server.master == master && server.isLinked else { return false }
        }
        return true
    }
}
