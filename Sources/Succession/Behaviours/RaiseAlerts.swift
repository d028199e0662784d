/// Says what is wrong that no repair can safely mend.
struct RaiseAlerts: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        let alerts = [
            snapshot.unusableNodes,
            [
                snapshot.lostMajority, snapshot.lostQuorum, snapshot.missingMaster, snapshot.heldBack, snapshot.dispute,
                snapshot.leftoverWord,
                snapshot.disagreement,
            ].compactMap(\.self),
            snapshot.foreignServers, snapshot.untouchableMasters, snapshot.diskAlerts,
            snapshot.unforgettable.map { sentinel in
                Alert(
                    "unsafe-reset",
                    "sentinel \(sentinel) knows servers that are gone, but a reset is not safe: there would be no quorum "
                        + "without it, or those that are silent may be a majority elsewhere; start more sentinels, "
                        + "then it is reset")
            },
        ]
        return alerts.joined().map(Action.alert)
    }
}

extension Snapshot {
    /// How many nodes are named, each in an alert of its own: somebody may have put thousands below ours.
    private static let namedNodes = 20

    /// Those that stop everything come first.
    fileprivate var unusableNodes: [Alert] {
        let nodes = badNodes.filter(\.isEssential) + badNodes.filter { !$0.isEssential }
        let named = nodes.prefix(Self.namedNodes).map { node in
            Alert("bad-node", "\(node.path) in ZooKeeper can't be used: \(node.reason); repair or delete that node")
        }
        guard nodes.count > named.count else { return named }
        let more = Alert(
            "bad-node",
            "\(nodes.count - named.count) more nodes in ZooKeeper can't be used, beside those that are named; repair or "
                + "delete them")
        return named + [more]
    }

    fileprivate var lostMajority: Alert? {
        if sentinels.isEmpty {
            guard record != nil else { return nil }
            return Alert(
                "no-sentinels", "no sentinel is registered, so nobody replaces a master that fails; start three")
        }
        guard !reachesMajority else { return nil }
        let silent = Set(sentinels.filter { $0.opinion == nil }.map(\.address.description)).sorted()
        let gone = gonePeers.map(\.description).sorted()
        return Alert(
            "sentinel-majority-lost",
            "only \(sentinels.opinions.count) of \(sentinels.electorate) sentinels answer (silent: \(list(silent)); known "
                + "but gone: \(list(gone))), too few to elect who fails over; start the missing ones again, or check the "
                + "network and SENTINEL_PASSWORD")
    }

    fileprivate var lostQuorum: Alert? {
        guard reachesMajority else { return nil }
        let without = sentinels.filter { $0.opinion.map { $0.names != nil && !$0.details.hasQuorum } ?? false }
        guard !without.isEmpty else { return nil }
        let gone = gonePeers.map(\.description).sorted()
        let opinions = without.compactMap(\.opinion)
        let needed = opinions.map(\.details.quorum).max() ?? 0
        // A number that came over the network must not overflow.
        let known = min(opinions.map(\.peers).min() ?? 0, .max - 1) + 1
        let remedy =
            gone.isEmpty
            ? "they know and reach enough of each other, or SENTINEL SET lowers the quorum"
            : "those are forgotten or come back"
        return Alert(
            "no-quorum",
            "\(list(Set(without.map(\.address.description)).sorted())) can't reach a quorum of the sentinels known there "
                + "(\(needed) must agree, \(known) known, gone: \(list(gone))); failover may be impossible until \(remedy)"
        )
    }

    fileprivate var missingMaster: Alert? {
        guard let recorded = record?.address, liveMasters.isEmpty, !answersMaster(recorded) || isStranger(recorded)
        else { return nil }
        let why =
            promotableReplicas(of: recorded).isEmpty
            ? "no live replica of it can be promoted" : "it is not replaced yet"
        return Alert("no-master", "the recorded master \(recorded) \(state(of: recorded)), and \(why)")
    }

    /// Nobody promotes it but Sentinel, until those with more are back or somebody gives that up.
    fileprivate var heldBack: Alert? {
        heldBackSuccessor.map { member, shortfall in
            Alert("behind", "no member answers master, and \(member) is not promoted: \(shortfall)")
        }
    }

    fileprivate var dispute: Alert? {
        guard isDisputed, let id = mark.clusterID else { return nil }
        return Alert(
            "disputed-cluster",
            "the members bear the cluster id \(id), and \(mark.root)/cluster in ZooKeeper has another: it was restored from "
                + "elsewhere, or they were; nobody claims or is changed until its id is set right")
    }

    /// It would let the first launcher of the next outage begin, whatever it lacks.
    fileprivate var leftoverWord: Alert? {
        guard acceptsLoss, isSettled else { return nil }
        return Alert(
            "accept-loss",
            "\(mark.root)/accept-loss is in ZooKeeper although a master answers: the next start after an outage may begin "
                + "without the data that is missing then; delete that node")
    }

    fileprivate var disagreement: Alert? {
        let named = Set(sentinels.opinions.compactMap(\.names))
        guard named.count > 1 || (named.first.map { $0 != record?.address } ?? false) else { return nil }
        return Alert(
            "disagreement",
            "the sentinels name \(list(named.map(\.description).sorted())), ZooKeeper "
                + "\(record.map { "names \($0.address)" } ?? "names nobody")")
    }

    /// Servers of other clusters where servers of ours were.
    fileprivate var foreignServers: [Alert] {
        let known = Set(knownReplicas + liveMembers + [record?.address].compactMap(\.self))
        return known.filter(isStranger).sorted().map { address in
            Alert(
                "stranger",
                "\(address) is no server of this cluster any more, but the sentinels or ZooKeeper still know it; give "
                    + "each cluster ports and a password of its own")
        }
    }

    /// Masters that can't be shown to be ours.
    fileprivate var untouchableMasters: [Alert] { unknownRecordedMaster + unknownSecondMasters }

    /// Whoever took the port of a master that died in a moment: the sentinels, who go by the address, are content with it.
    private var unknownRecordedMaster: [Alert] {
        guard let master = record?.address, answersMaster(master), !isLeased(master), !isStranger(master),
            instances[master]?.mark == .absent
        else { return [] }
        return [
            Alert(
                "unknown-master",
                "the recorded master \(master) has neither a lease nor our mark: another's server may have its port; if so, "
                    + "stop it, and a replica takes its place")
        ]
    }

    private var unknownSecondMasters: [Alert] {
        knownReplicas.filter { $0 != record?.address && answersMaster($0) && !isStranger($0) && !mayBeChanged($0) }.map
        {
            Alert(
                "unknown-master",
                "\($0) answers master and is known as a replica, but has neither a lease nor our mark; it is left alone: "
                    + "make it a replica by hand or stop it")
        }
    }

    private func state(of address: Address) -> String {
        if isStranger(address) { return "is a server of another cluster" }
        switch answer(of: address) {
        case .refused: return "refuses connections"
        case .silent: return "does not answer"
        case .loading: return "is loading its data, or busy with a script"
        case .denied: return "does not let us in (check REDIS_PASSWORD and its maxclients)"
        case .replica(let replication): return "is a replica of \(replication.master.map(\.description) ?? "nobody")"
        case .master, .notRedis: return "is no Redis of ours"
        }
    }

    private func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}
