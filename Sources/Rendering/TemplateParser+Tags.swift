extension TemplateParser {
    /// What stands between the braces of the tag at `start`, and where the tag ends.
    func tagBody(
        from start: Int, opening: StaticString, closing: StaticString
    ) throws(RenderingError) -> (body: ArraySlice<UInt8>, end: Int) {
        let bodyStart = start + opening.utf8CodeUnitCount
        guard let close = find("}}", from: bodyStart), !bytes[bodyStart..<close].contains(UInt8(ascii: "\n")) else {
            throw error(.unclosedTag)
        }
        var end = close + 2
        while end < bytes.count, bytes[end] == UInt8(ascii: "}") { end += 1 }
        // Exactly as many braces as the tag began with: a stray one would be read as text.
        guard end - close == closing.utf8CodeUnitCount else {
            throw error(.malformedTag(String(decoding: bytes[start..<end], as: UTF8.self)))
        }
        return (bytes[bodyStart..<close], end)
    }

    /// The name that `body` holds, with white space around it allowed: `a` to `z`, `0` to `9` and `_`.
    func name(in body: ArraySlice<UInt8>) -> String? {
        let trimmed = body.drop(while: Self.isBlank)
        let end = trimmed.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? trimmed.startIndex
        let name = trimmed[trimmed.startIndex..<end]
        guard !name.isEmpty, name.allSatisfy(Self.isNameByte) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// The whole line that the tag in `range` stands on, where nothing but the tag is on it: its blanks and line end.
    func standaloneLine(around range: Range<Int>) -> Range<Int>? {
        var start = range.lowerBound
        while start > 0, Self.isBlank(bytes[start - 1]) { start -= 1 }
        guard start == 0 || bytes[start - 1] == UInt8(ascii: "\n") else { return nil }
        var end = range.upperBound
        while end < bytes.count, Self.isBlank(bytes[end]) { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        if end == bytes.count { return start..<end }
        return bytes[end] == UInt8(ascii: "\n") ? start..<(end + 1) : nil
    }

    func starts(with prefix: StaticString, at index: Int) -> Bool {
        prefix.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    func find(_ text: StaticString, from index: Int) -> Int? {
        var index = index
        while index < bytes.count {
            if starts(with: text, at: index) { return index }
            index += 1
        }
        return nil
    }

    func error(_ problem: TemplateProblem, line: Int? = nil) -> RenderingError {
        .template(source: source, line: line ?? self.line, problem)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_")
    }
}
