import Support

/// A strict reader of Prometheus's text format 0.0.4: what it takes, Prometheus takes.
enum PrometheusParser {
    /// Each series, as `name{label="value",…}` with the labels sorted, and its value.
    static func parse(_ text: String) throws -> [String: Double] {
        var reader = Reader()
        guard text.hasSuffix("\n") else { throw TestFailure("the last line doesn't end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            do { try reader.take(line) } catch { throw TestFailure("\(error) in \(line)") }
        }
        try reader.finishFamily()
        return reader.samples
    }

    private struct Histogram {
        var buckets: [(Double, Double)] = []
        var sum: Double?
        var count: Double?
    }

    private struct Reader {
        var samples: [String: Double] = [:]
        var families: [String: String] = [:]
        var helped: Set<String> = []
        var current = ""
        var histograms: [String: Histogram] = [:]

        mutating func take(_ line: Substring) throws {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                guard isName(name), helped.insert(name).inserted else { throw TestFailure("HELP again or bad") }
                guard line.count > 8 + name.count else { throw TestFailure("empty HELP") }
            } else if line.hasPrefix("# TYPE ") {
                try finishFamily()
                let words = line.dropFirst(7).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                guard words.count == 2, isName(words[0]), families[words[0]] == nil, helped.contains(words[0]),
                    ["counter", "gauge", "histogram"].contains(words[1])
                else { throw TestFailure("bad TYPE") }
                families[words[0]] = words[1]
                current = words[0]
            } else {
                try sample(line)
            }
        }

        private mutating func sample(_ line: Substring) throws {
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            guard isName(name), let kind = families[current] else { throw TestFailure("no TYPE") }
            var rest = line.dropFirst(name.count)
            var labels = try rest.first == "{" ? PrometheusParser.labels(&rest) : [:]
            guard rest.first == " ", let value = number(rest.dropFirst()) else { throw TestFailure("no value") }
            let key = PrometheusParser.key(name, labels)
            guard samples.updateValue(value, forKey: key) == nil else { throw TestFailure("\(key) again") }
            guard kind == "histogram" else {
                guard name == current, labels["le"] == nil else { throw TestFailure("not of \(current)") }
                guard kind != "counter" || value >= 0 else { throw TestFailure("a counter below 0") }
                return
            }
            let bound = labels.removeValue(forKey: "le")
            let series = PrometheusParser.key(current, labels)
            switch (name.dropFirst(current.count), bound.flatMap { number($0[...]) }) {
            case ("_bucket", let bound?): histograms[series, default: Histogram()].buckets.append((bound, value))
            case ("_sum", nil): histograms[series, default: Histogram()].sum = value
            case ("_count", nil): histograms[series, default: Histogram()].count = value
            default: throw TestFailure("no part of a histogram")
            }
        }

        /// Buckets in order and cumulative, `+Inf` last and the same as the count.
        mutating func finishFamily() throws {
            for (series, histogram) in histograms {
                let (bounds, counts) = (histogram.buckets.map(\.0), histogram.buckets.map(\.1))
                guard histogram.sum != nil, let count = histogram.count, bounds.last == .infinity, counts.last == count,
                    zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }),
                    zip(counts, counts.dropFirst()).allSatisfy({ $0 <= $1 })
                else { throw TestFailure("\(series) is no histogram") }
            }
            histograms = [:]
        }
    }

    private static func labels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        rest.removeFirst()
        while rest.first != "}" {
            let name = String(rest.prefix { $0 != "=" })
            rest = rest.dropFirst(name.count)
            guard isName(name), !name.contains(":"), !name.hasPrefix("__"), rest.hasPrefix("=\"") else {
                throw TestFailure("bad label \(name)")
            }
            rest = rest.dropFirst(2)
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\" else {
                    value.append(character)
                    continue
                }
                switch rest.popFirst() {
                case "\\": value += "\\"
                case "n": value += "\n"
                case "\"": value += "\""
                default: throw TestFailure("bad escape")
                }
            }
            guard labels.updateValue(value, forKey: name) == nil else { throw TestFailure("label \(name) again") }
            guard rest.first == "," || rest.first == "}" else { throw TestFailure("labels don't end") }
            if rest.first == "," { rest.removeFirst() }
        }
        rest.removeFirst()
        return labels
    }

    private static func key(_ name: String, _ labels: [String: String]) -> String {
        let list = labels.sorted { $0.key < $1.key }.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        return list.isEmpty ? name : "\(name){\(list)}"
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, !("0"..."9").contains(first) else { return false }
        return text.utf8.allSatisfy {
            (65...90).contains($0) || (97...122).contains($0) || (48...58).contains($0) || $0 == 95
        }
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.utf8.allSatisfy({ "0123456789.e+-".utf8.contains($0) }) ? Double(text) : nil
        }
    }
}
