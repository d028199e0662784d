/// A line that gives a command another name.
public struct RenamedCommand: Equatable, Sendable {
    /// The command, in capitals.
    public let command: String
    /// Empty where it is switched off.
    public let name: String
    /// The words of the line, as Redis reads them; none where it comes from no line.
    public let words: [String]

    public init(command: String, name: String, words: [String] = []) {
        self.command = command
        self.name = name
        self.words = words
    }
}

extension Binding {
    /// A section that is rendered for each of them, with `command` and `name`.
    static func renamed(_ commands: [RenamedCommand]) -> Binding {
        .section(
            commands.map { Scope(["command": .value($0.command), "name": .value($0.name)]) },
            inner: ["command", "name"])
    }
}

/// The `rename-command` lines of a redis-server's settings.
public func renamedCommands(in renderedSettings: String) -> [RenamedCommand] {
    lines(of: renderedSettings) { words in
        words.count == 3 && words[0] == "rename-command" ? (words[1], words[2]) : nil
    }
}

/// The `sentinel rename-command` lines of a sentinel's settings for this master.
public func renamedCommands(in renderedSettings: String, master: String) -> [RenamedCommand] {
    lines(of: renderedSettings) { words in
        words.count == 5 && words[0] == "sentinel" && words[1].lowercased() == "rename-command" && words[2] == master
            ? (words[3], words[4]) : nil
    }
}

private func lines(of text: String, _ pair: ([String]) -> (String, String)?) -> [RenamedCommand] {
    SettingsText.lines(of: text).compactMap { line in
        guard let words = line.words, let (command, name) = pair(words) else { return nil }
        return RenamedCommand(command: command.uppercased(), name: name, words: words)
    }
}
