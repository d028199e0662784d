public import Vocabulary

/// Servers that run without their lease: the process beside each that holds its node in ZooKeeper.
struct LeaseAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.noLease, .unknownSentinel] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        (snapshot.deadLeases + snapshot.unprovenSentinels).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let noLease: Self = "no-lease"
    fileprivate static let unknownSentinel: Self = "unknown-sentinel"
}

extension Snapshot {
    /// Redis servers of ours that answer and have no node below `members`.
    public var membersWithoutLease: [Address] {
        let known = Set(knownReplicas + [record?.address].compactMap(\.self))
        return known.union(instances.keys.filter(bearsOurMark)).filter { address in
            guard !isLeased(address), !isStranger(address) else { return false }
            if bearsOurMark(address) { return answersAsRedis(address) }
            switch answer(of: address) {
            // A master without our mark is an alert of its own.
            case .replica: return true
            case .master: return instances[address]?.mark == .unknown && address == record?.address
            case .loading, .denied, .refused, .silent, .notRedis: return false
            }
        }.sorted()
    }

    /// Sentinels that answer under their id, that others know or that have an identity of this cluster, and that have
    /// no node below `sentinels`.
    public var sentinelsWithoutLease: [Address] {
        let unheard = sentinels.unheard.filter(\.isProven).map(\.address)
        return Set(peers.filter { $0.value == .sentinel }.keys).union(unregistered).union(unheard)
            .subtracting(registeredSentinels).sorted()
    }

    /// What answers where a sentinel was that others still know, and does not tell who it is: that sentinel without its
    /// lease, or somebody else who has its port. It counts in their majority, and is not forgotten.
    fileprivate var unprovenSentinels: [Alert] {
        let addresses = Set(peers.filter { $0.value == .unproven }.keys).subtracting(registeredSentinels)
            .subtracting(leftovers).subtracting(unregistered)
        return addresses.sorted().prefix(Self.namedAlerts).map { address in
            Alert(
                .unknownSentinel, about: address.description, after: .seconds(10),
                "\(address), which sentinels of ours know as a peer, has no node below \(mark.root)/sentinels and does not tell "
                    + "us who it is: either somebody else has the port of a sentinel that is gone, then end that or have it "
                    + "listen elsewhere, and the sentinels forget it; or SENTINEL_PASSWORD is another there: start it again with ours"
            )
        }
    }

    fileprivate var deadLeases: [Alert] {
        (membersWithoutLease.map(alert(forMember:)) + sentinelsWithoutLease.map(alert(forSentinel:)))
            .prefix(Self.namedAlerts).map { address, text in
                Alert(.noLease, about: address.description, after: .seconds(10), "\(address) runs and \(text)")
            }
    }

    private func alert(forMember address: Address) -> (Address, String) {
        let node = "has no node below \(mark.root)/members"
        guard instances[address]?.mark == .absent else {
            let other = bearsOurMark(address) ? "" : " (or another tool started it: its mark can't be read)"
            return (
                address,
                "\(node), because its lease died\(other): a crash of it is noticed later, and launchers don't see it; "
                    + renewal(at: address)
            )
        }
        return (
            address,
            "\(node) and bears no mark of ours: another tool started it, and it is neither promoted nor told to follow anybody; "
                + "start it with interrex redis, or \(wayIn)"
        )
    }

    private func alert(forSentinel address: Address) -> (Address, String) {
        let node = "has no node below \(mark.root)/sentinels"
        if believedSentinels.contains(address) {
            return (
                address,
                "\(node), because its lease died: clients don't find it, and it counts only as long as a sentinel that has a "
                    + "node hears it, or as none has one and none of them asks for a password; " + renewal(at: address)
            )
        }
        return (
            address,
            "\(node), and counts for nothing and is told nothing: no launcher of ours has started it there, or no sentinel that "
                + "has a node has just heard it; if it is ours, mend its links to the others, and \(renewal(at: address)); else "
                + "somebody has a dead one's port: stop that"
        )
    }

    private func renewal(at address: Address) -> String {
        "on its host, as its user, run: interrex renew-lease PID (of the process that listens on port \(address.port)), or start "
            + "it again"
    }
}
