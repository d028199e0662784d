import Testing

@testable import Succession

/// Of several copies, whatever is known of them, one order: whoever is first is first for everybody.
@Suite(.timeLimit(.minutes(5))) struct FreshnessRankTests {
    /// Every copy of a small world: worth, reign, id, offset, file.
    private static let all: [Freshness] = {
        var all = [Freshness.empty, Freshness(holdsData: false, isLoadable: false, epoch: 9, offset: 9, modified: 3)]
        for isLoadable in [true, false] {
            for epoch in [nil, 2, 3] {
                for line in [Cast.line, Cast.otherLine, nil] {
                    for offset in [nil, 100, 500, 900] as [Int64?] {
                        for modified in [nil, 1, 2, .max] as [Int64?] {
                            all.append(
                                Freshness(
                                    holdsData: true, isLoadable: isLoadable, epoch: epoch, replicationID: line,
                                    offset: offset, modified: modified))
                        }
                    }
                }
            }
        }
        return all
    }()

    /// Nobody saw anything; the cluster was empty; it held more than some copies, more than most, more than all.
    static let holdings: [Holdings?] = [
        nil, Holdings(epoch: 0, offset: 0, keys: 0, seen: ""), Holdings(epoch: 2, offset: 1_000, keys: 1, seen: ""),
        Holdings(epoch: 3, offset: 800, keys: 1, seen: ""),
        Holdings(epoch: 3, offset: 1_500, rate: 500, keys: 1, seen: ""),
        Holdings(epoch: 4, offset: 0, keys: 1, seen: ""),
    ]

    @Test(arguments: holdings)
    func ofTwoCopiesTheFresherIsTheDesigns(_ holdings: Holdings?) {
        let order = OracleOrder(held: holdings)
        var generator = SeededGenerator(seed: 3)
        var (fresher, failures) = (0, [String]())
        for one in Self.all {
            for _ in 0..<60 {
                let other = Self.all.any(&generator)
                let expected = order.isFresher(one, other)
                if expected { fresher += 1 }
                if one.isFresher(than: other, holdings: holdings) != expected { failures.append("\(one) and \(other)") }
            }
        }
        #expect(failures.isEmpty, "\(failures.count): \(failures.first ?? "")")
        #expect(fresher > 3_000)
    }

    /// 10,000 sets of up to seven copies, one of them perhaps the recorded master's: of any three the order is one, and
    /// the order in which they were read is of no account.
    @Test func ranksAreOneOrder() {
        var generator = SeededGenerator(seed: 5)
        var (failures, seen) = ([String](), 0)
        for _ in 0..<10_000 {
            let count = Int.random(in: 2...7, using: &generator)
            let copies = (0..<count).map { _ in Self.all.any(&generator) }
            let holdings = Self.holdings.any(&generator)
            let recorded = Int.random(in: -2..<count, using: &generator)
            func ranks(among others: [Freshness]) -> [FreshnessRank] {
                let own = recorded < 0 ? nil : copies[recorded]
                return copies.map { FreshnessRank(of: $0, recorded: own, among: others, holdings: holdings) }
            }
            let made = ranks(among: copies)
            if made != ranks(among: copies.shuffled(using: &generator)) { failures.append("another order: \(copies)") }
            failures += Self.broken(made).map { "\($0): \(copies), \(String(describing: holdings))" }
            failures += Self.brokenLaws(copies, made, recorded, holdings).map { "\($0): \(copies)" }
            seen += 1
        }
        #expect(failures.isEmpty, "\(failures.count): \(failures.first ?? "")")
        #expect(seen == 10_000)
    }

    /// What makes an order: of two one is before the other or they are equal, and of three it is passed on.
    private static func broken(_ ranks: [FreshnessRank]) -> [String] {
        var failures: [String] = []
        for a in ranks {
            for b in ranks {
                if [a < b, b < a, a == b].count(where: { $0 }) != 1 { failures.append("not comparable") }
                for c in ranks {
                    if a < b, b < c, !(a < c) { failures.append("not transitive") }
                    if a == b, b == c, a != c { failures.append("equals that are not") }
                    if a == b, (a < c) != (b < c) { failures.append("equals of which one is before") }
                }
            }
        }
        return failures
    }

    private static func brokenLaws(
        _ copies: [Freshness], _ ranks: [FreshnessRank], _ recorded: Int, _ held: Holdings?
    ) -> [String] {
        var failures: [String] = []
        func lacks(_ copy: Freshness) -> Bool {
            held.map { OracleOrder.lacks(copy.epoch!, copy.offset!, of: $0) } ?? false
        }
        for (a, one) in copies.enumerated() {
            for (b, other) in copies.enumerated() where OracleOrder.worth(one) == OracleOrder.worth(other) {
                guard one.holdsData else {
                    if ranks[a] != ranks[b] { failures.append("nothing is more than nothing") }
                    continue
                }
                let known = (one.epoch != nil && one.offset != nil, other.epoch != nil && other.offset != nil)
                let isFirst = ranks[a] > ranks[b]
                switch known {
                case (true, true):
                    if (one.epoch!, one.offset!) > (other.epoch!, other.offset!), !isFirst {
                        failures.append("position")
                    }
                case (true, false):
                    if lacks(one) == isFirst { failures.append("what is known to be there goes first, else last") }
                case (false, false):
                    let isOneLine = one.replicationID != nil && one.replicationID == other.replicationID
                    if a == recorded, !isOneLine, one != other, !isFirst {
                        failures.append("the recorded master's own copy")
                    }
                    if one.replicationID != nil, one.replicationID == other.replicationID,
                        one.offset ?? 0 > other.offset ?? 0,
                        !isFirst
                    {
                        failures.append("the higher offset of one id")
                    }
                case (false, true): break
                }
            }
            for (b, other) in copies.enumerated() where OracleOrder.worth(one) > OracleOrder.worth(other) {
                if !(ranks[a] > ranks[b]) { failures.append("worth") }
            }
        }
        return failures
    }

    /// A higher offset in an older file, a lower one in a newer, and a file without an id between the two.
    @Test func aCopyIsAsNewAsTheNewestThatItHolds() {
        let ahead = Freshness(holdsData: true, replicationID: Cast.line, offset: 9, modified: 1)
        let behind = Freshness(holdsData: true, replicationID: Cast.line, offset: 1, modified: 3)
        let between = Freshness(holdsData: true, modified: 2)
        let copies = [between, behind, ahead]
        let ranked = copies.sorted { FreshnessRank(of: $0, among: copies) < FreshnessRank(of: $1, among: copies) }
        #expect(ranked == [between, behind, ahead])
    }

    /// The same, of three that stand: neither the time of its file nor the number of its node puts a copy before the
    /// recorded master's own where no position is known.
    @Test func theRecordedMastersOwnCopyGoesBeforeAnyFileTime() {
        let own = Freshness(holdsData: true, modified: 1)
        let later = Freshness(holdsData: true, replicationID: Cast.line, offset: 9_999, modified: .max)
        let copies = [own, later]
        for holdings in Self.holdings {
            #expect(
                FreshnessRank(of: own, recorded: own, among: copies, holdings: holdings)
                    > FreshnessRank(of: later, recorded: own, among: copies, holdings: holdings))
        }
    }
}
