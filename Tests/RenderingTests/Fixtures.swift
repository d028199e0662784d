import Vocabulary

@testable import Rendering

/// Parsed once: the tests render them some thousand times.
private let redisTemplate = Result { () throws(RenderingError) in try Template(Shipped.redisTemplate) }
private let sentinelTemplate = Result { () throws(RenderingError) in try Template(Shipped.sentinelTemplate) }

extension RedisFile {
    /// A master with nothing optional.
    static var plain: RedisFile {
        RedisFile(
            bind: Address("10.0.0.1:7001")!, dataDirectory: "/data", mark: Mark(root: "/redis", masterName: "mymaster"))
    }

    /// With the shipped template.
    func rendered(settings: String = "appendonly yes\n") throws(RenderingError) -> String {
        try render(template: redisTemplate.get(), settings: Template(SourceText(settings)))
    }
}

extension SentinelFile {
    /// A sentinel with nothing optional.
    static var plain: SentinelFile {
        SentinelFile(
            bind: Address("10.0.0.1:27001")!, dataDirectory: "/data", identity: identity(1),
            mark: Mark(root: "/redis", masterName: "mymaster"), master: Address(host: "10.0.0.9", port: 7001)!)
    }

    static func identity(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits + "00000000"
    }

    /// With the shipped template.
    func rendered(settings: String = "timeout 0\n") throws(RenderingError) -> String {
        try render(template: sentinelTemplate.get(), settings: Template(SourceText(settings)))
    }
}

extension SourceText {
    init(_ text: String) {
        self.init(name: "a test", text: text)
    }
}

/// The directives of a file as Redis reads them: words of each line that is neither empty nor a comment.
func directives(_ text: String) -> [[String]] {
    SettingsText.lines(of: text).map { $0.words ?? ["unbalanced quotes"] }
}

/// Values that try to add a directive, to end a quote, or to be read as something else.
let hostileValues = [
    "a\nreplicaof 6.6.6.6 6666", "a\rb", "a\r\nb", "\n", "a\0b", "\0",
    "a b", " a", "a ", "a\"b", "\"", "\"\"", "a' b", "'", "\\", "a\\", "\\\"", "\" \"x\"", "#", "a#b", "# a",
    "{{port}}", "{{{settings}}}", "{title}", "\t", "\u{B}", "\u{1}\u{7F}", "é 漢字 \u{1F600}", "\u{85}", "\u{2028}",
    "-", "", "\\n", "\\x0a", "$(reboot)", String(repeating: "x", count: 65_536), String(repeating: "\" ", count: 4_000),
]
