package import Cluster
import Inspection
import Redis
import Rendering
import Vocabulary

/// `interrex password add`: all servers take another password besides the one they have.
package struct PasswordAdd: Sendable {
    private let file: String?
    private let options: ChangeOptions

    /// - Parameter file: that holds the new password; nil: it is asked for.
    package init(file: String?, _ options: ChangeOptions) { (self.file, self.options) = (file, options) }

    package func run(_ environment: Environment) throws {
        // Before anything runs beside it: a person may be asked.
        let redis = try RedisSettings(environment)
        guard let credentials = redis.credentials else { throw Failure.noPassword }
        let new = try NewPassword.read(file, besides: credentials)
        try OperatorRun.run("password", environment) { run in
            try await LiveServers.with(run) { servers, _ in
                try await add(new, credentials, servers, Dialogue(run), Output(run.environment))
            }
        }
    }

    private func add(
        _ new: Secret, _ credentials: Credentials, _ servers: LiveServers, _ dialogue: Dialogue, _ output: Output
    ) async throws {
        let (user, hash) = (credentials.username ?? "default", sha256(new.text))
        let change = try await PasswordChange.plan(servers, user)
        try await change.agreed(options, "Have all of them take the new password as well?", dialogue, output)
        guard !options.isDry else { return }
        try await servers.unbroken(dialogue) { [change] in
            var change = change
            try await tell(hash, credentials, change.servers.map(\.address), servers)
            change.add(hash)
            change.show(options, isPlan: false, output)
            dialogue.say(
                "both passwords are taken; put the new one in the place of the old one for all processes and clients, then run interrex "
                    + "password retire with it")
        }
    }

    /// One after the other: the first that does not take it stops all, and it is taken back from the others.
    private func tell(
        _ hash: String, _ credentials: Credentials, _ addresses: [Address], _ servers: LiveServers
    ) async throws {
        var told: [Address] = []
        for address in addresses {
            do {
                try await add(hash, credentials, to: address, servers)
                told.append(address)
            } catch {
                let code = (error as? Failure)?.code ?? .unavailable
                // One that was silent may have done it all the same, and one of two users may have it.
                if code == .unavailable || credentials.users.count > 1 { told.append(address) }
                var left: [Address] = []
                for address in told {
                    do {
                        try await takeBack(hash, credentials, from: address, servers)
                    } catch {
                        left.append(address)
                    }
                }
                throw Failure(
                    code,
                    "\(address) does not take the new password (\(error.words)); \(Self.state(left))")
            }
        }
    }

    /// What is left of it where one did not take it.
    private static func state(_ left: [Address]) -> String {
        guard !left.isEmpty else { return "nothing is changed: it was taken back from those that had it" }
        return
            "\(left.map(\.description).joined(separator: ", ")) may still take it as well: run interrex password retire with the "
            + "old one once all of them answer, or start this again"
    }

    /// For each user that takes the old one: with REDIS_USERNAME, that one and the default user, if it does.
    ///
    /// As a hash: a password would stand in MONITOR.
    private func add(
        _ hash: String, _ credentials: Credentials, to address: Address, _ servers: LiveServers
    ) async throws {
        let old = sha256(credentials.password.text)
        try await servers.ask(.server, address) { connection in
            for user in credentials.users {
                guard try await connection.passwords(of: user, within: servers.limit).contains(old) else { continue }
                _ = try await connection.command(["ACL", "SETUSER", user, "#\(hash)"], within: servers.limit)
            }
        }
    }

    private func takeBack(
        _ hash: String, _ credentials: Credentials, from address: Address, _ servers: LiveServers
    ) async throws {
        try await servers.ask(.server, address) { connection in
            for user in credentials.users
            where try await connection.passwords(of: user, within: servers.limit).contains(hash) {
                _ = try await connection.command(["ACL", "SETUSER", user, "!\(hash)"], within: servers.limit)
            }
        }
    }
}

extension Failure {
    static let noPassword = Failure(
        .badConfiguration,
        "there is no REDIS_PASSWORD, so there is none to change; from no password to one, stop all processes and start them with it"
    )
}
