@testable import Succession

/// Copies of the data as passports tell of them, beside what the cluster was last seen to hold.
extension Cast {
    /// 100 keys, in the third reign, up to offset 1000.
    static let held = Holdings(epoch: 3, offset: 1_000, keys: 100, seen: "2026-01-01T00:00:00Z")

    static func copy(
        _ epoch: Int?, _ offset: Int64?, line: String? = line, modified: Int64? = 1_000, isLoadable: Bool = true,
        isKept: Bool = true, of cluster: String? = clusterID
    ) -> Freshness {
        Freshness(
            holdsData: true, isLoadable: isLoadable, isKept: isKept, epoch: epoch, replicationID: line, offset: offset,
            keys: 100, modified: modified, clusterID: cluster)
    }

    static let current = copy(3, 1_000)
    /// All but what a crash may cost: the pings that a master sends to its replicas.
    static let barelyCurrent = copy(3, 1_000 - Holdings.noise)
    /// Of the same reign, without 900 bytes of it.
    static let behind = copy(3, 100)
    /// Of the reign before, whose offsets were higher.
    static let ofEarlierReign = copy(2, 99_999, line: otherLine)
    /// No passport, no known id: the newest of all files.
    static let unknown = Freshness(holdsData: true, replicationID: fourthLine, offset: 5_000, modified: 9_000)
    /// An older file of an id of its own.
    static let unknownOlder = Freshness(holdsData: true, replicationID: fileLine, offset: 9_000, modified: 8_000)
    static let damagedCurrent = copy(3, 1_000, isLoadable: false)
    /// Of another cluster, whose numbers are far higher.
    static let foreignCopy = copy(99, 99_999, line: fileLine, of: otherClusterID)
    /// A member that was here before and holds nothing.
    static let emptyMember = Freshness(holdsData: false, clusterID: clusterID)
    /// Settings that keep nothing.
    static let cache = Freshness(holdsData: false, isKept: false)
}
