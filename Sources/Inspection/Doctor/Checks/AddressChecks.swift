import Succession
import Vocabulary

/// Where servers are said to be, and where they are.
extension Checks {
    static let addresses: [any Check] = [
        usableAddresses, mixedLoopback, hostNames, announcedAddresses, oneHost, clocks,
    ]

    /// Every address that is recorded or registered, or that a sentinel gives to clients.
    private static func announced(_ evidence: Evidence) -> [Address] {
        guard let snapshot = evidence.snapshot else { return [] }
        let named = snapshot.sentinels.opinions.flatMap(\.details.replicas)
        return Set(snapshot.members + snapshot.sentinels.map(\.address) + named + [evidence.master].compactMap(\.self))
            .sorted()
    }

    private static let usableAddresses = ClusterCheck(
        "addresses", "whether no announced address is a wildcard"
    ) { evidence in
        announced(evidence).filter(\.host.isWildcard).map { address in
            .fail(
                address.description,
                "it is announced, and is a place to listen on, not one to connect to: set ANNOUNCE_IP "
                    + "(replica-announce-ip, sentinel announce-ip) there and start it again")
        }
    }

    private static let mixedLoopback = ClusterCheck(
        "loopback", "whether no address is loopback beside others that are not"
    ) { evidence in
        let all = announced(evidence)
        let loopback = all.filter(\.host.isLoopback)
        guard !loopback.isEmpty, loopback.count < all.count else { return [] }
        return loopback.map { address in
            .fail(
                address.description,
                "it is announced to servers on other hosts, who find themselves there: set BIND_IP or ANNOUNCE_IP to "
                    + "an address that they reach, and start it again")
        }
    }

    private static let hostNames = ClusterCheck(
        "host-names", "whether addresses are addresses, and no names"
    ) { evidence in
        announced(evidence).filter { $0.host.kind == .name }.map { address in
            .warn(
                address.description,
                "it is announced by name: Sentinel refuses names, or stands still while a name service does; announce "
                    + "an address"
            )
        }
    }

    private static let announcedAddresses = ClusterCheck(
        "announced", "whether each server announces itself as it is registered"
    ) { evidence in
        evidence.servers.compactMap { server -> CheckResult? in
            guard let settings = server.settings, let snapshot = evidence.snapshot, snapshot.isLeased(server.address)
            else { return nil }
            let host = settings["replica-announce-ip"].flatMap { $0.isEmpty ? nil : $0 }
            let port = settings.number("replica-announce-port").flatMap { $0 > 0 ? $0 : nil }
            guard let told = Address(host: host ?? server.address.host.description, port: port ?? server.address.port),
                told != server.address
            else { return nil }
            return .warn(
                server.name,
                "it is registered as this, and as a replica it announces \(told): sentinels and clients go there; set "
                    + "both alike",
                fix: "\(server.cli) CONFIG SET replica-announce-ip \(server.address.host)",
                "\(server.cli) CONFIG SET replica-announce-port \(server.address.port)")
        }
    }

    private static let oneHost = ClusterCheck(
        "hosts", "whether the loss of one host is no loss of the cluster"
    ) { evidence in
        guard let snapshot = evidence.snapshot, !evidence.isForTrial else { return [] }
        var results: [CheckResult] = []
        let members = Set(snapshot.liveMembers)
        if members.count > 1, Set(members.map(\.host)).count == 1, let host = members.first?.host {
            results.append(
                .warn(
                    "\(host)",
                    "all \(members.count) members are at this address: when its host fails there is no replica left"))
        }
        let sentinels = Set(snapshot.sentinels.map(\.address))
        let crowded = Dictionary(grouping: sentinels, by: \.host).max { $0.value.count < $1.value.count }
        if let crowded, sentinels.count > 1, crowded.value.count * 2 >= sentinels.count {
            results.append(
                .warn(
                    "\(crowded.key)",
                    "\(crowded.value.count) of \(sentinels.count) sentinels are at this address: when its host fails "
                        + "no majority is left to replace a master; spread them over three hosts"))
        }
        return results
    }

    private static let closeEnough = Duration.seconds(1)

    private static let clocks = ClusterCheck(
        "clocks", "whether the clocks of servers and sentinels agree within a second"
    ) { evidence in
        let readings = (evidence.servers + evidence.sentinels).compactMap { server in
            server.answers.clock.map { (server, $0) }
        }
        return readings.compactMap { server, reading in
            let apart = reading.ahead < .zero ? .zero - reading.ahead : reading.ahead
            guard apart > closeEnough + reading.roundTrip else { return nil }
            return .warn(
                server.name,
                "its clock is \(Amount.time(apart)) \(reading.ahead < .zero ? "behind" : "ahead of") ours: keys expire "
                    + "at the wrong time after a failover, and logs can't be compared; run chrony or another NTP "
                    + "client on every host",
                fix: "chronyc tracking")
        }
    }
}
