public import Redis
import Vocabulary

extension Environment {
    /// `RENAMED_COMMANDS`: what commands of the redis-servers are called (`CONFIG=x,REPLICAOF=y`), by the settings of
    /// all of them; an empty name is that of one which is switched off.
    /// - Throws: `Failure` (78) for a name that can't be one, or a command that is needed and switched off.
    public func renamedCommands() throws(Failure) -> CommandNames {
        let variable = "RENAMED_COMMANDS"
        guard let text = try text(variable) else { return CommandNames() }
        var names: [String: String] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, Self.isCommandName(parts[0]), parts[1].isEmpty || Self.isCommandName(parts[1])
            else {
                throw bad(
                    variable,
                    "holds \"\(pair.prefix(40))\"; write COMMAND=NAME,COMMAND=NAME, each of letters, digits, '.', '_' and '-'"
                )
            }
            let command = parts[0].uppercased()
            guard !NeededCommand.unrenamable.contains(command) else {
                throw bad(
                    variable, "names \(command), which replicas send to their master by no other name; leave it its own"
                )
            }
            guard names.updateValue(parts[1], forKey: command) == nil else {
                throw bad(variable, "names \(command) twice; name it once")
            }
        }
        let taken = names.values.filter { !$0.isEmpty }.map { $0.uppercased() }
        if let twice = taken.first(where: { name in taken.count { $0 == name } > 1 }) {
            throw bad(variable, "gives the name \(twice) to two commands; give each its own")
        }
        for need in NeededCommand.all where need.isEssential && names[need.command]?.isEmpty ?? false {
            throw bad(
                variable,
                "switches \(need.command) off, which \(need.sender.rawValue) must send \(need.purpose); give it another name instead"
            )
        }
        return CommandNames(names)
    }

    /// What survives Sentinel, which writes its file without quotes, whatever Redis itself would take.
    public static func isCommandName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                $0.isLetterOrDigit || [45, 46, 95].contains($0)
            }
    }
}
