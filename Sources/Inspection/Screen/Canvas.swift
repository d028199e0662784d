/// What text is written for: how wide a line may be, and what the reader's terminal can show.
public struct Canvas: Equatable, Sendable {
    /// Columns of the narrowest usual terminal.
    public static let usualWidth = 80

    /// In columns; nil where no terminal reads it, and lines are as long as they are.
    public var width: Int?
    public var hasColour: Bool
    /// Whether characters beyond ASCII are shown.
    public var hasUnicode: Bool

    public init(width: Int? = nil, hasColour: Bool = false, hasUnicode: Bool = false) {
        self.width = width
        self.hasColour = hasColour
        self.hasUnicode = hasUnicode
    }

    /// What a text is to its reader, shown as a colour.
    public enum Tone: Sendable { case plain, good, doubtful, bad, faint, strong }

    /// The text in its colour, where there are colours; its width is still that of the text.
    public func paint(_ text: String, _ tone: Tone) -> String {
        let code: String? =
            switch tone {
            case .plain: nil
            case .good: "32"
            case .doubtful: "33"
            case .bad: "31"
            case .faint: "2"
            case .strong: "1"
            }
        guard hasColour, let code, !text.isEmpty else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// The text in lines that fit, broken at spaces where there are some; what follows the first line is indented.
    public func wrapped(_ text: String, indent: Int = 0, hanging: Int? = nil) -> [String] {
        guard let width, indent + text.count > width else { return [String(repeating: " ", count: indent) + text] }
        return wrapped(text.split(separator: " ").map(String.init), indent: indent, hanging: hanging)
    }

    /// Words in lines that fit, where each of them does; none is broken.
    func wrapped(_ words: [String], indent: Int, hanging: Int? = nil) -> [String] {
        let next = String(repeating: " ", count: hanging ?? indent)
        var (lines, line, isEmpty) = ([String](), String(repeating: " ", count: indent), true)
        for word in words {
            if let width, !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                (line, isEmpty) = (next, true)
            }
            line += isEmpty ? word : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }
}
