/// What is wrong with the master.
extension Snapshot {
    var masterAlerts: [Alert] { [missingMaster, heldBack].compactMap(\.self) }

    private var missingMaster: Alert? {
        guard let recorded = record?.address, liveMasters.isEmpty, !answersMaster(recorded) || isStranger(recorded)
        else { return nil }
        let why =
            promotableReplicas(of: recorded).isEmpty
            ? "no live replica of it can be promoted" : "it is not replaced yet"
        return Alert(
            "no-master", about: mark.root,
            "the recorded master \(recorded) \(state(of: recorded)), and \(why)\(untilResumed)")
    }

    /// Nobody promotes it but Sentinel, until those with more are back or somebody gives that up.
    private var heldBack: Alert? {
        // Whoever may write there may have written what there was, too.
        let condition =
            isExposed
            ? "; others may write \(mark.root) in ZooKeeper, so first mend its ACL (the alert bad-acl has the command): until then "
                + "nobody's word counts there" : ""
        if let (member, holders) = outdoneSuccessor {
            let all = holders.map(\.description).joined(separator: ", ")
            return Alert(
                "behind", about: mark.root,
                "no member answers master, and \(member) is not promoted, because \(all) has newer data and may never be master "
                    + "(replica-priority 0); give one of these another priority (CONFIG SET), start a member that has that data, or "
                    + "give it up: create \(mark.root)/accept-loss in ZooKeeper, with who and why as JSON\(condition)\(untilResumed)"
            )
        }
        return heldBackSuccessor.map { member, shortfall in
            Alert(
                "behind", about: mark.root,
                "no member answers master, and \(member) is not promoted: \(shortfall)\(condition)\(untilResumed)")
        }
    }

    /// Servers of other clusters where servers of ours were, and masters that can't be shown to be ours.
    var strangerAlerts: [Alert] { foreignServers + unknownRecordedMaster + unknownSecondMasters }

    private var foreignServers: [Alert] {
        let known = Set(knownReplicas + liveMembers + [record?.address].compactMap(\.self))
        return known.filter(isStranger).sorted().map { address in
            Alert(
                "stranger", about: address.description,
                "\(address) is no server of this cluster any more, but the sentinels or ZooKeeper still know it; "
                    + (strangeness(of: address) ?? "give each cluster ports and a password of its own"))
        }
    }

    /// Whoever took the port of a master that died in a moment: the sentinels, who go by the address, are content with it.
    private var unknownRecordedMaster: [Alert] {
        guard let master = record?.address, answersMaster(master), !isStranger(master),
            instances[master]?.mark == .absent
        else { return [] }
        return [
            Alert(
                // A lease outlives its server for a session timeout.
                "unknown-master", about: master.description, after: .seconds(isLeased(master) ? 10 : 3),
                "the recorded master \(master) bears no mark of ours, so nobody is told to follow it: another's server may have its "
                    + "port; if so, stop it, and a replica takes its place; if another tool started it as this cluster's, \(wayIn)"
            )
        ]
    }

    private var unknownSecondMasters: [Alert] {
        knownReplicas.filter { $0 != record?.address && answersMaster($0) && !isStranger($0) && !mayBeChanged($0) }.map
        {
            Alert(
                "unknown-master", about: $0.description,
                "\($0) answers master and is known as a replica, but has neither a lease nor our mark; it is left alone: "
                    + "make it a replica by hand or stop it")
        }
    }
}
