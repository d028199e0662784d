import Support

/// The blocks of code of a document of the repository, for a test that runs them as they stand there.
package struct Snippets: Sendable {
    /// The document's path from the repository's root.
    package let path: String
    private let text: String

    /// Where the repository is.
    package static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    package init(_ path: String) throws {
        self.path = path
        text = contents(of: "\(Self.root)/\(path)")
        if text.isEmpty { throw TestFailure("there is no \(path) in \(Self.root)") }
    }

    /// The first block in `language` (empty: in none) that holds `part`.
    package func block(_ language: String, with part: String = "") throws -> String {
        var lines: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let block = lines, block.first == "```\(language)" {
                    let text = block.dropFirst().joined(separator: "\n") + "\n"
                    if part.isEmpty || text.contains(part) { return text }
                }
                lines = lines == nil ? [line] : nil
            } else {
                lines?.append(line)
            }
        }
        throw TestFailure("\(path) has no block of \(language.isEmpty ? "text" : language) with \(part)")
    }
}

extension String {
    /// With each key replaced by its value.
    /// - Throws: where a key is not there: the document says something else by now.
    package func with(_ values: [String: String]) throws -> String {
        try values.reduce(self) { text, pair in
            guard text.contains(pair.key) else { throw TestFailure("\(pair.key) is not in \(text)") }
            return text.replacing(pair.key, with: pair.value)
        }
    }
}
