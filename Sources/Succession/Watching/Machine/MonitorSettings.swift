import Vocabulary

/// How a sentinel monitors its master: kept over a `REMOVE`, after which it would have Redis's defaults.
public struct MonitorSettings: Equatable, Sendable {
    public let quorum: Int
    public let downAfter: Duration
    public let failoverTimeout: Duration
    public let parallelSyncs: Int

    /// The settings in the shipped `conf/sentinel.conf`: with Redis's own, an election that failed costs six minutes.
    static let shipped = MonitorSettings(
        Opinion(names: nil, failoverTimeout: .seconds(10), details: SentinelDetails(downAfter: .seconds(5), quorum: 2)))

    /// Scripts can be set again only where `deny-scripts-reconfig` is off.
    private init(_ opinion: Opinion) {
        quorum = opinion.details.quorum
        downAfter = opinion.details.downAfter
        failoverTimeout = opinion.failoverTimeout
        parallelSyncs = opinion.details.parallelSyncs
    }

    /// Those of a sentinel that names the recorded master; else of any that names one. Nil where none does.
    init?(_ snapshot: Snapshot) {
        let opinions = snapshot.sentinels.compactMap(\.opinion).filter { $0.names != nil }
        guard let best = opinions.first(where: { $0.names == snapshot.record?.address }) ?? opinions.first else {
            return nil
        }
        self.init(best)
    }
}
