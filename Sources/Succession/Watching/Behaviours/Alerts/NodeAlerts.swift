import Vocabulary

/// What is wrong with the nodes in ZooKeeper themselves.
struct NodeAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.badNode, .emptyRoot, .noRecord, .disputedCluster, .acceptLoss] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        (snapshot.unusableNodes
            + [snapshot.nothingThere, snapshot.nothingRecorded, snapshot.dispute, snapshot.leftoverWord].compactMap(
                \.self)).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let badNode = standingOnAnswers("bad-node")
    fileprivate static let noRecord = standingOnAnswers("no-record", isUrgent: true)
    fileprivate static let disputedCluster = standingOnAnswers("disputed-cluster", isUrgent: true)
    fileprivate static let acceptLoss = standingOnAnswers("accept-loss")

    /// There is nothing to watch.
    public static let emptyRoot = standingOnAnswers("empty-root")
}

extension Snapshot {
    /// Nothing was ever begun below this root, and nobody is there: it is new, or misspelt.
    public var isEmptyRoot: Bool { record == nil && cluster == nil && isDeserted && badNodes.isEmpty }

    private var isDeserted: Bool { members.isEmpty && sentinels.isEmpty }

    /// Those that stop everything come first.
    fileprivate var unusableNodes: [Alert] {
        let nodes = badNodes.filter(\.isEssential) + badNodes.filter { !$0.isEssential }
        let named = nodes.prefix(Self.namedAlerts).map { node in
            // What can't be read is not overwritten either.
            let until =
                node.isEssential ? ": until then nothing is recorded, and only Sentinel's own failover is left" : ""
            var alert = Alert(
                .badNode, about: node.path,
                "\(node.path) in ZooKeeper can't be used: \(node.reason); repair or delete that node\(until)")
            alert.isUrgent = node.isEssential
            return alert
        }
        guard nodes.count > named.count else { return named }
        let more = Alert(
            .badNode, about: mark.root,
            "\(nodes.count - named.count) more nodes in ZooKeeper can't be used, beside those that are named; repair or "
                + "delete them")
        return named + [more]
    }

    fileprivate var nothingThere: Alert? {
        guard isEmptyRoot else { return nil }
        return Alert(
            .emptyRoot, about: mark.root, after: .seconds(5),
            "there is nothing below \(mark.root) in ZooKeeper: no master, no member, no sentinel, so nothing is watched "
                + "there; start the cluster, or set ZK_ROOT (and the chroot of ZK_HOSTS) as the launchers have it")
    }

    /// A cold start may take a minute, and has waiting lines of its own.
    fileprivate var nothingRecorded: Alert? {
        guard record == nil, !isEmptyRoot, !badNodes.contains(where: \.isEssential) else { return nil }
        let there =
            isDeserted
            ? "nobody is there" : "there are \(liveMembers.count) members and \(registeredSentinels.count) sentinels"
        return Alert(
            .noRecord, about: mark.root, after: .seconds(10),
            "no master is recorded in \(mark.root)/master, and \(there); see what the launchers of redis wait for, or start one"
        )
    }

    fileprivate var dispute: Alert? {
        guard isDisputed, let id = mark.clusterID else { return nil }
        return Alert(
            .disputedCluster, about: mark.root,
            "the members bear the cluster id \(id), and \(mark.root)/cluster in ZooKeeper has another: it was restored from "
                + "elsewhere, or they were; nobody claims or is changed until its id is set right")
    }

    /// It would let the first launcher of the next outage begin, whatever it lacks.
    fileprivate var leftoverWord: Alert? {
        guard acceptsLoss, isSettled else { return nil }
        return Alert(
            .acceptLoss, about: mark.root,
            "\(mark.root)/accept-loss is in ZooKeeper although a master answers: the next start after an outage may begin "
                + "without the data that is missing then; delete that node")
    }
}
