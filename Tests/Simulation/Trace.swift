import Succession
import Vocabulary

/// The last lines of a run, for a person: time, who, what it saw in one line, what it did.
struct Trace {
    private(set) var lines: [String] = []
    private static let limit = 4_000

    mutating func add(_ text: String, at now: Int) {
        let milliseconds = String(now % 1_000)
        let padded = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
        lines.append("\(now / 1_000).\(padded)s  \(text)")
        if lines.count > 2 * Self.limit { lines.removeFirst(Self.limit) }
    }

    static func shown(_ instances: [Address: Instance]) -> String {
        instances.sorted { $0.key.description < $1.key.description }
            .map { "\($0.key) \(shown($0.value.answer))" }.joined(separator: ", ")
    }

    static func shown(_ copy: Freshness) -> String {
        guard copy.holdsData else { return copy.clusterID == nil ? "empty" : "empty with a passport" }
        let position = copy.position.map { "\($0.epoch)/\($0.offset)" } ?? "no position"
        return "\(copy.replicationID ?? "no id") \(position)\(copy.isLoadable ? "" : " damaged")"
    }

    private static func shown(_ answer: Answer) -> String {
        switch answer {
        case .master(let history): "master(\(history.replicationID)@\(history.offset))"
        case .replica(let replication):
            "replica(of \(replication.master.map(\.description) ?? "?"), \(replication.history.replicationID)@"
                + "\(replication.history.offset)\(replication.isLinked ? "" : ", link down")"
                + "\(replication.priority == 0 ? ", priority 0" : ""))"
        default: "\(answer)"
        }
    }

    static func shown(_ reports: Sentinels) -> String {
        reports.map { report in
            guard let opinion = report.opinion else { return "(silent)" }
            return "\(opinion.names.map(\.description) ?? "nobody") epoch \(opinion.epoch)"
                + (opinion.subjectivelyDown ? " s_down" : "") + (opinion.failoverFor == nil ? "" : " in failover")
        }.joined(separator: ", ")
    }
}
