package import Cluster
import Inspection
import Redis
import Rendering
import Vocabulary

/// `interrex password retire`: REDIS_PASSWORD becomes the only password that the servers take.
package struct PasswordRetire: Sendable {
    private let options: ChangeOptions

    package init(_ options: ChangeOptions) { self.options = options }

    package func run(_ environment: Environment) throws {
        try OperatorRun.run("password", environment) { run in
            guard let credentials = run.redis.credentials else { throw Failure.noPassword }
            try await LiveServers.with(run) { servers, _ in
                try await retire(servers, credentials, run.redis.masterName, Dialogue(run), Output(run.environment))
            }
        }
    }

    /// Everything that logs in by itself has the new one, and has written it down, before anybody forgets the old one.
    /// What was done halfway harms nothing, and is done again.
    private func retire(
        _ servers: LiveServers, _ credentials: Credentials, _ master: String, _ dialogue: Dialogue, _ output: Output
    ) async throws {
        var change = try await PasswordChange.plan(servers, credentials.username ?? "default")
        change.forgets = true
        let hash = sha256(credentials.password.text)
        let ids = try await checkSentinels(servers, master)
        try await change.agreed(
            options,
            "Have all of them take REDIS_PASSWORD only? Processes and clients that have another one are locked out",
            dialogue, output)
        guard !options.isDry else { return }
        try await servers.unbroken(dialogue) { [change] in
            var change = change
            for server in change.servers { try await giveToServer(servers, server.address, credentials) }
            for sentinel in servers.sentinels {
                try await giveToSentinel(servers, sentinel, knownAs: ids[sentinel], master, credentials)
            }
            for server in change.servers { try await forget(servers, server.address, credentials) }
            change.keepOnly(hash)
            change.show(options, isPlan: false, output)
            dialogue.say("one password is left; a server that starts again must have it as its REDIS_PASSWORD")
        }
    }

    /// To log in to its master with, and in its file, where its lease finds it.
    private func giveToServer(
        _ servers: LiveServers, _ address: Address, _ credentials: Credentials
    ) async throws {
        try await servers.ask(.server, address) { connection in
            _ = try await connection.command(
                ["CONFIG", "SET", "masterauth", credentials.password.text], within: servers.limit)
            do throws(RedisError) {
                _ = try await connection.command(["CONFIG", "REWRITE"], within: servers.limit)
            } catch {
                throw Failure(
                    .badConfiguration,
                    "\(address) can't write its file (\(error.message)), where its lease has the password from; nothing was forgotten: "
                        + "see to its CONFIG_DIR, then run this again")
            }
        }
    }

    private func forget(_ servers: LiveServers, _ address: Address, _ credentials: Credentials) async throws {
        let (password, limit) = (credentials.password.text, servers.limit)
        let hash = sha256(password)
        try await servers.ask(.server, address) { connection in
            let told = try await connection.command(["CONFIG", "GET", "requirepass"], within: limit).pairs
            let rendered = sha256(told["requirepass"] ?? "")
            for user in credentials.users {
                let taken = try await connection.passwords(of: user, within: limit)
                // A default user of the settings' own, with another password or none, stays as it is.
                guard user == credentials.username ?? "default" || taken.contains(rendered) else { continue }
                if user == "default" {
                    _ = try await connection.command(["CONFIG", "SET", "requirepass", password], within: limit)
                }
                // A requirepass that was the same before has changed nothing (config.c, `performInterfaceSet`).
                _ = try await connection.command(["ACL", "SETUSER", user, "resetpass", "#\(hash)"], within: limit)
                guard try await connection.passwords(of: user, within: limit) == [hash] else {
                    throw Failure(.unavailable, "\(address) still takes another password of \(user); run this again")
                }
            }
            let users = try await connection.command(["CONFIG", "GET", "aclfile"], within: limit).pairs["aclfile"]
            if users?.isEmpty == false { _ = try await connection.command(["ACL", "SAVE"], within: limit) }
            _ = try await connection.command(["CONFIG", "REWRITE"], within: limit)
        }
    }
}
