import Vocabulary

/// ZooKeeper itself: its servers, and the session with it.
extension Checks {
    static let zooKeeper: [any Check] = [
        zooKeeperSession, zooKeeperServers, zooKeeperNames, zooKeeperEnsemble, zooKeeperCount, zooKeeperVersions,
        sessionTimeout, zooKeeperPace,
    ]

    private static let zooKeeperSession = ClusterCheck(
        "zookeeper", "whether there is a session with ZooKeeper", needsCluster: false
    ) { evidence in
        guard let trouble = evidence.trouble, !trouble.isDenial else { return [] }
        return [
            .fail(
                "ZK_HOSTS",
                "\(trouble.text); until it is back nobody can start, no watcher does anything, and Sentinel alone replaces "
                    + "a master that fails"
            )
        ]
    }

    private static let zooKeeperServers = ClusterCheck(
        "zookeeper-servers", "whether each server of ZK_HOSTS serves", needsCluster: false
    ) { evidence in
        evidence.ensemble.compactMap { server in
            let reason: String? =
                switch server.state {
                case .serves, .unresolved: nil
                case .servesNobody:
                    "answers that it serves nobody: it reaches no majority of its ensemble; start the others"
                case .refuses: "refuses connections; start it"
                case .silent: "does not answer; its process is frozen, or its host or network is"
                case .mute: "accepts connections and gives no session: it is overloaded, or no ZooKeeper"
                case .unreachable(let why): "can't be reached: \(why)"
                }
            return reason.map { reason in
                let text = "the ZooKeeper server \(server.name) \(reason)"
                // The others go on without it.
                return evidence.session == nil ? .fail(server.name, text) : .warn(server.name, text)
            }
        }
    }

    private static let zooKeeperNames = ClusterCheck(
        "zookeeper-names", "whether every name in ZK_HOSTS has an address", needsCluster: false
    ) { evidence in
        evidence.ensemble.compactMap { server in
            guard case .unresolved(let why) = server.state else { return nil }
            let text = "\(server.name) in ZK_HOSTS has no address: \(why); correct ZK_HOSTS, or the name service"
            return evidence.session == nil ? .fail(server.name, text) : .warn(server.name, text)
        }
    }

    /// Servers of which one alone, or two, lead are no ensemble: each has nodes of its own.
    private static let zooKeeperEnsemble = ClusterCheck(
        "zookeeper-ensemble", "whether the servers of ZK_HOSTS are one ensemble", needsCluster: false
    ) { evidence in
        let modes = evidence.ensemble.compactMap(\.mode)
        let isSplit = modes.count > 1 && modes.contains("standalone") || modes.count { $0 == "leader" } > 1
        guard isSplit else { return [] }
        let list = evidence.ensemble.map { "\($0.name) is \($0.mode ?? "unknown")" }.joined(separator: ", ")
        return [
            .fail(
                "ZK_HOSTS",
                "it names servers of more than one ensemble (\(list)): who is master depends on which of them a "
                    + "process happens to ask; name the servers of one")
        ]
    }

    private static let zooKeeperCount = ClusterCheck(
        "zookeeper-count", "whether ZooKeeper outlives the loss of a server", needsCluster: false
    ) { evidence in
        let count = evidence.ensemble.count
        if count == 1 {
            let isForTrial = evidence.ensemble[0].isOnLoopback && !evidence.takesLoopbackSeriously
            let isAlone = evidence.ensemble[0].mode.map { $0 == "standalone" }
            guard !isForTrial else { return [] }
            return [
                .warn(
                    "ZK_HOSTS",
                    isAlone ?? true
                        ? "ZooKeeper is one server: while it is away nobody can start, and no failover is recorded; "
                            + "run three"
                        : "it names one server of an ensemble: while that one is away a process does not find the "
                            + "others; name all"
                )
            ]
        }
        guard count > 0, count.isMultiple(of: 2) else { return [] }
        return [
            .warn(
                "ZK_HOSTS",
                "\(count) servers outlive the loss of no more than \(count - 1) would: an ensemble needs a majority; "
                    + "have an odd number, and name all of them")
        ]
    }

    private static let zooKeeperVersions = ClusterCheck(
        "zookeeper-versions", "whether the servers of ZK_HOSTS run one version", needsCluster: false
    ) { evidence in
        let versions = evidence.ensemble.compactMap { server in server.version.map { (server.name, $0) } }
        guard Set(versions.map(\.1)).count > 1 else { return [] }
        let list = versions.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return [.warn("ZK_HOSTS", "the servers run different versions: \(list); upgrade the older ones")]
    }

    private static let sessionTimeout = ClusterCheck(
        "zookeeper-session", "whether ZooKeeper gives the session timeout that is asked for", needsCluster: false
    ) { evidence in
        guard let session = evidence.session, let given = session.given, given != session.asked else { return [] }
        return [
            .warn(
                "ZK_SESSION_TIMEOUT",
                "\(Amount.time(session.asked)) is asked for, and ZooKeeper gives \(Amount.time(given)) (2 to 20 of its "
                    + "ticks): so late a dead server's node goes; ask for that, or change tickTime in its zoo.cfg",
                fix: "ZK_SESSION_TIMEOUT=\(given.wholeMilliseconds)ms")
        ]
    }

    private static let slowest = Duration.milliseconds(100)

    private static let zooKeeperPace = ClusterCheck(
        "zookeeper-pace", "whether ZooKeeper answers within 100 ms", alerts: ["slow-zookeeper"], needsCluster: false
    ) { evidence in
        guard let session = evidence.session, session.roundTrip > slowest else { return [] }
        return [
            .warn(
                "ZK_HOSTS",
                "a read took \(Amount.time(session.roundTrip)) at best: a crash is replaced as late, and writes of "
                    + "more than 250 ms leave it to the sentinels; look at ZooKeeper's load, at its disks (its log "
                    + "wants one of its own) and at the network")
        ]
    }
}
