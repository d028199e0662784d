import Vocabulary

@testable import Succession

/// The addresses, marks and replication ids of one imagined cluster, and of what is near it.
enum Cast {
    static let me = address("10.0.0.1:7001")
    /// What `/redis/master` names, where it names another.
    static let recorded = address("10.0.0.2:7002")
    static let first = address("10.0.0.3:7003")
    static let second = address("10.0.0.4:7004")
    /// Whom the sentinels, or a redirect, may name in place of the recorded master.
    static let heir = address("10.0.0.5:7005")
    /// Nobody listens there.
    static let gone = address("10.0.0.6:7006")
    /// A master of another cluster.
    static let foreign = address("10.0.0.7:7007")
    static let sentinels = [address("10.0.1.1:26379"), address("10.0.1.2:26379"), address("10.0.1.3:26379")]

    static let clusterID = "0123456789abcdef"
    static let otherClusterID = "fedcba9876543210"
    static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: clusterID)
    static let markWithoutID = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)
    static let markOfNamesake = Mark(root: "/redis", masterName: "mymaster", clusterID: otherClusterID)
    static let markOfAnotherRoot = Mark(root: "/other", masterName: "mymaster", clusterID: nil)

    /// The replication id of `/redis/cluster`.
    static let line = String(repeating: "a", count: 40)
    /// The one that our own data file bears, where it is not the cluster's.
    static let fileLine = String(repeating: "b", count: 40)
    static let otherLine = String(repeating: "c", count: 40)
    static let fourthLine = String(repeating: "d", count: 40)

    /// Our own data: offset 1000 of the cluster's line, written in millisecond 1000.
    static let ownData = Freshness(holdsData: true, replicationID: line, offset: 1_000, modified: 1_000)
    static let heldMore = Holdings(epoch: 1, offset: 9_999, keys: 100, seen: "2026-01-01T00:00:00Z")
    /// Of a master that was promoted from the cluster's in its first reign, and that nobody recorded.
    static let promotedLog: Freshness = {
        var log = Freshness(
            holdsData: true, epoch: 1, replicationID: otherLine, offset: 1_000, modified: 1_000, clusterID: clusterID)
        (log.previousID, log.provenOffset, log.isWhole) = (line, 900, true)
        return log
    }()
    static let ownDataOfAnotherLine = Freshness(holdsData: true, replicationID: fileLine, offset: 9, modified: 1_000)
    static let ownDataWithoutLine = Freshness(holdsData: true, modified: 1_000)
    static let ownDamagedData = Freshness(
        holdsData: true, isLoadable: false, replicationID: line, offset: 1_000, modified: 1_000)

    static let limit = Duration.seconds(60)

    static func address(_ text: String) -> Address { Address(text)! }

    static func history(
        _ line: String = Cast.line, after previous: String? = nil, offset: Int64 = 1_000, keys: Bool = true
    ) -> History {
        History(
            replicationID: line, previousID: previous, previousOffset: previous.map { _ in 901 }, offset: offset,
            keys: keys ? 100 : 0)
    }

    static func master(after previous: String? = nil, offset: Int64 = 1_000, keys: Bool = true) -> Answer {
        .master(history(after: previous, offset: offset, keys: keys))
    }

    /// - Parameter isUsers: whether a priority of 0 is what the user has set, and not ours for a while.
    /// A replica that has lost us as its master.
    static func lost(line: String = Cast.line, offset: Int64 = 1_000) -> Answer {
        .replica(
            Replication(
                of: me, synchronised: true, isLinked: false, priority: 100, history: history(line, offset: offset),
                awaiting: nil))
    }

    static func replica(
        of master: Address? = recorded, synchronised: Bool = true, priority: Int = 100, offset: Int64 = 1_000,
        keys: Bool = true, linked: Bool = true, isUsers: Bool = false
    ) -> Answer {
        let history = history(offset: offset, keys: keys)
        return .replica(
            Replication(
                of: master, synchronised: synchronised, isLinked: linked, priority: priority, history: history,
                awaiting: priority == 0 && !isUsers ? 100 : nil))
    }
}
