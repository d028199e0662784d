import Runtime
import Vocabulary

/// One line of standard error, before it is text or JSON. Secrets are taken out of all that is in it, and nothing in it
/// ends the line.
struct LogLine {
    /// How many bytes a line has at most, its end among them: a pipe takes so many whole (`PIPE_BUF`).
    static let limit = 4_096
    /// How many bytes a field's value has at most.
    static let valueLimit = 240
    /// What every line has.
    static let ownNames = ["time", "level", "source", "message"]

    let time: String
    let level: String
    let source: String
    let message: String
    /// Of two with the same name the first one counts. What would make the line too long is left out, the last first.
    let fields: [LogField]

    init(time: String, level: String, source: String, message: String, fields: [LogField] = []) {
        (self.time, self.level, self.source, self.message) = (time, level, source, message.oneLine)
        var names: Set<String> = []
        self.fields = fields.filter { $0.value != nil && names.insert($0.name).inserted }
    }

    /// As `LOG_FORMAT=text` has it: the fields behind the message, but for what that says.
    var text: String {
        var line = "\(time) \(level) \(source): \(message)"
        for field in fields where field.isInText {
            let shown: String
            switch field.value {
            case .text(let text):
                let value = Self.shown(text)
                if message.says(value) { continue }
                shown = value.isOneWord ? value : JSON.string(value).text
            case .number(let number): shown = String(number)
            case .time(let milliseconds): shown = "\(milliseconds)ms"
            case nil: continue
            }
            let next = "\(line) \(field.name)=\(shown)"
            guard next.utf8.count < Self.limit else { break }
            line = next
        }
        return line
    }

    /// As `LOG_FORMAT=json` has it.
    var json: String {
        let own = zip(Self.ownNames, [time, level, source, message].map(JSON.string)).map { ($0, $1) }
        var members = own + fields.map { ($0.name, Self.json($0)) }
        while true {
            let line = JSON.object(members).text
            guard line.utf8.count >= Self.limit, members.count > own.count else { return line }
            members.removeLast()
        }
    }

    private static func json(_ field: LogField) -> JSON {
        switch field.value {
        case .text(let text): .string(shown(text))
        case .number(let number): .number(number)
        case .time(let milliseconds): .number(Int(milliseconds))
        case nil: .null
        }
    }

    /// Without secrets before it is cut: what is cut first would show the beginning of one.
    private static func shown(_ text: String) -> String {
        Secrets.removed(from: text).escapedLine(atMost: valueLimit)
    }
}

extension String {
    /// Whether a value can stand behind `name=` as it is.
    fileprivate var isOneWord: Bool {
        !isEmpty && !utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
    }

    /// Whether this word stands in it, and not as a part of a longer one.
    fileprivate func says(_ word: String) -> Bool {
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard !word.isEmpty, text.count >= word.count else { return false }
        let isPart = { (index: Int) in
            text.indices.contains(index) && (text[index].isLetterOrDigit || "-_".utf8.contains(text[index]))
        }
        return (0...(text.count - word.count)).contains { start in
            text[start] == word[0] && text[start..<(start + word.count)].elementsEqual(word) && !isPart(start - 1)
                && !isPart(start + word.count)
        }
    }
}
