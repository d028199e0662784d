import Cluster
import Inspection
import Redis
import Vocabulary

/// Who takes how many passwords, before a change and after it.
struct PasswordChange: Sendable {
    struct Server: Sendable {
        let address: Address
        let isMaster: Bool
        /// The SHA-256 of each.
        var passwords: Set<String>
        let before: Int
    }

    /// The master last.
    private(set) var servers: [Server]
    /// Whether only one is left.
    var forgets = false

    /// - Throws: `Failure` where one of the members gives no answer: it would be locked out, or lock the others out.
    ///   78 where the servers' own user is another than `user`: the password would become that of somebody else.
    static func plan(_ servers: LiveServers, _ user: String) async throws -> PasswordChange {
        guard !servers.members.isEmpty else {
            throw Failure(.unavailable, "there is no live member; start interrex redis, or check ZK_ROOT")
        }
        let answers = await servers.askAll(.server) { address, connection in
            let passwords = try await connection.passwords(of: user, within: servers.limit)
            guard !passwords.isEmpty else {
                throw Failure(
                    .badConfiguration,
                    "the user \(user) of \(address) has no password, so there is none to change; see its ACL")
            }
            let own =
                try await connection.command(["CONFIG", "GET", "masteruser"], within: servers.limit)
                .pairs["masteruser"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
            guard own == user else {
                throw Failure(
                    .badConfiguration,
                    "\(address) logs in to its master as the user \(own.clipped), and REDIS_USERNAME says \(user.clipped); set "
                        + "REDIS_USERNAME as the launchers have it")
            }
            let role = try? await connection.command(["ROLE"], within: servers.limit).list?.first?.text
            return Server(
                address: address, isMaster: role == "master", passwords: passwords, before: passwords.count)
        }
        let all = try answers.map { try $0.answer.get() }
        try await servers.checkThatServersAreRegistered()
        return PasswordChange(
            servers: all.sorted { ($0.isMaster ? 1 : 0, $0.address) < ($1.isMaster ? 1 : 0, $1.address) })
    }

    mutating func add(_ hash: String) {
        for index in servers.indices { servers[index].passwords.insert(hash) }
    }

    mutating func keepOnly(_ hash: String) {
        for index in servers.indices { servers[index].passwords = [hash] }
    }

    /// Shows it where nobody has agreed to it yet, and asks.
    /// - Throws: `Failure` 64.
    func agreed(_ options: ChangeOptions, _ question: String, _ dialogue: Dialogue, _ output: Output) async throws {
        if options.isDry { return show(options, isPlan: true, output) }
        guard !options.isAgreed else { return }
        if dialogue.isTerminal { dialogue.say(table(isPlan: true).lines(on: dialogue.canvas)) }
        try await dialogue.ask(question, orSay: "--yes")
    }

    func show(_ options: ChangeOptions, isPlan: Bool, _ output: Output) {
        if options.printsJSON {
            output.say(json(isPlan: isPlan))
        } else {
            output.say(table(isPlan: isPlan).lines(on: output.canvas))
        }
    }

    private func after(_ server: Server, isPlan: Bool) -> Int {
        isPlan ? (forgets ? 1 : server.before + 1) : server.passwords.count
    }

    private func table(isPlan: Bool) -> Table {
        var table = Table([Table.Column("address"), Table.Column("role"), Table.Column("passwords")])
        for server in servers {
            table.add([
                Table.Cell(server.address.description), Table.Cell(server.isMaster ? "master" : "replica"),
                Table.Cell("\(server.before) -> \(after(server, isPlan: isPlan))"),
            ])
        }
        return table
    }

    private func json(isPlan: Bool) -> JSON {
        [
            "changed": .bool(!isPlan),
            "servers": .array(
                servers.map { server in
                    [
                        "address": .string(server.address.description),
                        "role": .string(server.isMaster ? "master" : "replica"), "before": .number(server.before),
                        "after": .number(after(server, isPlan: isPlan)),
                    ]
                }),
        ]
    }
}
