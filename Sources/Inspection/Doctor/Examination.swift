import Succession
import Vocabulary

/// The outcome of all checks.
public struct Examination: Sendable {
    /// One check, with what it says: the worst first.
    public struct Entry: Sendable {
        public var check: any Check
        public var results: [CheckResult]

        /// The worst of what it says.
        public var mark: CheckResult.Mark { results.map(\.mark).max() ?? .pass }
    }

    public var entries: [Entry]

    /// What a check says itself comes first; an alert that says the same of the same is left out.
    public init(of evidence: Evidence, by checks: [any Check] = Checks.all) {
        let trouble = evidence.trouble?.text ?? "nothing is known of the cluster"
        entries = checks.map { check in
            guard check.needsCluster, evidence.sight == nil else {
                return Entry(check: check, results: check.results(for: evidence))
            }
            return Entry(check: check, results: [.unknown(evidence.root, "ZooKeeper does not show it: \(trouble)")])
        }
        let told = Set(
            entries.flatMap { entry in
                entry.results.flatMap { result in result.tells.map { Title($0, result.subject) } }
            })
        for alert in evidence.alerts where !told.contains(Title(alert.name, alert.subject)) {
            guard let index = entries.firstIndex(where: { $0.check.alerts.contains(alert.name) }) else { continue }
            entries[index].results.append(CheckResult(alert, evidence))
        }
        for index in entries.indices {
            entries[index].results.sort { one, other in
                one.mark == other.mark ? (one.subject ?? "") < (other.subject ?? "") : one.mark > other.mark
            }
        }
    }

    private struct Title: Hashable {
        var name: String
        var subject: String?

        init(_ name: String, _ subject: String?) { (self.name, self.subject) = (name, subject) }
    }

    public func count(_ mark: CheckResult.Mark) -> Int { entries.count { $0.mark == mark } }

    /// 0: all pass; 1: a warning, or something that could not be asked; 2: a failure.
    public var exitCode: Int32 {
        switch entries.map(\.mark).max() ?? .pass {
        case .pass: 0
        case .unknown, .warn: 1
        case .fail: 2
        }
    }
}

extension CheckResult {
    /// What an alert says: its text has cause and remedy in it.
    init(_ alert: Alert, _ evidence: Evidence) {
        let isEssential = evidence.snapshot?.badNodes.contains { $0.isEssential && $0.path == alert.subject } ?? false
        let isUrgent = Self.urgent.contains(alert.name) || alert.name == "bad-node" && isEssential
        self.init(isUrgent ? .fail : .warn, alert.subject, alert.text, fix: Self.commands(for: alert, evidence))
    }

    /// What to type about it; that one should ask a doctor is no news here.
    private static func commands(for alert: Alert, _ evidence: Evidence) -> [String] {
        (evidence.sight?.commands(for: alert) ?? []).filter { $0 != "interrex doctor" }
    }

    /// Those under which clients are affected, or will be by the next failure.
    private static let urgent: Set<String> = [
        "no-master", "behind", "no-record", "empty-root", "nobody-promotable", "no-sentinels", "sentinel-majority-lost",
        "no-quorum", "disputed-cluster", "bad-acl", "unknown-master", "uncommandable",
    ]
}
