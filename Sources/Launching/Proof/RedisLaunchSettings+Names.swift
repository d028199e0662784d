import Cluster
import Redis
import Rendering

extension RedisLaunchSettings {
    /// Whether everybody knows what the needed commands are called here.
    /// - Throws: `Failure` (78) with the value to set.
    func checkNames(in text: String) throws(Failure) {
        let lines = renamedCommands(in: text)
        let given = launch.redis.commandNames
        for line in lines {
            if NeededCommand.unrenamable.contains(line.command) {
                throw Failure(
                    .badConfiguration,
                    "\((flat.place(of: line.words) ?? sources.template.name).clipped): \(line.command) is renamed or switched off, and "
                        + "replicas send it to their master by no other name; remove that line")
            }
            let needs = NeededCommand.all.filter { $0.command == line.command }
            guard let need = needs.first(where: \.isEssential) ?? needs.first else { continue }
            let place = flat.place(of: line.words) ?? sources.template.name
            if line.name.isEmpty {
                guard need.isEssential else { continue }
                throw Failure(
                    .badConfiguration,
                    "\(place.clipped): \(line.command) is switched off, which \(need.sender.rawValue) must send to every server "
                        + "\(need.purpose); remove that line, or give the command a name")
            }
            guard given[line.command]?.lowercased() != line.name.lowercased() else { continue }
            guard Environment.isCommandName(line.name) else {
                throw Failure(
                    .badConfiguration,
                    "\(place.clipped): \(line.command) gets a name that RENAMED_COMMANDS can't tell the others; choose one of "
                        + "letters, digits, '.', '_' and '-'")
            }
            throw Failure(
                .badConfiguration,
                "\(place.clipped): \(line.command) is renamed, and \(need.sender.rawValue) must send it \(need.purpose); set "
                    + "RENAMED_COMMANDS=\(Self.value(for: lines)) for all processes of the cluster")
        }
        for (command, name) in given.renamed {
            guard lines.contains(where: { $0.command == command }) else {
                throw Failure(
                    .badConfiguration,
                    "RENAMED_COMMANDS calls \(command) \(name), but the settings rename it not; take it out, or add the line "
                        + "rename-command \(command) \(name) to REDIS_CONF")
            }
        }
    }

    private static func value(for lines: [RenamedCommand]) -> String {
        let needed = Set(NeededCommand.all.map(\.command))
        return lines.filter { needed.contains($0.command) && !$0.name.isEmpty }
            .map { "\($0.command)=\($0.name)" }.joined(separator: ",")
    }
}
