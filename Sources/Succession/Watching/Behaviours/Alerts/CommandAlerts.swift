import Vocabulary

/// Servers and sentinels that can't be commanded: what nobody may tell to change takes no part in a failover, and no
/// repair mends that.
struct CommandAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.uncommandable] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.uncommandableServers.map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let uncommandable: Self = "uncommandable"
}

extension Snapshot {
    fileprivate var uncommandableServers: [Alert] {
        let servers = uncommanded.map { server, command in
            Alert(
                .uncommandable, about: server.description,
                "\(server) refuses \(command) to our user, so it takes no part in a failover; let that user run it (see "
                    + "interrex redis, which names all that is needed), or name it in RENAMED_COMMANDS where it is renamed"
            )
        }
        let sentinels = sentinels.compactMap { report in
            guard report.opinion != nil, let command = refusals[report.address] else { return Alert?.none }
            return Alert(
                .uncommandable, about: report.address.description,
                "sentinel \(report.address) refuses \(command) to our user, so it learns of a new master only by itself, and "
                    + "late; let that user run all commands on all channels, and rename none of a sentinel's own")
        }
        return Array((servers + sentinels).prefix(Self.namedAlerts))
    }

    /// Servers of this cluster that answer and refuse a command, in a fixed order.
    private var uncommanded: [(server: Address, command: String)] {
        let known = Set(liveMembers + knownReplicas + [record?.address].compactMap(\.self))
        return known.sorted().compactMap { server in
            guard answersMaster(server) || answersReplica(server), !isStranger(server) else { return nil }
            if let command = refusals[server] { return (server, command) }
            return instances[server]?.mark == .unknown ? (server, "CONFIG GET") : nil
        }
    }
}
