import Vocabulary

/// What is said of sentinels that are not believed, and of masters for which there is but the sentinels' word.
struct DoubtAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.falseSentinels, .unknownMaster] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        (snapshot.falseSentinels + snapshot.namedUnknownMasters).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let falseSentinels: Self = "false-sentinels"
}

extension Snapshot {
    /// How many false sentinels are named: somebody may have registered thousands.
    private static let namedSentinels = 5

    fileprivate var falseSentinels: [Alert] {
        let groups = Dictionary(grouping: sentinels.doubted, by: doubt)
        return Doubt.allCases.compactMap { doubt in groups[doubt].map { (doubt, $0) } }.map { doubt, claims in
            let addresses = Set(claims.map(\.address)).sorted()
            let rest = addresses.count - Self.namedSentinels
            let who = addresses.prefix(Self.namedSentinels).map(\.description).joined(separator: ", ")
            let named = Set(claims.compactMap(\.opinion?.names)).sorted().prefix(Self.namedSentinels)
            let words = named.isEmpty ? "" : " (master there: \(named.map(\.description).joined(separator: ", ")))"
            return Alert(
                .falseSentinels, about: claims[0].hasIdentity ? who : "\(mark.root)/sentinels",
                "registered below \(mark.root)/sentinels as \(who)\(rest > 0 ? " and \(rest) more" : "")\(words) is \(reason(doubt)); "
                    + "it counts for nothing and is told nothing: \(remedy(doubt))")
        }
    }

    /// Why somebody who is registered does not count as a sentinel of ours.
    private enum Doubt: CaseIterable { case stranger, nobodyToTell, nameless, taken }

    private func doubt(_ claim: SentinelClaim) -> Doubt {
        guard claim.hasIdentity else { return sentinels.opinions.isEmpty ? .nobodyToTell : .stranger }
        return claim.opinion?.id == nil ? .nameless : .taken
    }

    private func reason(_ doubt: Doubt) -> String {
        switch doubt {
        case .stranger: "no sentinel of ours: it has no identity of ours, and no sentinel of ours lists it as a peer"
        case .nobodyToTell:
            "no sentinel that could be told to be ours: it has no identity of ours, and no sentinel of ours answers that could "
                + "list it as a peer"
        case .nameless: "one of ours, or somebody else who has its port: it does not tell its SENTINEL MYID"
        case .taken: "one of ours, but another sentinel answers there: somebody else has its port"
        }
    }

    private func remedy(_ doubt: Doubt) -> String {
        switch doubt {
        case .stranger: "delete that node, and find out who wrote it"
        case .nobodyToTell:
            "if another tool started it for this cluster, start an interrex sentinel beside it (a master without our mark needs "
                + "that first: \(wayIn)); else delete that node"
        case .nameless: "let the user that we are there run SENTINEL MYID (Redis 6.2 or later has it)"
        case .taken: "start ours again on a port of its own, and end its lease if that lives"
        }
    }

    /// Masters that sentinels name and that nothing else shows to be ours: nobody is told to follow them.
    fileprivate var namedUnknownMasters: [Alert] {
        let named = Set(sentinels.opinions.compactMap(\.names)).filter { address in
            address != record?.address && answersMaster(address) && !isStranger(address) && !mayBeRecorded(address)
                && !knownReplicas.contains(address)
        }
        return named.sorted().map { master in
            let speakers = Set(sentinels.filter { $0.opinion?.names == master }.map(\.address.description)).sorted()
            return Alert(
                .unknownMaster, about: master.description,
                "the sentinels \(speakers.joined(separator: ", ")) name \(master) as master, which has neither a lease nor our "
                    + "mark: it is not recorded, and nobody is told to follow it; stop it, start it with interrex redis, or, if "
                    + "another tool started it for this cluster, \(wayIn)"
            )
        }
    }
}
