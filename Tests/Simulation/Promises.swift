import Succession
import Vocabulary

/// The promises of docs/promises.md that hold at every moment, judged by what truly was: by ZooKeeper's own order of
/// writes and by what everybody truly answered, never by the words of the product.
final class Promises {
    unowned let world: World
    /// What was broken, in the order in which it was.
    private(set) var broken: [String] = []
    private var lastMaster: SimZooKeeper.Master?
    private var lastWipes = 0
    private var lastEpoch = 0
    /// When `/redis/master` or the epoch last changed.
    private(set) var lastChange = 0
    /// Whom `/redis/master` named when each member's node was created.
    private var named: [Int: Int] = [:]
    /// Servers that came up as master after their session was over and another was recorded: their lease ends them.
    private var overtaken: [SimRedis] = []

    init(_ world: World) { self.world = world }

    func fail(_ promise: Int, _ text: String) {
        broken.append("promise \(promise): \(text)")
        world.note { "BROKEN promise \(promise): \(text)" }
    }

    /// What holds whatever happened.
    func check() {
        if world.zk.wipes == lastWipes, let last = lastMaster {
            if let master = world.zk.master {
                if master != last, master.version != last.version + 1 {
                    fail(2, "/redis/master went from version \(last.version) to \(master.version)")
                }
            } else {
                fail(2, "/redis/master was deleted")
            }
        }
        if world.zk.wipes != lastWipes { lastEpoch = 0 }
        if let master = world.zk.master, let epoch = world.zk.cluster?.record.epoch {
            if lastMaster != master || world.zk.wipes != lastWipes {
                if epoch <= lastEpoch {
                    fail(2, "\(shown(master)) was recorded under epoch \(epoch), after \(lastEpoch)")
                }
            } else if epoch < lastEpoch {
                fail(2, "the epoch fell from \(lastEpoch) to \(epoch)")
            }
            if epoch > lastEpoch { lastChange = world.now }
            lastEpoch = max(epoch, lastEpoch)
        }
        if lastMaster != world.zk.master { lastChange = world.now }
        (lastMaster, lastWipes) = (world.zk.master, world.zk.wipes)
        if world.steps % 64 == 0 { prove() }
        for slot in world.slots where slot.isNeverMaster && slot.server?.isMaster ?? false {
            fail(5, "\(slot.server?.name ?? "") is master, whose settings say never")
        }
        if world.steps % 32 == 0, !world.zk.isConsistent { fail(6, "an ephemeral node outlived its session") }
    }

    /// When all is quiet again.
    func checkAtEnd() {
        for server in overtaken where !server.isGone && server.isMaster && world.zk.master?.address != server.address {
            // A lease that was killed itself ends nobody.
            guard let lease = server.slot.lease, !lease.isGone else { continue }
            fail(1, "\(server.name) was overtaken before exec and its lease let it go on")
        }
        guard let master = world.zk.master.flatMap({ world.redisAt[$0.address] }) else { return }
        let more = world.slots.flatMap(\.folder.copies).filter { copy in
            guard let place = copy.place else { return false }
            return copy.proven > world.lines.shared(place, master.place) + 3
        }
        if !more.isEmpty { world.tally.leftAside += 1 }
        let freshest = world.tally.accepted > 0 ? world.outage?.freshestToLead : world.outage?.freshest
        guard let outage = world.outage, let freshest else { return }
        world.tally.keptOutages += 1
        let kept = world.lines.shared(master.place, freshest)
        if kept + Self.lastSecond < freshest.keys {
            fail(4, "\(outage.kind): \(master.name) has \(kept) of \(freshest.keys) keys that were on a disk in time")
        }
    }

    // MARK: Starts

    func claimed(_ write: MasterWrite, on truth: StartTruth, by launcher: SimLauncher) {
        world.tally.claims += 1
        if write.before != truth.view.master || write.wipes != truth.view.wipes {
            fail(2, "\(launcher.name) wrote over \(shown(write.before)), which it had not read")
        }
        compare(truth, by: launcher)
        if let majority = Self.majority(of: truth.sentinels), majority != Names.address(write.after.address),
            let instance = truth.instances[majority], Self.isMaster(instance), isOfOurs(instance, truth.view)
        {
            fail(1, "\(launcher.name) claimed beside \(majority), which a majority names and which answers master")
        }
        guard let before = truth.view.master, before.address != write.after.address else { return }
        if truth.view.members.contains(before.address) {
            fail(1, "\(launcher.name) claimed although the recorded \(shown(before)) held its lease")
        }
        let instance = truth.instances[Names.address(before.address)]
        guard instance.map({ isOfOurs($0, truth.view) }) ?? true else { return }
        switch instance?.answer {
        case .master, .loading, .replica: fail(2, "\(launcher.name) replaced \(shown(before)), which answers")
        default: break
        }
    }

    /// Whoever claims has data as fresh as that of all who stood: judged by the writes themselves, as far as no later
    /// reign goes before them, nor a position before one that is not known: that of a server that ran without its
    /// lease.
    private func compare(_ truth: StartTruth, by launcher: SimLauncher) {
        let mine = truth.disk
        for candidate in truth.view.candidates {
            guard let theirs = candidate.disk, let place = theirs.place, theirs.holdsData else { continue }
            // What only one has that must never be master, a person may have given up.
            if !candidate.mayLead, truth.view.acceptsLoss { continue }
            let name = Names.address(candidate.address)
            guard let own = mine.place, mine.holdsData else {
                return fail(4, "\(launcher.name) claimed with nothing beside \(name), which has data")
            }
            if mine.isDamaged != theirs.isDamaged {
                if mine.isDamaged { fail(4, "\(launcher.name) claimed with damaged data beside \(name)") }
            } else if candidate.freshness.position != nil, place.keys > own.keys + Self.lastSecond,
                world.lines.shared(place, own) == own.keys,
                world.lines.reign(of: place) >= world.lines.reign(of: own)
            {
                fail(4, "\(launcher.name) claimed with \(own.keys) of the \(place.keys) keys of \(name)")
            }
        }
    }

    /// A start's transaction took effect.
    func committed(_ node: Int, naming address: Int?) { if let address { named[node] = address } }

    func startsAsMaster(_ server: SimRedis, node: Int, wasClaim: Bool) {
        world.tally.masterStarts += 1
        if named[node] != server.address {
            fail(1, "\(server.name) starts as master, but neither was it named nor did it win the write")
        }
        if !world.zk.members.contains(where: { $0.node == node }), let master = world.zk.master,
            master.address != server.address
        {
            overtaken.append(server)
        }
    }

    // MARK: Data

    /// A full synchronisation is about to replace what a replica holds.
    func willDrop(_ replica: SimRedis, for master: SimRedis) {
        guard replica.holdsKeys else { return }
        let shared = world.lines.shared(replica.place, master.place)
        guard shared < replica.place.keys else { return }
        switch replica.cause {
        case .sentinel: world.tally.dropsBySentinel += 1
        case .watcher: world.tally.dropsByWatcher += 1
        case .launch:
            world.tally.dropsByLaunch += 1
            // A master that came up empty at an address that others follow empties them
            // (`an-empty-master-empties-its-replicas` in docs/facts.md).
            if master.cause == .launch, master.isMaster, master.start.isEmpty, shared == 0,
                master.start.view.members.contains(replica.address),
                master.start.instances[Names.address(replica.address)].map(Self.holdsData) ?? false
            {
                fail(4, "\(master.name) started empty although it saw the data of \(replica.name), which is emptied")
            } else if !world.lines.areRelated(replica.place, master.place), !replica.wasLinked, master.isMaster,
                master.startedBefore(replica)
            {
                fail(4, "\(replica.name) was started on \(master.name), with which it shares nothing, and is emptied")
            } else if shared == 0, !master.isMaster {
                // A server was started as another's replica at an address that this one still follows.
                world.tally.dropsByChain += 1
            }
        }
    }

    /// Whether a server bears the id of the recorded cluster. A launcher that looks just after a loss of all of
    /// ZooKeeper's data founds another cluster, and takes the servers of the first for strangers from then on.
    func isOfOurs(_ instance: Instance, _ view: ZKView) -> Bool {
        guard case .mark(let mark) = instance.mark, let id = mark.clusterID, let cluster = view.cluster else {
            return true
        }
        return Names.cluster(id) == cluster.id
    }

    /// Whether a majority of all sentinels names the master at the upper end of this server's replication.
    private func isChosen(_ server: SimRedis) -> Bool {
        var (server, depth) = (server, 0)
        while let next = server.master.flatMap({ world.redisAt[$0] }), depth < Names.servers {
            (server, depth) = (next, depth + 1)
        }
        return world.sentinelSlots.count(where: { $0.sentinel?.names == server.address }) * 2 > Names.servers
    }

    // MARK: Words of what was truly answered

    static func isMaster(_ instance: Instance?) -> Bool {
        if case .master? = instance?.answer { true } else { false }
    }

    static func holdsData(_ instance: Instance) -> Bool {
        switch instance.answer {
        case .master(let history): history.holdsKeys
        case .replica(let replication): replication.history.holdsKeys
        default: false
        }
    }

    /// Whom more than half of all sentinels name: all that are registered, and all that any of them knows.
    static func majority(of reports: Sentinels) -> Address? {
        let opinions = reports.compactMap(\.opinion)
        let electorate = max(reports.count, 1 + (opinions.map(\.peers).max() ?? 0))
        for opinion in opinions {
            guard let named = opinion.names else { continue }
            if opinions.count(where: { $0.names == named }) * 2 > electorate { return named }
        }
        return nil
    }

    func shown(_ master: SimZooKeeper.Master?) -> String {
        master.map { "\(Names.address($0.address)) v\($0.version)" } ?? "nobody"
    }
}
