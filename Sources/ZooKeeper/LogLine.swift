/// One line of libzookeeper's log, without its time, process, thread and place in the source:
/// `2024-11-22 15:33:01,123:4711(0x7f12):ZOO_INFO@check_events@2456: text`.
struct LogLine: Equatable {
    var level: LogLevel
    var text: String

    init(level: LogLevel, text: String) {
        self.level = level
        self.text = text
    }

    /// A line of another form is taken whole, as a warning.
    init(_ line: String) {
        level = .warning
        text = line
        for (name, level) in [("ERROR", LogLevel.error), ("WARN", .warning), ("INFO", .info)] {
            guard let mark = line.firstRange(of: ":ZOO_\(name)@") else { continue }
            self.level = level
            let rest = line[mark.upperBound...]
            if let end = rest.firstRange(of: ": ") { text = String(rest[end.upperBound...]) }
            return
        }
    }
}
