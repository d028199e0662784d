/// Rendered settings, line by line as Redis reads them.
struct SettingsText {
    struct Directive: Equatable {
        /// Counted from 1 in the rendered text.
        let line: Int
        /// The directive's name in lower case, then its arguments.
        let words: [String]
    }

    let directives: [Directive]

    /// - Throws: `RenderingError.settings` for a line that Redis can't split into words.
    init(_ text: String, source: String) throws(RenderingError) {
        var directives: [Directive] = []
        for (line, words) in Self.lines(of: text) {
            guard let words else { throw .settings(source: source, line: line, .unbalancedQuotes) }
            directives.append(Directive(line: line, words: words))
        }
        self.directives = directives
    }

    /// The lines that are neither empty nor a comment, with the words of each, nil where it
    /// can't be split.
    static func lines(of text: String) -> [(line: Int, words: [String]?)] {
        var lines: [(line: Int, words: [String]?)] = []
        let all = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in all.enumerated() {
            // Only these are trimmed before the line is looked at (config.c, `loadServerConfigFromString`): to Redis, a form
            // feed and a `#` begin no comment.
            guard let first = bytes.first(where: { !" \t\r".utf8.contains($0) }), first != UInt8(ascii: "#") else {
                continue
            }
            var words = RedisQuoting.split(String(Substring(bytes)))
            if let name = words?.first {
                words?[0] = name.lowercased()
            } else if words != nil {
                continue
            }
            lines.append((index + 1, words))
        }
        return lines
    }
}

/// The `replica-priority` that the rendered settings give: the last such line's value, else Redis's default, 100.
///
/// A replica that starts empty runs with priority 0 until it has synchronised; its lease then sets this value.
public func userReplicaPriority(in renderedSettings: String) -> Int {
    settingsValue(of: ["replica-priority", "slave-priority"], in: renderedSettings).flatMap { Int($0) } ?? 100
}
