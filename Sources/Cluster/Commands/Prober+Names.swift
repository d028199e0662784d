import Redis
import Succession
public import Vocabulary

extension NeededCommand {
    /// What Sentinel can't do without: `INFO` too, though it is not alone in that. Each command once.
    fileprivate static var ofSentinel: [NeededCommand] {
        var seen: Set<String> = []
        return all.filter { ($0.sender == .sentinel || $0.command == "INFO") && $0.isEssential }
            .filter { seen.insert($0.command).inserted }
    }
}

extension Prober {
    /// What is wrong with the names under which a sentinel with our settings would send its commands to a server: it
    /// starts without a word, and no failover of its own works. Nil where nothing is, or where nobody tells: `COMMAND`
    /// may be renamed or forbidden, and who is asked may be silent.
    public func complaint(aboutNamesAt server: Address) async -> String? {
        let needs = NeededCommand.ofSentinel
        let names = needs.map { settings.commandNames[$0.command] ?? $0.command }
        let question = [settings.commandNames["COMMAND"] ?? "COMMAND", "INFO"] + names
        guard !question[0].isEmpty else { return nil }
        let reply = try? await connected(to: server, settings.credentials) { connection in
            try await connection.command(question, within: limit, renaming: false)
        }
        // An answer for each name, in their order: what it is, or nothing.
        guard let answers = reply?.list, answers.count == names.count else { return nil }
        let unknown = names.indices.filter { answers[$0].list?.isEmpty ?? true }
        guard let first = unknown.first else { return nil }
        let list = unknown.map { index in
            names[index] == needs[index].command ? names[index] : "\(names[index]) (for \(needs[index].command))"
        }
        return
            "the redis-server at \(server) knows no command \(list.joined(separator: ", ")), and Sentinel must send it "
            + "\(needs[first].purpose); set RENAMED_COMMANDS as that server has it, or start that server with the same settings "
            + "as the others"
    }
}
