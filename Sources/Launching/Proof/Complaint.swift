import Cluster
import Rendering

/// What a server said when it ended over its settings.
struct Complaint: Equatable {
    /// The line of the settings that it named, as it stands there; nil where it named none.
    var line: String?
    /// Its own words, on one line, without a secret of the settings.
    var words: String

    /// Finds both in what it said. Nothing depends on the wording but one thing: a server that ends over a line shows
    /// it, and says behind it what is wrong.
    init(_ said: String, about settings: String, secrets: [String]) {
        let spoken = said.fileLines.map { $0.trimmingSpaces }.filter { !$0.isEmpty }
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
        let mask = SecretMask(secrets + Rendering.secrets(in: settings))
        let heard = spoken.map { mask.over($0.withoutLogPrefix) }
        let after = place.flatMap { heard.indices.contains($0 + 1) ? heard[$0 + 1] : nil }
        words = (after ?? Self.lastWords(heard)).oneLine
    }

    /// Whether it is about the settings for sure: it shows one of their lines, or speaks of users (acl.c names their
    /// file, not the line that names that) or of a module's settings (module.c, `moduleLoadFromQueue`).
    var isOfSettings: Bool {
        line != nil || ["acl", "user", "module config"].contains { words.lowercased().contains($0) }
    }

    /// The last line; where that says little, the one before it as well.
    private static func lastWords(_ lines: [String]) -> String {
        let last = lines.last ?? ""
        return lines.suffix(last.utf8.count < 60 ? 2 : 1).joined(separator: "; ")
    }
}

extension StringProtocol {
    /// Without what Redis takes off a line (config.c): to it, any other kind of space is a part of the last word.
    fileprivate var trimmingSpaces: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let start = utf8.drop(while: isSpace)
        return String(decoding: start.reversed().drop(while: isSpace).reversed(), as: UTF8.self)
    }

    /// `PID:ROLE DATE TIME # ` goes before what a server logs.
    fileprivate var withoutLogPrefix: String {
        guard let mark = firstRange(of: " # "), prefix(8).contains(where: { $0 == ":" }) else { return String(self) }
        return String(self[mark.upperBound...])
    }
}
