import Succession

/// How far a replica may be behind, as `max-lag` says it.
enum Lag: Equatable, Sendable {
    /// Since the master last sent anything, where it has sent more than the replica has.
    case time(Duration)
    /// Of the replication stream.
    case bytes(Int64)

    /// Parses `500ms`, `6s`, `2m`, a bare number of seconds, or `100b`, `64kb`, `1mb` (Redis's own units, of 1024).
    init?(_ text: some StringProtocol) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard (1...9).contains(digits.utf8.count), let number = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count).lowercased() {
        case "ms": self = .time(.milliseconds(number))
        case "s", "": self = .time(.seconds(number))
        case "m": self = .time(.seconds(number * 60))
        case "b": self = .bytes(number)
        case "kb": self = .bytes(number * 1_024)
        case "mb": self = .bytes(number * 1_048_576)
        default: return nil
        }
    }

    /// Why a replica is too far behind, or nil where it is not.
    /// - Parameter masterOffset: The master's, asked at the same time; nil where it did not say.
    func complaint(of replication: Replication, masterOffset: Int64?) -> String? {
        switch self {
        case .time(let limit):
            // A master that has nothing to send is silent for 10 s (`repl-ping-replica-period`), and nobody is behind
            // it.
            if let masterOffset, replication.history.offset >= masterOffset { return nil }
            guard let contact = replication.lastContact else {
                return "does not say when its master last sent anything"
            }
            return contact <= limit ? nil : "last heard from its master \(contact) ago"
        case .bytes(let limit):
            guard let masterOffset else { return "can't be compared: the master's offset is not known" }
            // Both came over the network: no overflow.
            let (behind, overflow) = masterOffset.subtractingReportingOverflow(replication.history.offset)
            return !overflow && behind <= limit ? nil : "is \(behind) bytes behind its master"
        }
    }
}
