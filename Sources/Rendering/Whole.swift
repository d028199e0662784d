/// What a template made of a file: its own lines may stand in any order, and what they leave out nobody adds.
struct Whole {
    enum Must {
        /// It must be there, and say this.
        case be([String])
        /// If it is there, it must say this.
        case onlyBe([String])
    }

    private let last: [String: SettingsLine]
    private let count: Int
    private let source: String

    private struct SettingsLine {
        let line: Int
        let values: [String]
    }

    /// - Throws: for an `include`, since what that names would be read by the server alone.
    init(_ text: String, source: String) throws(RenderingError) {
        var last: [String: SettingsLine] = [:]
        for (line, words) in SettingsText.lines(of: text) {
            guard let words else { throw .settings(source: source, line: line, .unbalancedQuotes) }
            if words[0] == "include" { throw .settings(source: source, line: line, .includeInTemplate) }
            last[Self.key(words)] = SettingsLine(line: line, values: Array(words.dropFirst()))
        }
        self.last = last
        self.source = source
        count = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// What every server must be told, and not to be asked for.
    func check(port: Int, folder: String) throws(RenderingError) {
        try check("port", .be([String(port)]))
        try check("dir", .be([folder]))
        try check("daemonize", .onlyBe(["no"]))
        try check("tls-port", .onlyBe(["0"]))
    }

    func check(_ name: String, _ must: Must) throws(RenderingError) {
        let found = last[name]
        switch must {
        case .be(let values):
            guard let found else { throw .settings(source: source, line: count, .lacking(directive: name)) }
            if !isSame(found.values, values, of: name) { throw undone(found, name) }
        case .onlyBe(let values):
            if let found, !isSame(found.values, values, of: name) { throw undone(found, name) }
        }
    }

    private func isSame(_ found: [String], _ values: [String], of name: String) -> Bool {
        guard ["daemonize", "cluster-enabled", "replicaof"].contains(name) else { return found == values }
        // Several values may be quoted as one.
        let words = found.count == 1 ? RedisQuoting.split(found[0]) ?? [] : found
        return words.map { $0.lowercased() } == values.map { $0.lowercased() }
    }

    private func undone(_ found: SettingsLine, _ name: String) -> RenderingError {
        .settings(source: source, line: found.line, .undone(directive: name))
    }

    /// One name of each directive, whatever older ones it has.
    private static func key(_ words: [String]) -> String {
        switch words[0] {
        case "slaveof": "replicaof"
        case "slave-priority": "replica-priority"
        case "primaryauth": "masterauth"
        case "primaryuser": "masteruser"
        case "sentinel" where words.count > 1: "sentinel \(words[1].lowercased())"
        default: words[0]
        }
    }
}
