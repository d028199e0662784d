import Vocabulary

/// What is wrong with the master.
struct MasterAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.noMaster, .behind] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        [snapshot.missingMaster, snapshot.heldBack].compactMap(\.self).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let noMaster = urgent("no-master")
    fileprivate static let behind = urgent("behind")
}

extension Snapshot {
    fileprivate var missingMaster: Alert? {
        guard let recorded = record?.address, liveMasters.isEmpty, !answersMaster(recorded) || isStranger(recorded)
        else { return nil }
        let why =
            promotableReplicas(of: recorded).isEmpty
            ? "no live replica of it can be promoted" : "it is not replaced yet"
        return Alert(
            .noMaster, about: mark.root,
            "the recorded master \(recorded) \(state(of: recorded)), and \(why)\(untilResumed)")
    }

    /// Nobody promotes it but Sentinel, until those with more are back or somebody gives that up.
    fileprivate var heldBack: Alert? {
        // Whoever may write there may have written what there was, too.
        let condition =
            isExposed
            ? "; others may write \(mark.root) in ZooKeeper, so first mend its ACL (the alert bad-acl has the command): until then "
                + "nobody's word counts there" : ""
        if let (member, holders) = outdoneSuccessor {
            let all = holders.map(\.description).joined(separator: ", ")
            return Alert(
                .behind, about: mark.root,
                "no member answers master, and \(member) is not promoted, because \(all) has newer data and may never be master "
                    + "(replica-priority 0); give one of these another priority (CONFIG SET), start a member that has that data, or "
                    + "give it up: interrex accept-loss (it writes \(mark.root)/accept-loss)\(condition)\(untilResumed)"
            )
        }
        return heldBackSuccessor.map { member, shortfall in
            Alert(
                .behind, about: mark.root,
                "no member answers master, and \(member) is not promoted: \(shortfall)\(condition)\(untilResumed)")
        }
    }

    /// The member that would be promoted, and those that must never be master and have more.
    private var outdoneSuccessor: (Address, [Address])? {
        guard isMasterless, let best = freshestSuccessor, let copy = freshness(of: best),
            let holders = neverMastersAhead(of: copy)
        else { return nil }
        return (best, holders)
    }

    /// The member that would be promoted, where it lacks more than the last second of what there was, and nobody allows
    /// that.
    private var heldBackSuccessor: (Address, Shortfall)? {
        guard isMasterless, let best = freshestSuccessor, let copy = freshness(of: best), !mayTakeOver(best),
            let shortfall = shortfall(of: copy)
        else { return nil }
        return (best, shortfall)
    }
}
