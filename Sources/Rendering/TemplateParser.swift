/// Turns the text of a template into its nodes. Works on bytes, since to Swift CR LF is one character.
struct TemplateParser {
    /// Sections inside each other; more is a mistake, and would cost stack.
    static let depthLimit = 16

    let source: String
    let bytes: [UInt8]
    private(set) var line = 1
    private var position = 0
    private var text: [UInt8] = []
    private var nodes: [Template.Node] = []
    private var open: [OpenSection] = []

    private struct OpenSection {
        let name: String
        let inverted: Bool
        let line: Int
        /// How many nodes stood before the section.
        let start: Int
    }

    init(_ source: SourceText) {
        self.source = source.name
        bytes = Array(source.text.utf8)
    }

    mutating func parse() throws(RenderingError) -> [Template.Node] {
        while position < bytes.count {
            if bytes[position] == 0 { throw error(.nul) }
            if starts(with: "{{", at: position) {
                try takeTag()
            } else {
                takeByte()
            }
        }
        endText()
        if let section = open.last { throw error(.unclosedSection(section.name), line: section.line) }
        return nodes
    }

    private mutating func takeByte() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        text.append(bytes[position])
        position += 1
    }

    private mutating func takeTag() throws(RenderingError) {
        let start = position
        if starts(with: "{{!", at: start) {
            guard let end = find("}}", from: start + 3) else { throw error(.unclosedTag) }
            let lines = bytes[start..<end].count { $0 == UInt8(ascii: "\n") }
            leave(start, end + 2)
            line += lines
            return
        }
        let raw = starts(with: "{{{", at: start)
        let (body, end) = try tagBody(from: start, opening: raw ? "{{{" : "{{", closing: raw ? "}}}" : "}}")
        let sigil = raw ? nil : body.first.flatMap { "#^/".utf8.contains($0) ? $0 : nil }
        guard let name = name(in: sigil == nil ? body : body.dropFirst()) else {
            throw error(.malformedTag(String(decoding: bytes[start..<end], as: UTF8.self)))
        }
        let tagLine = line
        switch sigil {
        case UInt8(ascii: "/"):
            leave(start, end)
            try close(name, tagLine)
        case nil:
            endText()
            nodes.append(.value(name, raw: raw, line: line))
            position = end
        case let sigil:
            leave(start, end)
            endText()
            guard open.count < Self.depthLimit else { throw error(.tooDeep(limit: Self.depthLimit), line: tagLine) }
            let inverted = sigil == UInt8(ascii: "^")
            open.append(OpenSection(name: name, inverted: inverted, line: tagLine, start: nodes.count))
        }
    }

    private mutating func close(_ name: String, _ tagLine: Int) throws(RenderingError) {
        guard let section = open.popLast() else { throw error(.closedWithoutOpening(name), line: tagLine) }
        guard section.name == name else {
            let problem = TemplateProblem.crossedSections(open: section.name, openedAt: section.line, closed: name)
            throw error(problem, line: tagLine)
        }
        endText()
        let inside = Array(nodes[section.start...])
        // In place: a copy of all that stands before would cost the square of the number of sections.
        nodes.removeSubrange(section.start...)
        nodes.append(.section(name, inverted: section.inverted, line: section.line, inside))
    }

    /// Goes on after the section's tag or the comment in `range`, and drops its whole line where nothing else is on it.
    private mutating func leave(_ start: Int, _ end: Int) {
        position = end
        guard let whole = standaloneLine(around: start..<end) else { return }
        text.removeLast(start - whole.lowerBound)
        line += bytes[end..<whole.upperBound].count { $0 == UInt8(ascii: "\n") }
        position = whole.upperBound
    }

    private mutating func endText() {
        if !text.isEmpty { nodes.append(.text(String(decoding: text, as: UTF8.self))) }
        text = []
    }
}
