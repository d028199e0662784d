/// The value that rendered settings give a directive: that of its last line, as Redis itself reads them.
///
/// - Parameter names: the directive's names in lower case, old ones too.
/// - Returns: nil where no line names it with exactly one argument.
public func settingsValue(of names: [String], in renderedSettings: String) -> String? {
    SettingsText.lines(of: renderedSettings).last { line in
        line.words.map { $0.count == 2 && names.contains($0[0]) } ?? false
    }?.words?[1]
}

/// The same of all directives at once: the last value of each, by its name in lower case, where it has exactly one.
public func settingsValues(in renderedSettings: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in SettingsText.lines(of: renderedSettings) {
        if let words = line.words, words.count == 2 { values[words[0]] = words[1] }
    }
    return values
}

/// How a server logs in to its master, as its settings say: Valkey has other names for that since 8, and writes those
/// when it rewrites its file. Empty values are none.
public func loginToMaster(in renderedSettings: String) -> (user: String?, password: String?) {
    func value(_ names: [String]) -> String? {
        settingsValue(of: names, in: renderedSettings).flatMap { $0.isEmpty ? nil : $0 }
    }
    return (value(["masteruser", "primaryuser"]), value(["masterauth", "primaryauth"]))
}

/// The words of each line that is a directive, its name in lower case: for those with more than one argument.
public func settingsLines(in renderedSettings: String) -> [[String]] {
    SettingsText.lines(of: renderedSettings).compactMap(\.words)
}

/// Whether rendered settings define a user, by a line of their own or by an ACL file that may.
public func definesUser(_ name: String, in renderedSettings: String) -> Bool {
    SettingsText.lines(of: renderedSettings).contains { line in
        guard let words = line.words, words.count > 1 else { return false }
        return words[0] == "user" && words[1] == name || words[0] == "aclfile" && !words[1].isEmpty
    }
}
