/// Rendered settings, line by line as Redis reads them.
enum SettingsText {
    enum Content: Equatable {
        /// Neither anything nor more than a comment.
        case nothing
        /// The directive's name in lower case, then its arguments.
        case words([String])
        /// Redis ends at it.
        case unbalanced
    }

    /// Every line, also an empty one. Bytes, and not characters: CR and LF together are one of these.
    static func allLines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    /// The lines that are neither empty nor a comment, with the words of each, nil where it
    /// can't be split.
    static func lines(of text: String) -> [(line: Int, words: [String]?)] {
        var lines: [(line: Int, words: [String]?)] = []
        for (index, line) in allLines(of: text).enumerated() {
            switch content(of: line) {
            case .nothing: break
            case .words(let words): lines.append((index + 1, words))
            case .unbalanced: lines.append((index + 1, nil))
            }
        }
        return lines
    }

    /// Whether there is neither anything nor more than a comment.
    static func isComment(_ line: some Sequence<UInt8>) -> Bool {
        // Only these are trimmed before the line is looked at (config.c, `loadServerConfigFromString`): to Redis, a
        // form feed and a `#` begin no comment.
        let first = line.first { !" \t\r".utf8.contains($0) }
        return first == nil || first == UInt8(ascii: "#")
    }

    static func content(of line: some StringProtocol) -> Content {
        if isComment(line.utf8) { return .nothing }
        guard var words = RedisQuoting.split(String(line)) else { return .unbalanced }
        guard let name = words.first else { return .nothing }
        words[0] = name.lowercased()
        return .words(words)
    }
}

/// The `replica-priority` that the rendered settings give: the last such line's value, else Redis's default, 100.
///
/// A replica that starts empty runs with priority 0 until it has synchronised; its lease then sets this value.
public func userReplicaPriority(in renderedSettings: String) -> Int {
    settingsValue(of: ["replica-priority", "slave-priority"], in: renderedSettings).flatMap { Int($0) } ?? 100
}

/// Whether a server with these settings writes snapshots by itself: Redis has save points of its own, which the first
/// line of `save` replaces, and `save ""` takes all away that came before (config.c, `setConfigSaveOption`).
public func hasSavePoints(in renderedSettings: String) -> Bool {
    var hasSome = true
    var isFirst = true
    for line in SettingsText.lines(of: renderedSettings) {
        guard var words = line.words, words[0] == "save" else { continue }
        words.removeFirst()
        // Several values may be quoted as one.
        if words.count == 1, words != [""] { words = RedisQuoting.split(words[0]) ?? [] }
        if isFirst || words == [""] { hasSome = false }
        isFirst = false
        if words.count >= 2 { hasSome = true }
    }
    return hasSome
}
