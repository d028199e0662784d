import Testing

@testable import Succession

/// Of several copies, of one line or of many, one order: whoever is first is first for everybody.
@Suite struct FreshnessRankTests {
    /// Every copy of a small world: worth, line, offset, file.
    private static let all: [Freshness] = {
        var all = [Freshness.empty, Freshness(holdsData: false, isLoadable: false, modified: 3)]
        for isLoadable in [true, false] {
            for line in [Cast.line, Cast.otherLine, nil] {
                for offset in [1, 2, 3, nil] as [Int64?] {
                    for modified in [1, 2, 3, nil] as [Int64?] {
                        all.append(
                            Freshness(
                                holdsData: true, isLoadable: isLoadable, replicationID: line, offset: offset,
                                modified: modified))
                    }
                }
            }
        }
        return all
    }()

    private static func worth(_ copy: Freshness) -> Int { !copy.holdsData ? 0 : copy.isLoadable ? 2 : 1 }

    /// DESIGN.md 3.1 for two copies.
    private static func isFresher(_ one: Freshness, than other: Freshness) -> Bool {
        if worth(one) != worth(other) { return worth(one) > worth(other) }
        if worth(one) == 0 { return false }
        if let line = one.replicationID, line == other.replicationID, let mine = one.offset, let theirs = other.offset {
            return mine > theirs
        }
        return (one.modified ?? .max) > (other.modified ?? .max)
    }

    @Test func ofTwoCopiesTheFresherIsTheDesigns() {
        var fresher = 0
        for one in Self.all {
            for other in Self.all {
                let expected = Self.isFresher(one, than: other)
                if expected { fresher += 1 }
                #expect(one.isFresher(than: other) == expected, "\(one) and \(other)")
            }
        }
        #expect(fresher > 1_000)
    }

    /// 20,000 sets of up to seven copies: of any three, the order is one; what holds all of another and more is before
    /// it; and the order in which they were read is of no account.
    @Test func ranksAreOneOrder() {
        var generator = SeededGenerator(seed: 5)
        var (circles, failures) = (0, [String]())
        for _ in 0..<20_000 {
            let copies = (0..<Int.random(in: 2...7, using: &generator)).map { _ in
                Self.all.randomElement(using: &generator)!
            }
            let ranks = copies.map { $0.rank(among: copies) }
            let shuffled = copies.shuffled(using: &generator)
            if ranks != copies.map({ $0.rank(among: shuffled) }) { failures.append("another order: \(copies)") }
            failures += Self.broken(copies, ranks)
            if Self.goesRound(copies) { circles += 1 }
        }
        #expect(failures.isEmpty, "\(failures.first ?? "")")
        // Sets that the pairwise rule can't order are among them.
        #expect(circles > 100)
    }

    private static func broken(_ copies: [Freshness], _ ranks: [FreshnessRank]) -> [String] {
        var failures: [String] = []
        for a in copies.indices {
            for b in copies.indices {
                let (one, other) = (copies[a], copies[b])
                if ranks[a] < ranks[b], ranks[b] < ranks[a] { failures.append("both before: \(copies)") }
                if [ranks[a] < ranks[b], ranks[b] < ranks[a], ranks[a] == ranks[b]].count(where: { $0 }) != 1 {
                    failures.append("not comparable: \(copies)")
                }
                if worth(one) > worth(other), !(ranks[a] > ranks[b]) { failures.append("worth: \(copies)") }
                let isOneLine = one.replicationID != nil && one.replicationID == other.replicationID
                if isOneLine, worth(one) == worth(other), let mine = one.offset, let theirs = other.offset,
                    mine > theirs, !(ranks[a] > ranks[b])
                {
                    failures.append("offset: \(copies)")
                }
                for c in copies.indices where ranks[a] < ranks[b] && ranks[b] < ranks[c] && !(ranks[a] < ranks[c]) {
                    failures.append("not transitive: \(copies)")
                }
                for c in copies.indices where ranks[a] == ranks[b] && ranks[b] == ranks[c] && ranks[a] != ranks[c] {
                    failures.append("equals that are not: \(copies)")
                }
            }
        }
        return failures
    }

    private static func goesRound(_ copies: [Freshness]) -> Bool {
        !copies.contains { one in !copies.contains { isFresher($0, than: one) } }
    }

    /// A higher offset in an older file, a lower one in a newer, and a file without an id between the two.
    @Test func aCopyIsAsNewAsTheNewestThatItHolds() {
        let ahead = Freshness(holdsData: true, replicationID: Cast.line, offset: 9, modified: 1)
        let behind = Freshness(holdsData: true, replicationID: Cast.line, offset: 1, modified: 3)
        let between = Freshness(holdsData: true, modified: 2)
        let copies = [between, behind, ahead]
        #expect(copies.max { $0.rank(among: copies) < $1.rank(among: copies) } == ahead)
        #expect(copies.min { $0.rank(among: copies) < $1.rank(among: copies) } == between)
    }
}
