/// The names of all variables, and those that are set and mean nothing to Interrex, though their names nearly do.
extension Environment {
    /// Variables whose value is a secret. Of each there is one more, its name with `_FILE` behind it, that names a
    /// file.
    public static let secrets = ["REDIS_PASSWORD", "SENTINEL_PASSWORD", "ZK_AUTH"]

    /// All that some part of Interrex reads and nobody else has defined.
    public static let variables: Set<String> = [
        "ZK_HOSTS", "ZK_ROOT", "ZK_AUTH", "ZK_SESSION_TIMEOUT", "NET_IFACE", "BIND_IP", "PORT0", "ANNOUNCE_IP",
        "ANNOUNCE_PORT", "MASTER_NAME", "SENTINEL_QUORUM", "MASTER_TIMEOUT", "REDIS_USERNAME", "REDIS_PASSWORD",
        "SENTINEL_PASSWORD", "ACCEPT_LOSS_AFTER", "MIN_REPLICAS_TO_WRITE", "DATA_DIR", "CONFIG_DIR", "REDIS_CONF",
        "SENTINEL_CONF", "REDIS_TEMPLATE", "SENTINEL_TEMPLATE", "REDIS_SERVER", "REDIS_SENTINEL", "LOG_LEVEL",
        "LOG_FORMAT", "HOOKS_DIR", "RENAMED_COMMANDS",
    ]

    private static let names = variables.union(secrets.map { "\($0)_FILE" })

    /// What other tools call the same thing.
    private static let otherNames = [
        "ZOOKEEPER": "ZK_HOSTS", "ZOOKEEPER_HOSTS": "ZK_HOSTS", "ZOOKEEPER_HOST": "ZK_HOSTS", "ZK_SERVERS": "ZK_HOSTS",
        "ZOOKEEPER_SERVERS": "ZK_HOSTS", "ZK_CONNECT": "ZK_HOSTS", "ZOOKEEPER_CONNECT": "ZK_HOSTS",
        "ZK_URL": "ZK_HOSTS",
        "ZK_PATH": "ZK_ROOT", "ZOOKEEPER_ROOT": "ZK_ROOT", "REDIS_PASS": "REDIS_PASSWORD",
        "REDIS_AUTH": "REDIS_PASSWORD", "SENTINEL_PASS": "SENTINEL_PASSWORD", "QUORUM": "SENTINEL_QUORUM",
        "REDIS_MASTER_NAME": "MASTER_NAME", "SENTINEL_MASTER_NAME": "MASTER_NAME", "SENTINEL_MASTER": "MASTER_NAME",
    ]

    /// What clients of Redis are told by, and so means nothing wrong though it is near one of ours.
    private static let unrelated: Set<String> = ["REDIS_SERVERS", "REDIS_SENTINELS"]

    /// Names that are set, each with the one that was probably meant and is not set. Sorted.
    public var likelyMistakes: [(set: String, meant: String)] {
        let unset = Self.names.filter { all[$0]?.isEmpty ?? true }
        return all.filter { !$0.value.isEmpty && !Self.names.contains($0.key) && !Self.unrelated.contains($0.key) }.keys
            .sorted().compactMap { name in Self.likelyMeant(by: name, of: unset).map { (name, $0) } }
    }

    private static func likelyMeant(by name: String, of unset: Set<String>) -> String? {
        let isPrefixed = name.hasPrefix("INTERREX_")
        let same = [name.uppercased(), isPrefixed ? String(name.dropFirst(9)) : name, otherNames[name] ?? name]
        if let exact = same.first(where: unset.contains) { return exact }
        // Two letters apart at most, one where the name is short.
        let limit = name.utf8.count < 8 ? 1 : 2
        guard name.utf8.count >= 4 else { return nil }
        let near = unset.sorted().map { ($0, distance(name, $0, limit: limit)) }.filter { $0.1 <= limit }
        return near.min { $0.1 < $1.1 }?.0
    }

    /// Says so, a line each: without a word the default would be taken.
    public func warnOfLikelyMistakes() {
        for (name, meant) in likelyMistakes {
            Log.warn("\(name.clipped) is set and means nothing here, and \(meant) is not set; is that what was meant?")
        }
    }
}

/// In how many letters two names differ (Levenshtein's distance); any number above `limit` where they differ in more.
private func distance(_ one: String, _ other: String, limit: Int) -> Int {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    guard abs(one.count - other.count) <= limit else { return limit + 1 }
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
        var next = [row + 1]
        for (column, otherLetter) in other.enumerated() {
            next.append(min(next[column] + 1, last[column + 1] + 1, last[column] + (letter == otherLetter ? 0 : 1)))
        }
        last = next
    }
    return last[other.count]
}
