import Succession
import Vocabulary

/// What a watcher was truly told in its last look, and since when a majority has told it the same.
struct Evidence {
    private(set) var view: ZKView?
    private(set) var reports: Sentinels = []
    var instances: [Address: Instance] = [:]
    /// The master that this watcher itself has recorded since.
    var recorded: Address?
    private var agreed: (address: Address, since: Int)?
    private var last = 0

    mutating func note(
        _ view: ZKView, _ reports: Sentinels, _ instances: [Address: Instance], at now: Int
    ) {
        (self.view, self.reports, self.instances, recorded) = (view, reports, instances, nil)
        let majority = Promises.majority(of: reports)
        if majority != agreed?.address || now - last > 30_000 { agreed = majority.map { ($0, now) } }
        last = now
    }

    func agreementTime(on address: Address) -> Int {
        guard let agreed, agreed.address == address else { return -1 }
        return last - agreed.since
    }
}

/// What watchers may do (promises 2, 3, 4, 6 and 7).
extension Promises {
    func recorded(_ write: MasterWrite, _ recording: Recording, on truth: Evidence, by watcher: SimWatcher) {
        world.tally.records[recording.evidence.rawValue, default: 0] += 1
        guard let view = truth.view else { return fail(2, "\(watcher.name) recorded without a look") }
        if write.before != view.master || write.wipes != view.wipes {
            fail(2, "\(watcher.name) wrote over \(shown(write.before)), which it had not read")
        }
        if isNobodys(recording.master, in: truth) {
            fail(4, "\(watcher.name) recorded \(recording.master), for which there is but the word of sentinels")
        }
        if !Self.isMaster(truth.instances[recording.master]) {
            fail(3, "\(watcher.name) recorded \(recording.master), which did not answer master")
        }
        if [.promoted, .succession].contains(recording.evidence), !view.acceptsLoss,
            let server = world.redisAt[write.after.address]
        {
            var start = StartTruth(view: view)
            start.instances = truth.instances
            begins(with: server.place, on: start, watcher.name)
        }
        guard let before = write.before, before.address != write.after.address,
            let instance = truth.instances[Names.address(before.address)], Self.isMaster(instance),
            isOfOurs(instance, view)
        else { return }
        let epochs = truth.reports.compactMap(\.opinion).filter { opinion in
            opinion.names == recording.master && opinion.epoch > view.cluster?.record.sentinelEpoch ?? .max
        }
        let electorate = max(
            truth.reports.count, 1 + (truth.reports.compactMap(\.opinion).map(\.peers).max() ?? 0))
        let isAtHigherEpoch = epochs.count * 2 > electorate
        if Self.majority(of: truth.reports) != recording.master
            || !isAtHigherEpoch && truth.agreementTime(on: recording.master) < 10_000
        {
            fail(2, "\(watcher.name) replaced \(shown(before)), which answers master, by \(recording.master)")
        }
    }

    /// In a switchover the old master is about to follow the new one: what it has must be there.
    func handsOver(_ old: SimRedis, to heir: SimRedis, by watcher: SimWatcher) {
        let shared = world.lines.shared(old.place, heir.place)
        if shared < old.place.keys {
            fail(4, "\(watcher.name) hands \(shared) of \(old.place.keys) keys of \(old.name) over to \(heir.name)")
        }
    }

    /// What a read said of a record whose reply was lost.
    func confirmed(_ isOurs: Bool, _ write: MasterWrite?, by watcher: SimWatcher) {
        world.tally.ambiguousRecords += 1
        if isOurs, write == nil { fail(7, "\(watcher.name) took another's record for its own") }
    }

    /// ZooKeeper has just confirmed the lead.
    func fenced(_ watcher: SimWatcher) {
        guard let node = watcher.node, world.zk.watchers.map(\.node).min() == node else {
            return fail(6, "\(watcher.name) passed the fence without leading")
        }
    }

    func watcherCommands(_ action: Action, on truth: Evidence, by watcher: SimWatcher) {
        pointsNobody(action, on: truth, by: watcher)
        switch action {
        case .attach(_, let master):
            world.tally.repairs += 1
            if Self.majority(of: truth.reports) != master && truth.recorded != master
                || !Self.isMaster(truth.instances[master])
            {
                fail(4, "\(watcher.name) attached to \(master), which nobody has decided for or which is no master")
            }
        case .announce(let announcement):
            let isRecorded =
                world.zk.master?.address == Names.id(announcement.master)
                && world.zk.cluster?.record.configurationEpoch == announcement.epoch
            // It was right at the fence, which may lie behind for as long as that holds.
            if !isRecorded, world.now - lastChange > Times.fence {
                fail(6, "\(watcher.name) announced \(announcement.master), which is not what is recorded")
            }
        case .succeed(let member), .promote(let member):
            if let view = truth.view, !world.hasTwoClusters,
                truth.instances.values.contains(where: { Self.isMaster($0) && isOfOurs($0, view) })
            {
                fail(2, "\(watcher.name) promoted \(member) beside a master")
            }
        case .repoint, .reset, .configure: world.tally.repairs += 1
        default: break
        }
    }

    /// A watcher forces a failover: no other may have promoted a replica. (An election, which needs the votes of those
    /// that the watcher has asked, ends without one.)
    func willForce(_ sentinel: SimSentinel) {
        world.tally.forced += 1
        for slot in world.sentinelSlots {
            guard let other = slot.sentinel, other !== sentinel, other.failover != .none, other.failover != .election
            else { continue }
            fail(6, "a failover was forced on \(sentinel.name) while \(other.name) had one (\(other.failover))")
        }
    }

    /// A sentinel begins to promote: beside a forced failover that would be a second one.
    func sentinelPromotes(_ replica: Int, by sentinel: SimSentinel) {
        guard !sentinel.isForced else { return }
        for slot in world.sentinelSlots {
            guard let other = slot.sentinel, other !== sentinel, other.isForced, other.failover != .none else {
                continue
            }
            world.tally.overlaps += 1
        }
    }

    /// A failover has its epoch: with another's equal one they would never agree again (`equal-epochs-never-meet` in
    /// docs/facts.md).
    func sentinelNames(_ replica: Int, by sentinel: SimSentinel) {
        for slot in world.sentinelSlots {
            guard let other = slot.sentinel, other !== sentinel, other.configEpoch == sentinel.configEpoch,
                other.names != sentinel.names, other.names != nil
            else { continue }
            world.tally.equalEpochs += 1
        }
    }
}
