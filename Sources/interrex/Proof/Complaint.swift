import Cluster
import Rendering

/// What a server said when it ended over its settings.
struct Complaint: Equatable {
    /// The line of the settings that it named, as it stands there; nil where it named none.
    var line: String?
    /// Its own words, on one line, without a secret of the settings.
    var words: String

    /// Finds both in what it said. Nothing depends on the wording but one thing: a server that ends over a line shows it, and
    /// says behind it what is wrong.
    init(_ said: String, about settings: String, secrets: [String]) {
        let spoken = said.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        let lines = settings.fileLines.map { $0.trimmingSpaces }.filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
        let quoted = Dictionary(lines.map { ("'\($0)'", $0) }) { one, _ in one }
        func shown(in word: String) -> String? {
            guard let start = word.firstIndex(of: "'"), let end = word.lastIndex(of: "'") else { return nil }
            return quoted[String(word[start...end])]
        }
        let place = spoken.lastIndex { shown(in: $0) != nil }
        line = place.flatMap { shown(in: spoken[$0]) }
        let after = place.flatMap { spoken.indices.contains($0 + 1) ? spoken[$0 + 1] : nil }
        words = (after ?? Self.lastWords(spoken.map(\.withoutLogPrefix))).oneLine
        for secret in secrets + (line.map(Self.secrets) ?? []) where !secret.isEmpty {
            words = words.replacing(secret, with: "<hidden>")
        }
    }

    /// Whether it is about the settings for sure: it shows one of their lines, or speaks of users (acl.c names their file, not the
    /// line that names that).
    var isOfSettings: Bool {
        line != nil || ["acl", "user"].contains { words.lowercased().contains($0) }
    }

    /// The last line; where that says little, the one before it as well.
    private static func lastWords(_ lines: [String]) -> String {
        let last = lines.last ?? ""
        return lines.suffix(last.utf8.count < 60 ? 2 : 1).joined(separator: "; ").maskingRules
    }

    /// The words of a line that are not shown.
    private static func secrets(in line: String) -> [String] {
        let shown = Set(redacted(line).split(separator: " ").map { $0.filter { $0 != "\"" } })
        return line.split(separator: " ").map(String.init).filter { word in
            word.count > 1 && !shown.contains(word.filter { $0 != "\"" })
        }
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        let start = drop { $0.isWhitespace }
        return String(
            start.prefix(upTo: (start.lastIndex { !$0.isWhitespace }).map(start.index(after:)) ?? start.startIndex))
    }

    /// Without the passwords and hashes of users (`>...`, `<...`, `#...`, `!...`).
    fileprivate var maskingRules: String {
        split(separator: " ", omittingEmptySubsequences: false).map { word in
            let rule = word.drop { $0 == "'" }
            return rule.count > 1 && "><#!".contains(rule.first!) ? "<hidden>" : String(word)
        }.joined(separator: " ")
    }

    /// `PID:ROLE DATE TIME # ` goes before what a server logs.
    fileprivate var withoutLogPrefix: String {
        guard let mark = firstRange(of: " # "), prefix(8).contains(where: { $0 == ":" }) else { return String(self) }
        return String(self[mark.upperBound...])
    }
}
