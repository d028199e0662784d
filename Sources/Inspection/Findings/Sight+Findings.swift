import Succession
import Vocabulary

/// What is wrong with a cluster at this moment.
///
/// First of all what a watcher would raise an alert of, had it lasted: the very behaviours are asked, so that a command
/// and an alert never disagree. Then what only a person is told.
extension Sight {
    /// The heaviest first, else in the order of the watcher's plan.
    public var findings: [Finding] {
        let all =
            lockedOut + [coldStart].compactMap(\.self) + alerts.map(finding(of:)) + missingSentinels
            + [openToOthers, writesRefused, pausing, switching].compactMap(\.self) + watcherFindings + tilted
        return (all + obstacles(beside: all)).enumerated().sorted { one, other in
            one.element.weight == other.element.weight
                ? one.offset < other.offset : one.element.weight > other.element.weight
        }.map(\.element)
    }

    private static let telling = Behaviours.builtIn.filter { !$0.alerts.isEmpty }

    /// Where we lack the sentinels' password, that is all that is known of them.
    private var alerts: [Alert] {
        let alerts = plan(snapshot, by: Self.telling).compactMap(\.alert)
        return sentinelsLockUsOut
            ? alerts.filter { !["sentinel-majority-lost", "sentinel-unreachable"].contains($0.name) } : alerts
    }

    private var sentinelsLockUsOut: Bool {
        !snapshot.sentinels.isEmpty && snapshot.sentinels.allSatisfy { $0.trouble == .denied }
    }

    private func finding(of alert: Alert) -> Finding {
        let isOutage = !mayHaveMaster && Self.outages.contains(alert.name)
        return Finding(
            alert.name, about: alert.subject, isOutage ? .outage : .degraded, alert.text, commands(for: alert))
    }

    /// What is said while clients can't write.
    private static let outages: Set<String> = ["no-master", "behind", "no-record", "empty-root"]

    /// Whoever looks with another password sees next to nothing, and must know why.
    private var lockedOut: [Finding] { [lockedOutByMaster, lockedOutBySentinels].compactMap(\.self) }

    private var lockedOutBySentinels: Finding? {
        guard sentinelsLockUsOut else { return nil }
        let what = snapshot.hasSentinelPassword ? "it is another than theirs" : "it is not set"
        return Finding(
            "locked-out", about: root, .degraded,
            "no sentinel lets us in: set SENTINEL_PASSWORD here as the launchers have it (\(what)), or nothing is known of them"
        )
    }

    private var lockedOutByMaster: Finding? {
        guard let master = snapshot.record?.address, snapshot.answer(of: master) == .denied else { return nil }
        let what = snapshot.hasPassword ? "its password is another than REDIS_PASSWORD" : "REDIS_PASSWORD is not set"
        return Finding(
            "locked-out", about: master.description, .degraded,
            "the recorded master \(master) does not let us in: \(what), or its ACLs, its protected-mode or its maxclients keep us "
                + "out; set REDIS_PASSWORD and REDIS_USERNAME as its launcher has them")
    }

    /// As the watcher's alert of the same name: no watch of ZooKeeper tells of a changed ACL, so no behaviour sees it.
    private var openToOthers: Finding? {
        exposed.first.map { node in
            Finding(
                "bad-acl", about: root, .degraded,
                "no server is attached or switched over, no sentinel is pointed back, and nobody that is behind is promoted, because "
                    + "\(node.path) in ZooKeeper \(node.reason)")
        }
    }

    /// A master may answer, and take no write all the same.
    private var writesRefused: Finding? {
        guard let master = snapshot.record?.address, snapshot.answersMaster(master), let facts = servers[master] else {
            return nil
        }
        let why: String?
        if facts.info["aof_last_write_status"] == "err" {
            why = "it could not write its log (MISCONF); see its disk and its log"
        } else if facts.info["rdb_last_bgsave_status"] == "err" {
            why =
                "its last snapshot failed, which stops writes unless stop-writes-on-bgsave-error is no (MISCONF); see its disk and its log"
        } else if let good = facts.number("min_slaves_good_slaves"),
            good < facts.wantedReplicas ?? 1
        {
            why =
                "fewer replicas are linked and close behind than min-replicas-to-write wants (NOREPLICAS); start replicas"
        } else if let limit = facts.memoryLimit, let used = facts.usedMemory, used > limit,
            facts.info["maxmemory_policy"] == "noeviction"
        {
            why = "its memory is full (OOM); raise maxmemory, or delete keys"
        } else {
            why = nil
        }
        return why.map {
            Finding(
                "writes-refused", about: master.description, .outage, "the master \(master) refuses writes: \($0)")
        }
    }

    private var pausing: Finding? {
        guard let pause else { return nil }
        let who = pause.who.map { " by \($0)" } ?? ""
        let since = pause.since.map { " since \($0)" } ?? ""
        let until = pause.until.map { "until \($0)" } ?? "until somebody ends it"
        return Finding(
            "paused", about: "\(root)/paused", .degraded,
            "paused\(since)\(who), \(until): \(pause.why ?? "no reason is given"); no watcher replaces a crashed master or repairs "
                + "anything meanwhile, only Sentinel does", ["interrex resume"])
    }

    private var switching: Finding? {
        guard let request = snapshot.switchover, request.state == nil || request.state == .running else { return nil }
        let who = request.who.map { " by \($0)" } ?? ""
        let what = request.state == nil ? "was asked for\(who) and is not begun yet" : "asked for\(who) is under way"
        return Finding(
            "switchover", about: "\(root)/switchover", .note, "a switchover that \(what) (id \(request.id))", [])
    }

    private var watcherFindings: [Finding] {
        guard !watchers.isEmpty else {
            return [
                Finding(
                    "no-watcher", about: "\(root)/watchers", .degraded,
                    "no watcher is registered: a crash is left to the sentinels, which takes seconds, and \(root)/master does not "
                        + "follow; start two", ["interrex-watcher"])
            ]
        }
        let isLast = watchers.allSatisfy { $0.answers == false }
        return watchers.filter { $0.answers == false }.map { watcher in
            Finding(
                "watcher-silent", about: watcher.address.description, isLast ? .degraded : .note,
                "the watcher \(watcher.address) is registered and does not answer HTTP from here: it has just ended, is frozen, or a "
                    + "network is in between", ["curl http://\(watcher.address)/livez"])
        }
    }

    private var tilted: [Finding] {
        sentinels.filter(\.value.isInTilt).keys.sorted().map { address in
            Finding(
                "sentinel-tilt", about: address.description, .degraded,
                "the sentinel \(address) is in TILT: its clock jumped or it was frozen, and it takes part in no failover for 30 s"
            )
        }
    }

    /// Why nobody would take the master's place, where nothing else says so.
    private func obstacles(beside others: [Finding]) -> [Finding] {
        let unrelated: Set = ["paused", "no-watcher", "watcher-silent", "sentinel-missing"]
        guard !others.contains(where: { $0.weight > .note && !unrelated.contains($0.name) }) else { return [] }
        return snapshot.failoverObstacles.map { Finding("no-failover", about: root, .degraded, $0) }
    }
}
