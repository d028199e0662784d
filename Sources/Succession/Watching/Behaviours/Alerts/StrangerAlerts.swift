import Vocabulary

/// Servers of other clusters where servers of ours were, and masters that can't be shown to be ours.
struct StrangerAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.stranger, .unknownMaster] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        (snapshot.foreignServers + snapshot.unknownRecordedMaster + snapshot.unknownSecondMasters).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let stranger: Self = "stranger"
    static let unknownMaster: Self = "unknown-master"
}

extension Snapshot {
    fileprivate var foreignServers: [Alert] {
        let known = Set(knownReplicas + liveMembers + [record?.address].compactMap(\.self))
        return known.filter(isStranger).sorted().map { address in
            Alert(
                .stranger, about: address.description,
                "\(address) is no server of this cluster any more, but the sentinels or ZooKeeper still know it; "
                    + (strangeness(of: address) ?? "give each cluster ports and a password of its own"))
        }
    }

    /// Whoever took the port of a master that died in a moment: the sentinels, who go by the address, are content with
    /// it.
    fileprivate var unknownRecordedMaster: [Alert] {
        guard let master = record?.address, answersMaster(master), !isStranger(master),
            instances[master]?.mark == .absent
        else { return [] }
        return [
            Alert(
                // A lease outlives its server for a session timeout.
                .unknownMaster, about: master.description, after: .seconds(isLeased(master) ? 10 : 3),
                "the recorded master \(master) bears no mark of ours, so nobody is told to follow it: another's server may have its "
                    + "port; if so, stop it, and a replica takes its place; if another tool started it as this cluster's, \(wayIn)"
            )
        ]
    }

    fileprivate var unknownSecondMasters: [Alert] {
        knownReplicas.filter { $0 != record?.address && answersMaster($0) && !isStranger($0) && !mayBeChanged($0) }.map
        {
            Alert(
                .unknownMaster, about: $0.description,
                "\($0) answers master and is known as a replica, but has neither a lease nor our mark; it is left alone: "
                    + "make it a replica by hand or stop it")
        }
    }
}
