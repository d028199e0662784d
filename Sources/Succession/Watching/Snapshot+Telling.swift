import Vocabulary

/// How alerts put things to people.
extension Snapshot {
    /// How many of a kind are named, each in an alert of its own: somebody may have put thousands below ours.
    static let namedAlerts = 20

    /// Behind what the watcher mends by itself.
    var untilResumed: String {
        isPaused ? " (paused: no watcher changes anything until \(mark.root)/paused ends)" : ""
    }

    func list(_ texts: some Sequence<String>) -> String {
        let texts = Array(texts)
        return texts.isEmpty ? "none" : texts.joined(separator: ", ")
    }

    func list(_ addresses: some Sequence<Address>) -> String { list(addresses.sorted().map(\.description)) }

    /// What an address was seen as, for people.
    func state(of address: Address) -> String {
        if isStranger(address) {
            return "is a server of another cluster\(strangeness(of: address).map { " (\($0))" } ?? "")"
        }
        switch answer(of: address) {
        case .refused: return "refuses connections"
        case .silent: return "does not answer"
        case .loading: return "is loading its data, or busy with a script"
        case .denied: return "does not let us in (check REDIS_PASSWORD and its maxclients)"
        case .replica(let replication): return "is a replica of \(replication.master.map(\.description) ?? "nobody")"
        case .master, .notRedis: return "is no Redis of ours"
        }
    }

    /// What makes a server ours that another tool has started.
    var wayIn: String {
        "give it our mark (Redis 7: CONFIG SET proc-title-template '\(mark.template())', then CONFIG REWRITE)"
    }
}
