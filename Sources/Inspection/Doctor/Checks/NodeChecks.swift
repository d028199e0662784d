import Succession
import Vocabulary

/// What is in ZooKeeper: who may change it, and what is there that should not be.
extension Checks {
    static let nodes: [any Check] = [
        zooKeeperUser, zooKeeperACLs, zooKeeperNodes, staleNodes, spareIdentities, waitingLaunchers, leases, pause,
        switchover, acceptedLoss,
    ]

    private static let cli = "zkCli.sh -server \"$ZK_HOSTS\""

    /// A wrong user reads what is there and believes none of it.
    private static func belongsToOthers(_ node: BadNode) -> Bool {
        node.reason.contains("another user") || node.reason.contains("somebody else made it")
    }

    private static func isOpen(_ node: BadNode) -> Bool { node.reason.contains("its ACL gives ") }

    private static let zooKeeperUser = ClusterCheck(
        "zookeeper-user", "whether the cluster's nodes belong to the user of ZK_AUTH", needsCluster: false
    ) { evidence in
        if let trouble = evidence.trouble, trouble.isDenial { return [.fail("ZK_AUTH", trouble.text)] }
        let others = evidence.badNodes.filter(belongsToOthers)
        guard let first = others.first else { return [] }
        var result = CheckResult.fail(
            first.path,
            "\(others.count == 1 ? "it belongs" : "it and \(others.count - 1) more nodes belong") to another user than "
                + "that of ZK_AUTH, so nothing in it is believed; set ZK_AUTH as the launchers have it",
            fix: "\(cli) getAcl \(first.path.quotedForShell)"
        ).telling("bad-node")
        result.subject = first.path
        return [result]
            + others.dropFirst().map { .fail($0.path, "it belongs to another user, too").telling("bad-node") }
    }

    private static let zooKeeperACLs = ClusterCheck(
        "zookeeper-acl", "whether nobody else may change the cluster's nodes", alerts: ["bad-acl"]
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        let open = evidence.badNodes.filter { isOpen($0) && !belongsToOthers($0) }
        let remedy = [
            "\(cli)", "addauth digest USER:PASSWORD", "setAcl -R \(evidence.root) auth::cdrwa,world:anyone:r",
        ]
        if !open.isEmpty {
            return open.map { node in
                CheckResult(
                    .fail, node.path,
                    "everybody may change it, though ZK_AUTH is set: whoever does owns the data, and nobody is "
                        + "attached or switched over on its word", fix: remedy
                ).telling("bad-node")
            }
        }
        guard !evidence.hasZooKeeperUser, snapshot.hasPassword || snapshot.hasSentinelPassword, !evidence.isForTrial
        else { return [] }
        return [
            .warn(
                "ZK_AUTH",
                "it is not set, though there are passwords for Redis: whoever can write to ZooKeeper can register a "
                    + "server, is told them, and owns the data; set it for all processes, and give the nodes to its "
                    + "user (operations.md)"
            )
        ]
    }

    private static let zooKeeperNodes = ClusterCheck(
        "nodes", "whether what is in ZooKeeper can be used", alerts: ["bad-node", "empty-root", "disputed-cluster"])

    private static let staleNodes = ClusterCheck(
        "stale-nodes", "whether every registration goes with its server"
    ) { evidence in
        let kinds = [("server", evidence.nodes.members), ("sentinel", evidence.nodes.sentinels)]
        return kinds.flatMap { kind, nodes in
            nodes.sorted { $0.key < $1.key }.map { path, address in
                .warn(
                    path,
                    "it names the \(kind) \(address) and is not ephemeral: it stays when that one ends, and clients go "
                        + "there; another tool wrote it", fix: "\(cli) delete \(path.quotedForShell)")
            }
        }
    }

    private static let spareIdentities = ClusterCheck(
        "identities", "whether a sentinel uses each identity"
    ) { evidence in
        // One that has just ended is told of among its peers, and takes its identity again.
        let gone = evidence.snapshot?.gonePeers ?? []
        return evidence.nodes.identities.filter { !gone.contains($0.value) }.sorted { $0.key < $1.key }.map {
            path, address in
            .warn(
                path,
                "no sentinel uses this identity, last that of \(address): the next one that starts takes it; where "
                    + "there are to be fewer, delete it", fix: "\(cli) delete \(path.quotedForShell)")
        }
    }

    private static let waitingLaunchers = ClusterCheck(
        "candidates", "whether no launcher waits in vain"
    ) { evidence in
        guard let sight = evidence.sight else { return [] }
        guard let master = evidence.master, sight.snapshot.answersMaster(master) else {
            return sight.coldStart.map { [CheckResult(.fail, $0.subject, $0.text, fix: $0.commands)] } ?? []
        }
        return Set(sight.candidates.map(\.address)).sorted().map { address in
            .warn(
                address.description,
                "its launcher waits as in a cold start, though \(master) answers as master: it does not reach that "
                    + "one, or is not let in; see what it says on its standard error", fix: "\(master.cli) PING")
        }
    }

    private static let leases = ClusterCheck(
        "leases", "whether a lease lives beside each server and each sentinel", alerts: ["no-lease"])

    private static let day = 86_400.0

    private static let pause = ClusterCheck(
        "pause", "whether the cluster is not paused, or not for long"
    ) { evidence in
        guard let sight = evidence.sight, let pause = sight.pause else { return [] }
        let who = (pause.who.map { " by \($0)" } ?? "") + (pause.why.map { " (\($0))" } ?? "")
        let (began, end) = (evidence.nodes.pauseBegan, evidence.nodes.pauseEnds)
        let problem: String? =
            if let end {
                end - (began ?? sight.time) > day ? "until \(pause.until ?? "")" : nil
            } else if let began, sight.time - began > day {
                "since \(pause.since ?? ""), and without an end"
            } else {
                "without an end"
            }
        guard let problem else { return [] }
        return [
            .warn(
                "\(evidence.root)/paused",
                "the cluster is paused\(who) \(problem): meanwhile no watcher replaces a crashed master or mends "
                    + "anything",
                fix: "interrex resume")
        ]
    }

    /// The watcher that is about it has a minute at most.
    private static let longestSwitchover = Duration.seconds(60)

    private static let switchover = ClusterCheck(
        "switchover", "whether no switchover is stuck"
    ) { evidence in
        guard let request = evidence.snapshot?.switchover, let age = evidence.nodes.switchoverAge,
            age > longestSwitchover, request.state == .running || request.state == nil
        else { return [] }
        let state = request.state == nil ? "nobody has begun it" : "it is said to be running"
        return [
            .warn(
                "\(evidence.root)/switchover",
                "the request \(request.id) was written \(Amount.time(age)) ago and \(state): no watcher leads, or the "
                    + "one that ran it is gone; see that a watcher runs, then delete the node and ask again",
                fix: "\(cli) delete \("\(evidence.root)/switchover".quotedForShell)")
        ]
    }

    private static let acceptedLoss = ClusterCheck(
        "accept-loss", "whether no loss is accepted while there is a master", alerts: ["accept-loss"])
}
