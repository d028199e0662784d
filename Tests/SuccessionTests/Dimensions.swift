import Vocabulary

@testable import Succession

/// The finite parts of an observation, each with all the values that a rule tells apart.
enum Dimension {
    /// What the recorded address answers; the last eight are not what it should be.
    static let recordedAnswers: [Answer] = [
        Cast.master(), Cast.master(keys: false), .loading, Cast.replica(of: Cast.heir),
        Cast.replica(of: nil), Cast.replica(of: Cast.me, linked: false), Cast.replica(of: Cast.gone),
        Cast.replica(of: Cast.foreign),
        .denied, .refused, .silent, .notRedis,
    ]

    static let marks: [MarkReading] = [
        .unknown, .absent, .mark(Cast.mark), .mark(Cast.markWithoutID), .mark(Cast.markOfNamesake),
        .mark(Cast.markOfAnotherRoot),
    ]

    /// The recorded master in a word: every class of it that the rules tell apart.
    static let recordedClasses: [(Instance, leased: Bool)] = [
        (Instance(Cast.master(), mark: .mark(Cast.mark)), true),
        (Instance(Cast.master(), mark: .unknown), false),
        (Instance(.loading, mark: .mark(Cast.mark)), true),
        (Instance(Cast.replica(of: Cast.heir), mark: .mark(Cast.mark)), true),
        (Instance(Cast.replica(of: Cast.gone), mark: .mark(Cast.mark)), true),
        (Instance(Cast.replica(of: Cast.gone, linked: false), mark: .mark(Cast.mark)), true),
        (Instance(.refused), true),
        (Instance(.refused), false),
        (Instance(.silent), true),
        (Instance(.silent), false),
        (Instance(Cast.master(), mark: .mark(Cast.markOfNamesake)), false),
    ]

    /// The heir: ours by its mark, of nobody, another cluster's, a replica, silent.
    static let heirs: [Instance] = [
        Instance(Cast.master(), mark: .mark(Cast.mark)), Instance(Cast.master(), mark: .absent),
        Instance(Cast.master(), mark: .mark(Cast.markOfNamesake)),
        Instance(Cast.replica(of: Cast.gone), mark: .mark(Cast.mark)), Instance(.silent),
    ]

    /// `/redis/cluster`: nil, or how many members it counts beyond those that are live, and the replication id.
    enum Count: CaseIterable { case unrecorded, fewer, equal, more, many, moreOfNoLine }

    static let data: [Freshness] = [
        .empty, Cast.ownData, Cast.ownDataOfAnotherLine, Cast.ownDataWithoutLine, Cast.ownDamagedData,
    ]

    static let waits: [Duration] = [.zero, .seconds(30), Cast.limit]
}

extension Dimension.Count {
    func record(live: Int) -> ClusterRecord? {
        func record(_ members: Int, _ line: String?) -> ClusterRecord {
            ClusterRecord(
                id: Cast.clusterID, members: members, epoch: 1, replicationID: line,
                holders: [Holder(Cast.gone, epoch: 1, offset: 1)])
        }
        return switch self {
        case .unrecorded: nil
        case .fewer: record(live - 1, Cast.line)
        case .equal: record(live, Cast.line)
        case .more: record(live + 1, Cast.line)
        case .many: record(live + 9, Cast.line)
        case .moreOfNoLine: record(live + 1, nil)
        }
    }
}
