/// Servers that run without their lease: the process beside each that holds its node in ZooKeeper.
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

    /// Sentinels that answer under their id, that others know or that have an identity of this cluster, and that have no node
    /// below `sentinels`.
    public var sentinelsWithoutLease: [Address] {
        Set(peers.filter { $0.value == .sentinel }.keys).union(unregistered).subtracting(registeredSentinels).sorted()
    }

    /// What answers where a sentinel was that others still know, and does not tell who it is: that sentinel without its lease, or
    /// somebody else who has its port. It counts in their majority, and is not forgotten.
    private var unprovenSentinels: [Alert] {
        let addresses = Set(peers.filter { $0.value == .unproven }.keys).subtracting(registeredSentinels)
            .subtracting(leftovers).subtracting(unregistered)
        return addresses.sorted().prefix(Self.namedAlerts).map { address in
            Alert(
                "unknown-sentinel", about: address.description, after: .seconds(10),
                "\(address), which sentinels of ours know as a peer, has no node below \(mark.root)/sentinels and does not tell "
                    + "us who it is: either somebody else has the port of a sentinel that is gone, then end that or have it "
                    + "listen elsewhere, and the sentinels forget it; or SENTINEL_PASSWORD is another there: start it again with ours"
            )
        }
    }

    var leaseAlerts: [Alert] { deadLeases + unprovenSentinels }

    private var deadLeases: [Alert] {
        let servers = membersWithoutLease.map {
            ($0, "members", "a crash of it is noticed later, and launchers don't see it")
        }
        let sentinels = sentinelsWithoutLease.map {
            ($0, "sentinels", "clients don't find it, and no watcher counts it")
        }
        return (servers + sentinels).prefix(Self.namedAlerts).map { address, folder, consequence in
            Alert(
                "no-lease", about: address.description, after: .seconds(10),
                "\(address) runs and has no node below \(mark.root)/\(folder), because its lease died: \(consequence); on its host, "
                    + "as its user, run: interrex renew-lease PID (of the process that listens on port \(address.port)), or start it "
                    + "again")
        }
    }
}
