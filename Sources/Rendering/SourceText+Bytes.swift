extension SourceText {
    /// A file of the user's as Redis reads it, byte by byte: what is no UTF-8 is fine in a comment, which nobody reads,
    /// and in a value, where it is written as `\xHH`.
    ///
    /// - Throws: `RenderingError.included` with the line.
    public init(name: String, bytes: [UInt8]) throws(RenderingError) {
        func refused(_ line: Int, _ problem: SettingsProblem) -> RenderingError {
            .included(source: name, line: line, problem)
        }
        let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]]
        guard !marks.contains(where: bytes.starts(with:)) else { throw refused(1, .byteOrderMark) }
        if let nul = bytes.firstIndex(of: 0) {
            throw refused(1 + bytes[..<nul].count { $0 == UInt8(ascii: "\n") }, .nul)
        }
        if let text = String(validating: bytes, as: UTF8.self) {
            self.init(name: name, text: text)
            return
        }
        var lines: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if let text = String(validating: line, as: UTF8.self) {
                lines.append(text)
                continue
            }
            if SettingsText.isComment(line) {
                lines.append(String(decoding: line, as: UTF8.self))
                continue
            }
            guard let words = RedisQuoting.words(of: line) else { throw refused(lines.count + 1, .unbalancedQuotes) }
            let holdsTag = words.contains { word in zip(word, word.dropFirst()).contains { $0 == (123, 123) } }
            guard let first = words.first, String(validating: first, as: UTF8.self) != nil, !holdsTag else {
                throw refused(lines.count + 1, .noText)
            }
            lines.append(words.map(RedisQuoting.quote(bytes:)).joined(separator: " "))
        }
        self.init(name: name, text: lines.joined(separator: "\n"))
    }
}
