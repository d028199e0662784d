package import Cluster
import Inspection
import Redis
import Vocabulary

/// `interrex config set --sentinel`: one setting of the master, changed on all registered sentinels, or on none.
package struct SentinelSet: Sendable {
    private let name: String
    private let value: String
    private let options: ChangeOptions

    package init(_ name: String, to value: String, _ options: ChangeOptions) {
        (self.name, self.value, self.options) = (name.lowercased(), value, options)
    }

    package func run(_ environment: Environment) throws {
        if let refusal = ManagedSetting.refusalBySentinels(of: name) {
            throw Failure(.badConfiguration, "\(name.clipped) \(refusal)")
        }
        try OperatorRun.run("config", environment) { run in
            try await LiveServers.with(run) { servers, root in
                guard !servers.sentinels.isEmpty else {
                    throw Failure(
                        .unavailable,
                        "\(root) has no sentinel; start interrex sentinel, or check ZK_ROOT")
                }
                try await change(servers, run.redis.masterName, Dialogue(run), Output(run.environment))
            }
        }
    }

    private func change(
        _ servers: LiveServers, _ master: String, _ dialogue: Dialogue, _ output: Output
    ) async throws {
        let change = try await plan(servers, master)
        if let refusal = change.refusal { throw Failure(.badConfiguration, refusal) }
        for warning in change.warnings { Log.warn(warning) }
        if options.isDry || change.isDone {
            if change.isDone { dialogue.say("all \(change.sentinels.count) sentinels have it already") }
            return show(change, isPlan: true, output)
        }
        if !options.isAgreed {
            if dialogue.isTerminal { dialogue.say(change.table.lines(on: dialogue.canvas)) }
            try await dialogue.ask("Set \(name) on all of them?", orSay: "--yes")
        }
        try await servers.unbroken(dialogue) { [change] in
            var change = change
            try await tell(servers, master, &change)
            show(change, isPlan: false, output)
            dialogue.say(
                "the sentinels have written it down; one that starts anew has what \(name == "quorum" ? "SENTINEL_QUORUM" : "SENTINEL_CONF") "
                    + "says: change it there too, on every host")
        }
    }

    /// One after the other: the first that does not take it stops all, and the others get back what they had.
    private func tell(_ servers: LiveServers, _ master: String, _ change: inout SentinelChange) async throws {
        let results = try await servers.setAll(
            change.sentinels.map { ($0.address, $0.old) }, name, to: change.value, called: "the sentinel "
        ) { try await set(servers, master, $0, to: $1) }
        for (index, new) in results.enumerated() { change.sentinels[index].new = new }
    }

    private func show(_ change: SentinelChange, isPlan: Bool, _ output: Output) {
        if options.printsJSON {
            output.say(change.json(isPlan: isPlan))
        } else {
            output.say(change.table.lines(on: output.canvas))
        }
    }

    private func plan(_ servers: LiveServers, _ master: String) async throws -> SentinelChange {
        let answers = await servers.askAll(.sentinel) { [name] address, connection in
            let told = try await Self.settings(of: master, connection, within: servers.limit)
            // A script that is not set is not told of.
            let isScript = name.hasSuffix("-script") && told["quorum"] != nil
            guard let old = told[name] ?? (isScript ? "" : nil) else {
                throw Failure(
                    .badConfiguration,
                    "the sentinel \(address) tells no \(name) of \(master); check MASTER_NAME and its version")
            }
            return (SentinelChange.Sentinel(address, old: old), Int(told["num-other-sentinels"] ?? "") ?? 0)
        }
        let here = try servers.present(answers, mayLeaveOut: options.mayLeaveOut, called: "sentinel")
        let known = (here.map(\.1).max() ?? 0) + 1
        return SentinelChange(name, to: value, here.map(\.0), known: max(known, servers.sentinels.count))
    }

    private static func settings(
        of master: String, _ connection: Connection, within limit: Duration
    ) async throws -> [String: String] {
        try await connection.command(["SENTINEL", "MASTER", master], within: limit, renaming: false).pairs
    }

    private func set(
        _ servers: LiveServers, _ master: String, _ address: Address, to value: String
    ) async throws -> String {
        try await servers.ask(.sentinel, address) { [name] connection in
            _ = try await connection.command(
                ["SENTINEL", "SET", master, name, value], within: servers.limit, renaming: false)
            return try await Self.settings(of: master, connection, within: servers.limit)[name] ?? value
        }
    }
}
