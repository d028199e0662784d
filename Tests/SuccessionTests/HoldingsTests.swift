import Testing

@testable import Succession

/// Whether a copy lacks more than the last second of what a cluster was seen to hold.
@Suite(.timeLimit(.minutes(5))) struct HoldingsTests {
    private static func held(_ epoch: Int, _ offset: Int64, rate: Int64 = 0) -> Holdings {
        Holdings(epoch: epoch, offset: offset, rate: rate, keys: 1, seen: "")
    }

    static let table: [(Holdings, Position, Bool)] = [
        (held(3, 1_000), Position(epoch: 3, offset: 1_000), false),
        (held(3, 1_000), Position(epoch: 3, offset: 744), false),
        (held(3, 1_000), Position(epoch: 3, offset: 743), true),
        (held(3, 1_000), Position(epoch: 3, offset: 2_000), false),
        (held(3, 1_000, rate: 100), Position(epoch: 3, offset: 644), false),
        (held(3, 1_000, rate: 100), Position(epoch: 3, offset: 643), true),
        (held(3, 0), Position(epoch: 2, offset: .max), true),
        (held(3, .max), Position(epoch: 4, offset: 0), false),
        (held(3, 1_000, rate: .max), Position(epoch: 2, offset: 1_000), true),
        (held(3, .max), Position(epoch: 3, offset: .min), true),
        (held(3, .min), Position(epoch: 3, offset: .max), false),
        (held(3, .max, rate: .max), Position(epoch: 3, offset: 0), false),
        (held(3, .max, rate: .max - 257), Position(epoch: 3, offset: 0), true),
        (held(3, .max), Position(epoch: 3, offset: .max), false),
    ]

    @Test(arguments: table.indices) func isAhead(row: Int) {
        let (held, position, isAhead) = Self.table[row]
        #expect(held.isAhead(of: position) == isAhead, "\(held) and \(position)")
    }

    /// Whoever has more is never behind where one with less is not.
    @Test func whatIsFurtherIsNeverBehindWhatIsNot() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            let held = Self.held(
                Int.random(in: 1...3, using: &generator), Int64.random(in: 0...2_000, using: &generator),
                rate: Int64.random(in: 0...900, using: &generator))
            let places = (0..<2).map { _ in
                Position(
                    epoch: Int.random(in: 1...3, using: &generator),
                    offset: Int64.random(in: 0...2_000, using: &generator))
            }.sorted()
            #expect(!held.isAhead(of: places[0]) ? !held.isAhead(of: places[1]) : true)
        }
    }

    @Test func whatWouldBeLostIsSaid() {
        func text(_ copy: Freshness) -> String {
            Shortfall(holdings: Cast.held, holders: [Cast.first], copy: copy, root: "/redis").description
        }
        let rows: [(Freshness, String)] = [
            (.empty, "is empty, so all of it would be lost"), (Cast.damagedCurrent, "can't be loaded"),
            (Cast.unknown, "bears no position"), (Cast.behind, "is 900 bytes of writes behind"),
            (Cast.ofEarlierReign, "is of epoch 2, so all that was written since"),
        ]
        for (copy, words) in rows {
            for part in [words, "held 100 keys", "2026-01-01T00:00:00Z", "10.0.0.3:7003", "/redis/accept-loss"] {
                #expect(text(copy).contains(part))
            }
            #expect(!text(copy).contains("\n"))
        }
    }
}
