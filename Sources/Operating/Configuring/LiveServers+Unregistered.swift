import Cluster
import Redis
import Vocabulary

/// Those that run and have no node, because their lease died or has lost its session for a moment: what is told to all
/// must not pass them over in silence.
extension LiveServers {
    /// - Throws: `Failure` 69 where there is such a redis-server.
    func checkThatServersAreRegistered(mayLeaveOut: Bool = false) async throws {
        let answers = await askAll(.server) { _, connection in
            try await connection.info(["replication"], within: limit)
        }
        let linked = answers.compactMap { try? $0.answer.get() }.flatMap(\.linked)
        try report(Set(linked + [recordedMaster].compactMap(\.self)).subtracting(members), "server", mayLeaveOut)
    }

    /// - Throws: `Failure` 69 where there is such a sentinel.
    func checkThatSentinelsAreRegistered(of master: String) async throws {
        let answers = await askAll(.sentinel) { _, connection in
            try await connection.sentinelPeers(named: master, within: limit).peers
        }
        let peers = answers.compactMap { try? $0.answer.get() }.joined()
        let heard = peers.filter { $0.flags.isDisjoint(with: ["s_down", "disconnected"]) }.compactMap(\.address)
        try report(Set(heard).subtracting(sentinels), "sentinel", false)
    }

    private func report(_ missing: Set<Address>, _ kind: String, _ mayLeaveOut: Bool) throws {
        guard !missing.isEmpty else { return }
        let names = missing.sorted().map(\.description).joined(separator: ", ")
        let complaint = "of this cluster runs, or is recorded, and has no lease, so it would not be told"
        guard !mayLeaveOut else { return Log.warn("the \(kind) \(names) \(complaint)") }
        throw Failure(
            .unavailable,
            "the \(kind) \(names) \(complaint); start it again, or its lease (interrex renew-lease), then try again")
    }
}

extension Info {
    /// The replicas that are linked to a master, or the master that a replica is linked to.
    fileprivate var linked: [Address] {
        if self["role"] == "slave" {
            guard self["master_link_status"] == "up", let host = self["master_host"],
                let port = self["master_port"].flatMap({ Int($0) })
            else { return [] }
            return [Address(host: host, port: port)].compactMap(\.self)
        }
        return numbered("slave").compactMap { line in
            let pairs = line.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
            let fields = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
            guard let host = fields["ip"], let port = fields["port"].flatMap({ Int($0) }) else { return nil }
            return Address(host: host, port: port)
        }
    }
}
