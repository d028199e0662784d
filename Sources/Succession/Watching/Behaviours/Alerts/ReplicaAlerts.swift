import Vocabulary

/// What is wrong with the replicas: too few, one that is not linked, none that could be promoted.
struct ReplicaAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.missingReplicas, .replicaNotLinked, .nobodyPromotable] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        ([snapshot.missingReplicas].compactMap(\.self) + snapshot.unlinkedMembers
            + [snapshot.nobodyPromotable].compactMap(\.self)).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let missingReplicas: Self = "missing-replicas"
    fileprivate static let replicaNotLinked: Self = "replica-not-linked"
    fileprivate static let nobodyPromotable = urgent("nobody-promotable")
}

extension Snapshot {
    /// While no master answers nobody can be linked to it, and that is said.
    fileprivate var missingReplicas: Alert? {
        guard let master = answeringMaster, let expected = expectedReplicas else { return nil }
        let linked = linkedReplicas.count
        guard linked < expected else { return nil }
        let isOnItsWay = linked + membersOnTheirWay.count >= expected
        return Alert(
            .missingReplicas, about: mark.root, after: isOnItsWay ? Self.startTime : .seconds(10),
            "\(linked) of \(expected) replicas are linked to the master \(master) (\(mark.root)/cluster counts "
                + "\(expected + 1) members); start the missing ones again, or mend those that are not linked; who was taken away for "
                + "good is not counted any more after an hour")
    }

    /// How long a member may load its data or copy its master's before that is worth a word.
    private static let startTime = Duration.seconds(60)

    /// Members that load their data or copy their master's.
    private var membersOnTheirWay: [Address] {
        liveMembers.filter { $0 != record?.address && unlinkedReason($0)?.patience == Self.startTime }
    }

    fileprivate var unlinkedMembers: [Alert] {
        let alerts = liveMembers.filter { $0 != record?.address && !isStranger($0) }.compactMap { member -> Alert? in
            guard let (reason, remedy, patience) = unlinkedReason(member) else { return nil }
            return Alert(
                .replicaNotLinked, about: member.description, after: patience,
                "\(member) is a member and no linked replica: it \(reason); \(remedy)")
        }
        return Array(alerts.prefix(Self.namedAlerts))
    }

    private typealias Reason = (reason: String, remedy: String, patience: Duration)

    /// Why this member can't take the master's place, or serve reads; nil where it is linked, or where the fault is its
    /// master's.
    private func unlinkedReason(_ member: Address) -> Reason? {
        let log = "see its log"
        switch answer(of: member) {
        case .silent:
            return (
                "does not answer",
                "its process is frozen or stopped, or its host or network is; free it or start it again",
                .seconds(5)
            )
        case .refused:
            return (
                "refuses connections though its lease lives",
                "it is still starting, or listens elsewhere than it is registered; \(log)", .seconds(10)
            )
        case .denied:
            return (
                "does not let us in", "check REDIS_PASSWORD and REDIS_USERNAME, its ACLs and its maxclients",
                .seconds(5)
            )
        case .loading: return ("is loading its data, or busy with a script", log, Self.startTime)
        case .notRedis: return nil
        case .master:
            guard answeringMaster != nil else { return nil }
            return (
                "answers master itself beside the recorded one",
                "it is told to follow where that is safe; before you do so by hand (REPLICAOF), which deletes what it has, find out which "
                    + "of the two clients write to\(untilResumed)",
                .seconds(10)
            )
        case .replica(let replication): return answeringMaster.flatMap { unlinkedReason(member, replication, $0) }
        }
    }

    private func unlinkedReason(_ member: Address, _ replication: Replication, _ master: Address) -> Reason? {
        guard replication.master == master else {
            let other = replication.master.map(\.description) ?? "nobody"
            return (
                "replicates from \(other), not from the master \(master)",
                "it is told to where that is safe, else do so by hand (REPLICAOF)\(untilResumed)",
                .seconds(10)
            )
        }
        guard !replication.isLinked else { return nil }
        let link = links[member]
        if let own = link?.version, let masters = links[master]?.version, own.isOfOlderLine(than: masters) {
            return (
                "runs Redis \(own), and the master \(master) \(masters), whose data an older one can't load",
                "run the same version everywhere, and upgrade replicas first", .seconds(10)
            )
        }
        if replication.isSynchronising || link?.state == .sync {
            return (
                "is copying the master's data",
                "where that takes long, see its log: a copy that breaks off again and again needs a larger client-output-buffer-limit for replicas or "
                    + "repl-timeout, or disk", Self.startTime
            )
        }
        if links[master]?.copies.contains(member) ?? false {
            return (
                "is waiting for its turn to copy the data of the master \(master)",
                "where that takes long, see that one's log: another copy, snapshot or rewrite of its log comes first, and may fail "
                    + "or take too long",
                Self.startTime
            )
        }
        let state = link?.state.map { " (\($0.rawValue))" } ?? ""
        return (
            "has no link to the master \(master)\(state)",
            "see its log: masterauth and masteruser, the network between them, and what the master answers",
            .seconds(10)
        )
    }

    /// A master that is gone tells so itself.
    fileprivate var nobodyPromotable: Alert? {
        guard let master = answeringMaster else { return nil }
        if !heirs.isEmpty {
            // They ask the master for its replicas every ten seconds.
            return sightObstacle.map { obstacle in
                Alert(
                    .nobodyPromotable, about: mark.root, after: .seconds(30),
                    "a master that freezes would not be replaced: \(obstacle); look at what SENTINEL REPLICAS "
                        + "\(mark.masterName) says of it, and at replica-announced in its settings")
            }
        }
        return Alert(
            .nobodyPromotable, about: mark.root, after: .seconds(10),
            "nobody could take the place of the master \(master): \(whyNoHeir); start replicas, give one a replica-priority above "
                + "0, or mend their links")
    }
}
