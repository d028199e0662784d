package import Cluster
import Inspection
import Redis
import Vocabulary

/// `interrex config set`: one setting, changed on all live members, or on none.
package struct ConfigSet: Sendable {
    private let name: String
    private let value: String
    private let options: ChangeOptions

    package init(_ name: String, to value: String, _ options: ChangeOptions) {
        (self.name, self.value, self.options) = (name.lowercased(), value, options)
    }

    package func run(_ environment: Environment) throws {
        guard Setting.isName(name) else {
            throw Failure(.usage, "\(name.clipped) is no name of a setting; write it as CONFIG GET names it")
        }
        if let refusal = ManagedSetting.refusal(of: name) { throw Failure(.badConfiguration, "\(name) \(refusal)") }
        try OperatorRun.run("config", environment) { run in
            try await LiveServers.with(run) { servers, root in
                guard !servers.members.isEmpty else {
                    throw Failure(
                        .unavailable,
                        "\(root) has no live member; start interrex redis, or check ZK_ROOT")
                }
                try await change(servers, Dialogue(run), Output(run.environment))
            }
        }
    }

    private func change(_ servers: LiveServers, _ dialogue: Dialogue, _ output: Output) async throws {
        let change = try await plan(servers)
        let isDone = change.isDone
        if isDone { dialogue.say("all \(change.servers.count) members have it already") }
        if options.isDry { return show(change, isPlan: true, output) }
        if isDone {
            // Whoever set it may have been ended before it was written down.
            return try await servers.unbroken(dialogue) { [change] in
                var change = change
                await write(servers, &change)
                for server in change.servers {
                    guard case .notWritten(let why)? = server.file else { continue }
                    Log.warn("the file of \(server.address) is not written: \(why)")
                }
                show(change, isPlan: true, output)
            }
        }
        for warning in change.warnings { Log.warn(warning) }
        if !options.isAgreed {
            if dialogue.isTerminal { dialogue.say(change.table(isPlan: true).lines(on: dialogue.canvas)) }
            try await dialogue.ask("Set \(name) on all of them?", orSay: "--yes")
        }
        try await servers.unbroken(dialogue) { [change] in
            var change = change
            try await tell(servers, &change)
            await write(servers, &change)
            show(change, isPlan: false, output)
            dialogue.say(
                "a server that starts again has what \(ManagedSetting.variable(of: name)) says: change it there too, on every host"
            )
        }
    }

    private func show(_ change: SettingChange, isPlan: Bool, _ output: Output) {
        if options.printsJSON {
            output.say(change.json(isPlan: isPlan))
        } else {
            output.say(change.table(isPlan: isPlan).lines(on: output.canvas))
        }
    }

    /// What everybody has.
    private func plan(_ servers: LiveServers) async throws -> SettingChange {
        let answers = await servers.askAll(.server) { [name] address, connection in
            let replies = try await connection.pipeline(
                [["CONFIG", "GET", name], ["CONFIG", "GET", "maxmemory-policy"], ["INFO", "memory"], ["ROLE"]],
                within: servers.limit)
            guard let old = try replies[0].get().pairs[name] else {
                throw Failure(
                    .badConfiguration, "\(address) knows no setting \(name); check its name and Redis's version")
            }
            let role = try? replies[3].get().list?.first?.text
            var server = SettingChange.Server(address, isMaster: role == "master", old: old)
            server.policy = try? replies[1].get().pairs["maxmemory-policy"]
            let memory = (try? replies[2].get().text).flatMap { $0 }.map { Info(Array($0.utf8)) }
            server.usedMemory = memory?["used_memory"].flatMap { Int($0) }
            return server
        }
        let here = try servers.present(answers, mayLeaveOut: options.mayLeaveOut, called: "member")
        try await servers.checkThatServersAreRegistered(mayLeaveOut: options.mayLeaveOut)
        return SettingChange(name, to: value, here)
    }

    private func tell(_ servers: LiveServers, _ change: inout SettingChange) async throws {
        let results = try await servers.setAll(
            change.servers.map { ($0.address, $0.old) }, name, to: value, called: ""
        ) { try await set(servers, $0, to: $1) }
        for (index, new) in results.enumerated() { change.servers[index].new = new }
    }

    private func set(_ servers: LiveServers, _ address: Address, to value: String) async throws -> String {
        try await servers.ask(.server, address) { [name] connection in
            _ = try await connection.command(["CONFIG", "SET", name, value], within: servers.limit)
            let now = try await connection.command(["CONFIG", "GET", name], within: servers.limit)
            return now.pairs[name] ?? value
        }
    }

    /// Into the file as it was rendered, for whoever reads it while the server runs: its lease, and a new lease.
    private func write(_ servers: LiveServers, _ change: inout SettingChange) async {
        for index in change.servers.indices {
            do {
                _ = try await servers.ask(.server, change.servers[index].address) { connection in
                    try await connection.command(["CONFIG", "REWRITE"], within: servers.limit)
                }
                change.servers[index].file = .written
            } catch {
                change.servers[index].file = .notWritten(error.words)
            }
        }
    }
}
