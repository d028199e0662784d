/// The grammar of Prometheus's text format 0.0.4.
enum PrometheusText {
    /// A metric's name: letters, digits, `_` and `:`, no digit first.
    static func metricName(_ text: String) -> String { name(text, colons: true) }

    /// Labels as they stand between the braces, sorted by name; of two that are the same name once they are spelt as
    /// Prometheus allows, the first one.
    static func labels(_ dimensions: [(String, String)]) -> String {
        var labels: [String: String] = [:]
        for (key, value) in dimensions {
            var name = name(key, colons: false)
            // `le` is the histogram's own, and names that begin with two underscores are Prometheus's.
            if name == "le" || name.hasPrefix("__") { name = "label_" + name }
            if labels[name] == nil { labels[name] = value }
        }
        return labels.sorted { $0.key < $1.key }.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
    }

    static func help(_ text: String) -> String { escaped(text, quotes: false) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Whole numbers without a point, as in Prometheus's own bounds; above 2^53 they aren't exact any more.
        return value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : "\(value)"
    }

    private static func name(_ text: String, colons: Bool) -> String {
        let letters = text.unicodeScalars.map { scalar in
            let isFit = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isFit || scalar == "_" || colons && scalar == ":" ? Character(scalar) : "_"
        }
        guard let first = letters.first else { return "_" }
        return (first.isNumber ? "_" : "") + String(letters)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
