/// Servers that can't be commanded: what nobody may tell to change takes no part in a failover, and no repair mends that.
extension Snapshot {
    var uncommandableServers: [Alert] {
        uncommanded.prefix(Self.namedAlerts).map { server, command in
            Alert(
                "uncommandable", about: server.description,
                "\(server) refuses \(command) to our user, so it takes no part in a failover; let that user run it (see "
                    + "interrex redis, which names all that is needed), or name it in RENAMED_COMMANDS where it is renamed"
            )
        }
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
