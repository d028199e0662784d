/// Values of a redis-server's settings, in the one form in which two of them can be compared, and shown.
///
/// The form is that of `CONFIG GET`: memory in bytes, one line whatever the number of words
/// (https://redis.io/docs/latest/operate/oss_and_stack/management/config).
public enum Setting {
    /// What is shown in the place of a secret.
    public static let hidden = "(hidden)"

    private static let secrets: Set<String> = [
        "requirepass", "masterauth", "primaryauth", "tls-key-file-pass", "tls-client-key-file-pass", "auth-pass",
        "sentinel-pass",
    ]

    /// Whether its value is a secret.
    public static func isSecret(_ name: String) -> Bool { secrets.contains(name) }

    /// The value as it may be shown: that of a secret never is.
    public static func shown(_ value: String, of name: String) -> String {
        if value.isEmpty { return "\"\"" }
        return isSecret(name) ? hidden : value
    }

    /// Whether a name can be one: `CONFIG GET` takes others for patterns.
    public static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }

    /// Whether two values of a setting mean the same.
    public static func areEqual(_ one: String, _ other: String, of name: String) -> Bool {
        normalised(one, of: name) == normalised(other, of: name)
    }

    /// The one form of all ways to write a value.
    public static func normalised(_ value: String, of name: String) -> String {
        switch name {
        case "notify-keyspace-events":
            // A for all of these, in any order (notify.c).
            let flags = value.contains("A") ? value.filter { $0 != "A" } + "g$lshzxetd" : value
            return String(Set(flags).sorted())
        case _ where isText(name): return value
        default:
            return value.split(separator: " ").map { normalised(word: $0) }.joined(separator: " ")
        }
    }

    /// Paths, names and patterns: every letter counts.
    private static func isText(_ name: String) -> Bool {
        isSecret(name)
            || [
                "dir", "logfile", "pidfile", "dbfilename", "appendfilename", "appenddirname", "unixsocket", "aclfile",
                "masteruser", "primaryuser", "syslog-ident", "proc-title-template",
            ].contains(name) || name.hasPrefix("tls-") && name.contains("file")
    }

    private static func normalised(word: Substring) -> String {
        let word = word.lowercased()
        return bytes(word).map(String.init) ?? (word == "replica" ? "slave" : word)
    }

    /// The number of bytes that a word stands for: `1gb`, `1g`, `1024`; nil where it is no number (util.c, `memtoull`).
    public static func bytes(_ word: String) -> Int? {
        let word = word.lowercased()
        let isNegative = word.hasPrefix("-")
        let digits = word.dropFirst(isNegative ? 1 : 0).prefix { $0.isASCII && $0.isNumber }
        let unit = word.dropFirst(digits.count + (isNegative ? 1 : 0))
        let factors: [Substring: Int] = [
            "": 1, "b": 1, "k": 1_000, "kb": 1_024, "m": 1_000_000, "mb": 1_048_576, "g": 1_000_000_000,
            "gb": 1_073_741_824,
        ]
        guard let number = Int(digits), let factor = factors[unit] else { return nil }
        let (product, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : isNegative ? -product : product
    }
}
