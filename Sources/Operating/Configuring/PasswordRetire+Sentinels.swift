import Cluster
import Inspection
import Redis
import Succession
import Vocabulary

/// The sentinels, which must all have the password before the old one counts for nothing, and of which none may be told
/// it that is not ours: whoever may write in ZooKeeper can register anybody.
extension PasswordRetire {
    /// One that is told nothing would consider all servers down, once they take the new password only.
    /// - Returns: the id by which each is known.
    /// - Throws: `Failure` 69 where one gives no answer, 77 where one can't be told, 78 where it monitors no such
    ///   master.
    func checkSentinels(_ servers: LiveServers, _ master: String) async throws -> [Address: String] {
        let answers = await servers.askAll(.sentinel) { _, connection in
            _ = try await connection.command(["SENTINEL", "MASTER", master], within: servers.limit, renaming: false)
            return try await connection.sentinelID(within: servers.limit)
        }
        let snapshot = await servers.look()
        var ids: [Address: String] = [:]
        for (address, answer) in answers {
            let objection = snapshot.objection(toTelling: address)
            do {
                ids[address] = try answer.get()
            } catch let failure as Failure where failure.code == .unavailable {
                throw Failure(
                    .unavailable,
                    "\(failure); if nothing is left of it, say interrex forget \(address), then run this again")
            } catch {
                throw objection.map { Failure($0) } ?? error
            }
            if let objection { throw Failure(objection) }
            guard let id = ids[address], id == snapshot.sentinelID(of: address) else {
                throw Failure(
                    .unavailable, "the sentinel \(address) does not say twice that it is the same one; run this again")
            }
        }
        try await servers.checkThatSentinelsAreRegistered(of: master)
        return ids
    }

    /// - Parameter id: what it is known by: another one may have its port by then.
    func giveToSentinel(
        _ servers: LiveServers, _ address: Address, knownAs id: String?, _ master: String, _ credentials: Credentials
    ) async throws {
        try await servers.ask(.sentinel, address) { connection in
            let told = try await connection.sentinelID(within: servers.limit)
            guard let id, told == id else {
                throw Failure(
                    .notAuthorised,
                    "another one answers at \(address) than a moment ago, so it is not told the password; nothing was "
                        + "forgotten: run this again")
            }
            _ = try await connection.command(
                ["SENTINEL", "SET", master, "auth-pass", credentials.password.text], within: servers.limit,
                renaming: false)
        }
    }
}
