import Testing

@testable import Succession

/// How reigns follow each other in `/redis/cluster`, and what of the data of those that are over is a part of what goes
/// on.
@Suite(.timeLimit(.minutes(5))) struct ReignTests {
    private static let a = Cast.line
    private static let b = Cast.otherLine
    private static let c = Cast.fileLine
    private static let d = Cast.fourthLine

    /// Reign 5 under d, which took over a up to 100, b up to 200, c up to 300.
    private static let record = ClusterRecord(
        id: Cast.clusterID, members: 3, epoch: 5, sentinelEpoch: 9, replicationID: d, holdings: Cast.held,
        reigns: [
            Reign(epoch: 2, replicationID: a, until: 100), Reign(epoch: 3, replicationID: b, until: 200),
            Reign(epoch: 4, replicationID: c, until: 300),
        ], missingSince: 7)

    private static func next(_ origin: Origin?, _ record: ClusterRecord = record) -> [Reign] {
        record.succeeded(epoch: 6, by: origin).reigns
    }

    @Test func whatBeginsIsANewReignOfTheSameCluster() {
        let line = String(repeating: "e", count: 40)
        let next = Self.record.succeeded(
            epoch: 6, by: Origin(replicationID: Self.d, offset: 400), replicationID: line)
        var expected = Self.record
        (expected.epoch, expected.replicationID, expected.sentinelEpoch, expected.missingSince) = (6, line, nil, nil)
        expected.reigns.append(Reign(epoch: 5, replicationID: Self.d, until: 400))
        #expect(next == expected)
    }

    @Test func whatBeginsWithNothingHoldsNothing() { #expect(Self.next(nil) == []) }

    @Test func whatBeginsWithDataThatNobodyKnowsHoldsThatAlone() {
        let line = String(repeating: "e", count: 40)
        let own = Self.next(Origin(epoch: 3, replicationID: line, offset: 7))
        #expect(own == [Reign(epoch: 3, replicationID: line, until: 7)])
        #expect(Self.next(Origin(replicationID: line, offset: 7)) == [Reign(epoch: 5, replicationID: line, until: 7)])
    }

    @Test func whatBeginsWithAnOlderCopyGoesNoFurtherBackThanThat() {
        #expect(
            Self.next(Origin(epoch: 3, replicationID: Self.b, offset: 150))
                == [
                    Reign(epoch: 2, replicationID: Self.a, until: 100),
                    Reign(epoch: 3, replicationID: Self.b, until: 150),
                ])
        // What that copy has beyond the cut was never a part of the reign that followed, and is one of the next.
        #expect(
            Self.next(Origin(replicationID: Self.b, offset: 250)).last
                == Reign(epoch: 3, replicationID: Self.b, until: 200))
    }

    /// A replica bears its new master's id before it has all that this one had taken over.
    @Test func whatHadNotCaughtUpYetHoldsNoMoreOfTheReignsBefore() {
        let next = Self.record.succeeded(epoch: 6, by: Origin(replicationID: Self.d, offset: 250))
        #expect(next.reigns.map(\.until) == [100, 200, 250, 250])
        #expect(!next.includes(Self.c, upTo: 251) && next.includes(Self.c, upTo: 250))
    }

    @Test func whatIsContainedIsCutAtTheByte() {
        for (line, until) in [(Self.a, 100), (Self.b, 200), (Self.c, 300)] as [(String, Int64)] {
            #expect(Self.record.includes(line, upTo: until))
            #expect(!Self.record.includes(line, upTo: until + 1))
        }
        #expect(!Self.record.includes(Self.d, upTo: 0))
        #expect(!Self.record.includes("", upTo: 0))
    }

    @Test func eachIdHasItsReign() {
        #expect([Self.a, Self.b, Self.c, Self.d].map { Self.record.epoch(of: $0) } == [2, 3, 4, 5])
        #expect(Self.record.epoch(of: String(repeating: "e", count: 40)) == nil)
    }

    @Test func theOldestAreForgotten() {
        var record = Self.record
        for number in 6...40 {
            let old = record.replicationID!
            let line = String(repeating: "0", count: 38) + (number < 10 ? "0" : "") + "\(number)"
            record = record.succeeded(
                epoch: number, by: Origin(replicationID: old, offset: Int64(number) * 1_000), replicationID: line)
        }
        #expect(record.reigns.count == ClusterRecord.reignLimit)
        #expect(record.reigns.map(\.epoch) == Array(24...39))
        #expect(throws: Never.self) { try record.validated() }
    }

    /// A copy from another cluster may bear any number.
    @Test func whatIsOverHasALowerNumberThanWhatGoesOn() {
        for number in [6, 99, 1 << 60] {
            let reigns = Self.next(Origin(epoch: number, replicationID: Self.b.replacing("c", with: "f"), offset: 7))
            #expect(reigns.map(\.epoch) == [5])
        }
        #expect(
            ClusterRecord(id: "01234567", members: 1).succeeded(epoch: 0, by: Origin(replicationID: Self.a, offset: 0))
                .reigns.map(\.epoch) == [0])
    }

    /// 4,000 histories of a few reigns, some begun with an older copy: whatever counts as contained is in the new one's
    /// data.
    @Test func nothingCountsThatTheNewOneDoesNotHold() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<4_000 {
            var record = ClusterRecord(id: Cast.clusterID, members: 3, epoch: 1, replicationID: Self.line(1))
            // How much of each id's data the reign that goes on holds.
            var held: [Int: Int64] = [:]
            var (current, length) = (1, Int64.random(in: 0...50, using: &generator))
            for number in 2...6 {
                // A copy of the reign that goes on, or of one before as it was then, never with more than there was.
                let old = Int.random(in: max(1, number - 3)..<number, using: &generator)
                let offset =
                    old == current
                    ? Int64.random(in: 0...length, using: &generator)
                    : held[old].map { Int64.random(in: 0...$0, using: &generator) }
                let line = Self.line(number)
                if let offset {
                    record = record.succeeded(
                        epoch: number, by: Origin(replicationID: Self.line(old), offset: offset), replicationID: line)
                    held = held.filter { $0.key < old }.mapValues { min($0, offset) }
                    held[old] = offset
                    length = offset
                } else {
                    record = record.succeeded(epoch: number, by: nil, replicationID: line)
                    (held, length) = ([:], 0)
                }
                (current, length) = (number, length + Int64.random(in: 0...50, using: &generator))
                for other in 1...6 {
                    for offset in [0, 10, 50, 100, 200] as [Int64] where record.includes(Self.line(other), upTo: offset)
                    {
                        #expect(offset <= held[other] ?? -1)
                    }
                }
            }
        }
    }

    /// A record that was written meanwhile may have given the number to a configuration that sentinels were told.
    @Test func noNumberIsTakenTwice() {
        var newer = Self.record
        newer.sentinelEpoch = 105
        let next = Self.record.succeeded(epoch: 105, by: nil)
        #expect(next.rebased(on: newer) == nil)
        newer.sentinelEpoch = 104
        #expect(next.rebased(on: newer)?.epoch == 105)
    }

    private static func line(_ number: Int) -> String { String(repeating: "\(number)", count: 40) }
}

extension String {
    fileprivate func replacing(_ old: Character, with new: Character) -> String { String(map { $0 == old ? new : $0 }) }
}
