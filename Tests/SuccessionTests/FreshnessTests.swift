import Testing

@testable import Succession

/// Which of two copies of the data is newer.
@Suite(.timeLimit(.minutes(5))) struct FreshnessTests {
    private static func file(_ line: String?, _ offset: Int64?, at modified: Int64?, epoch: Int? = nil) -> Freshness {
        Freshness(holdsData: true, epoch: epoch, replicationID: line, offset: offset, modified: modified)
    }

    private static func running(_ line: String, _ offset: Int64, keys: Bool = true) -> Freshness {
        Freshness(holdsData: keys, replicationID: line, offset: offset, modified: .max)
    }

    private static func damaged(at modified: Int64, epoch: Int? = nil) -> Freshness {
        Freshness(
            holdsData: true, isLoadable: false, epoch: epoch, replicationID: a, offset: 1_000 * modified,
            modified: modified)
    }

    private static let a = Cast.line
    private static let b = Cast.otherLine

    static let table: [(String, Freshness, than: Freshness, Bool)] = [
        ("nothing and nothing", .empty, than: .empty, false),
        ("data and nothing", file(nil, nil, at: 1), than: .empty, true),
        ("nothing and data", .empty, than: file(nil, nil, at: 1), false),
        ("an empty server with a high offset", running(a, 9_999, keys: false), than: file(a, 1, at: 1), false),
        ("two empty ones with different offsets", running(a, 9, keys: false), than: running(a, 1, keys: false), false),
        ("a higher offset of one line", file(a, 2, at: 1), than: file(a, 1, at: 9), true),
        ("a lower offset of one line, in a newer file", file(a, 1, at: 9), than: file(a, 2, at: 1), false),
        ("the same offset, in a newer file", file(a, 2, at: 9), than: file(a, 2, at: 1), false),
        ("a replica behind a file of the same line", running(a, 1), than: file(a, 2, at: 1), false),
        ("a replica ahead of a file of the same line", running(a, 3), than: file(a, 2, at: 1), true),
        ("damaged data and nothing", damaged(at: 1), than: .empty, true),
        ("nothing and damaged data", .empty, than: damaged(at: 1), false),
        ("damaged data and an older file", damaged(at: 9), than: file(a, 1, at: 1), false),
        (
            "damaged data of a later reign and a file", damaged(at: 9, epoch: 9), than: file(a, 1, at: 1, epoch: 1),
            false
        ),
        ("a file and newer damaged data", file(a, 1, at: 1), than: damaged(at: 9), true),
        ("damaged data, the newer file", damaged(at: 2), than: damaged(at: 1), true),
        (
            "an empty file that can't be read and nothing", Freshness(holdsData: false, isLoadable: false),
            than: .empty, false
        ),
        ("offsets of two lines: the files count", file(a, 1, at: 2), than: file(b, 9, at: 1), true),
        ("no line (AOF): the files count", file(nil, nil, at: 2), than: file(nil, nil, at: 1), true),
        ("no line, files of one moment", file(nil, nil, at: 1), than: file(nil, nil, at: 1), false),
        ("a running copy of another line, and a file", running(b, 1), than: file(a, 9, at: 1), true),
        ("a file, and a running copy of another line", file(a, 9, at: 1), than: running(b, 1), false),
        ("an impossible time is no argument", file(a, 9, at: nil), than: file(b, 1, at: 1), false),
        ("any time goes before an impossible one", file(b, 1, at: 1), than: file(a, 9, at: nil), true),
        ("two impossible times", file(nil, nil, at: nil), than: file(nil, nil, at: nil), false),
        (
            "a later reign, whatever offset and file", file(a, 1, at: 1, epoch: 3), than: file(b, 9, at: 9, epoch: 2),
            true
        ),
        ("the reign before", file(b, 9, at: 9, epoch: 2), than: file(a, 1, at: 1, epoch: 3), false),
        ("a higher offset of one reign", file(a, 2, at: 1, epoch: 3), than: file(a, 1, at: 9, epoch: 3), true),
        ("a lower one", file(a, 1, at: 9, epoch: 3), than: file(a, 2, at: 1, epoch: 3), false),
        ("equal positions, a newer file", file(a, 2, at: 9, epoch: 3), than: file(a, 2, at: 1, epoch: 3), false),
        ("a position and the newest file", file(a, 1, at: 1, epoch: 1), than: file(b, 9, at: .max), true),
        (
            "a position and a running server of which none is known", file(a, 1, at: 1, epoch: 1), than: running(b, 9),
            true
        ),
        ("a reign without an offset is no position", file(b, nil, at: 1, epoch: 9), than: file(a, 1, at: 2), false),
    ]

    @Test(arguments: table.indices)
    func compares(row: Int) {
        let (name, one, other, fresher) = Self.table[row]
        #expect(one.isFresher(than: other) == fresher, "\(name)")
    }

    /// The cluster held offset 1000 of reign 3.
    static let beside: [(String, Freshness, than: Freshness, Bool)] = [
        ("behind, and nothing known", Cast.behind, than: Cast.unknown, false),
        ("nothing known, and behind", Cast.unknown, than: Cast.behind, true),
        ("of an earlier reign, and an impossible time", Cast.ofEarlierReign, than: file(nil, nil, at: nil), false),
        ("all there was, and nothing known", Cast.current, than: Cast.unknown, true),
        ("all but pings, and nothing known", Cast.barelyCurrent, than: Cast.unknown, true),
        ("one byte less than that", Cast.copy(3, 743), than: Cast.unknown, false),
        ("all there was, and behind", Cast.current, than: Cast.behind, true),
        ("behind, and of the reign before with a higher offset", Cast.behind, than: Cast.ofEarlierReign, true),
        ("behind, and nothing", Cast.behind, than: .empty, true),
        ("behind, and damaged though not behind", Cast.behind, than: Cast.damagedCurrent, true),
        ("more than anybody saw", Cast.copy(4, 1), than: Cast.current, true),
    ]

    @Test(arguments: beside.indices)
    func comparesBesideWhatThereWas(row: Int) {
        let (name, one, other, fresher) = Self.beside[row]
        #expect(one.isFresher(than: other, holdings: Cast.held) == fresher, "\(name)")
        #expect(!(fresher && other.isFresher(than: one, holdings: Cast.held)), "\(name)")
    }

    @Test func aPositionNeedsBoth() {
        #expect(Cast.copy(3, 7).position == Position(epoch: 3, offset: 7))
        #expect(Cast.copy(nil, 7).position == nil)
        #expect(Cast.copy(3, nil).position == nil)
        #expect(Position(epoch: 2, offset: 9) < Position(epoch: 3, offset: 1))
        #expect(Position(epoch: 3, offset: 1) < Position(epoch: 3, offset: 2))
        #expect(!(Position(epoch: 3, offset: 2) < Position(epoch: 3, offset: 2)))
    }
}
