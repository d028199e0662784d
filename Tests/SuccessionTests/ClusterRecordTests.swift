import Testing

@testable import Succession

/// What `/redis/cluster` may say: it goes into rendered files, so every field has a grammar.
@Suite(.timeLimit(.minutes(5))) struct ClusterRecordTests {
    static let id = "0123456789abcdef"

    @Test(arguments: ["01234567", "ABCD-efgh", "--------", String(repeating: "a", count: 64)])
    func goodIDs(id: String) throws {
        #expect(try ClusterRecord(id: id, members: 1).validated().id == id)
    }

    @Test(arguments: [
        "", "-", "0123456", String(repeating: "a", count: 65), "01234567\n", "0123 567", "0123456/", "0123456_",
        "0123456é", "01234567\"", "0123456#", "{{{{{{{{", "01234567\0", "ａａａａａａａａ",
    ])
    func badIDs(id: String) {
        #expect(throws: BadZnode("its id is not 8 to 64 letters, digits or hyphens")) {
            try ClusterRecord(id: id, members: 1).validated()
        }
    }

    @Test func membersAreCounted() throws {
        for members in [0, 1, 3, 100_000] { _ = try ClusterRecord(id: Self.id, members: members).validated() }
        for members in [Int.min, -1, 100_001, .max] {
            #expect(throws: BadZnode.self) { try ClusterRecord(id: Self.id, members: members).validated() }
        }
    }

    @Test func theReplicationIDIsRedissOwn() throws {
        for line in [Cast.line, String(repeating: "0", count: 40), "0123456789abcdefABCDEF0123456789abcdef01"] {
            #expect(try ClusterRecord(id: Self.id, members: 1, replicationID: line).validated().replicationID == line)
        }
        for line in ["", "a", Cast.line + "a", String(repeating: "g", count: 40), String(repeating: "é", count: 20)] {
            #expect(throws: BadZnode.self) {
                try ClusterRecord(id: Self.id, members: 1, replicationID: line).validated()
            }
        }
    }
}

/// Numbers and lists of a hostile node.
@Suite(.timeLimit(.minutes(5))) struct ClusterRecordRangeTests {
    private static let record = ClusterRecord(
        id: Cast.clusterID, members: 3, epoch: 3, replicationID: Cast.line, holdings: Cast.held)

    private static func isGood(_ change: (inout ClusterRecord) -> Void) -> Bool {
        var record = record
        change(&record)
        return (try? record.validated()) != nil
    }

    @Test(arguments: [
        (0, true), (1, true), ((1 << 53) - 1, true), (1 << 53, false), (-1, false), (.min, false), (.max, false),
    ])
    func everyEpoch(_ epoch: Int, _ isGood: Bool) {
        #expect(Self.isGood { $0.epoch = epoch } == isGood)
        #expect(Self.isGood { $0.sentinelEpoch = epoch } == isGood)
        #expect(Self.isGood { $0.holdings?.epoch = epoch } == isGood)
        #expect(Self.isGood { $0.reigns = [Reign(epoch: epoch, replicationID: Cast.line, until: 0)] } == isGood)
        #expect(Self.isGood { $0.holders = [Holder(Cast.first, epoch: epoch, offset: 0)] } == isGood)
    }

    @Test(arguments: [(0, true), (.max, true), (-1, false), (.min, false)] as [(Int64, Bool)])
    func everyAmount(_ amount: Int64, _ isGood: Bool) {
        #expect(Self.isGood { $0.holdings?.offset = amount } == isGood)
        #expect(Self.isGood { $0.holdings?.rate = amount } == isGood)
        #expect(Self.isGood { $0.holdings?.keys = amount } == isGood)
        #expect(Self.isGood { $0.missingSince = amount } == isGood)
        #expect(Self.isGood { $0.reigns = [Reign(epoch: 0, replicationID: Cast.line, until: amount)] } == isGood)
        #expect(Self.isGood { $0.holders = [Holder(Cast.first, epoch: 0, offset: amount)] } == isGood)
    }

    @Test(arguments: [(0, true), (16, true), (17, false), (1_000, false)])
    func lists(_ count: Int, _ isGood: Bool) {
        let reigns = Array(repeating: Reign(epoch: 0, replicationID: Cast.line, until: 0), count: count)
        #expect(Self.isGood { $0.reigns = reigns } == isGood)
        #expect(
            Self.isGood { $0.holders = Array(repeating: Holder(Cast.first, epoch: 0, offset: 0), count: count) }
                == isGood)
    }

    @Test(arguments: ["", "2026-01-01T00:00:00.000Z", "-", "2026-01-01T00:00:00+01:00"])
    func goodTimes(_ time: String) { #expect(Self.isGood { $0.holdings?.seen = time }) }

    @Test(arguments: ["\"", "a b", "\n", "{}", "é", String(repeating: "1", count: 41)])
    func badTimes(_ time: String) { #expect(!Self.isGood { $0.holdings?.seen = time }) }

    @Test(arguments: ["", "a", Cast.line + "a", String(repeating: "g", count: 40)])
    func idsOfReigns(_ line: String) {
        #expect(!Self.isGood { $0.reigns = [Reign(epoch: 0, replicationID: line, until: 0)] })
    }

    /// Whatever was read, the next number can be counted.
    @Test func noNumberOverflows() {
        let hostile = Observation.start.with { next in
            next.cluster = ClusterRecord(id: Cast.clusterID, members: 3, epoch: (1 << 53) - 2)
            next.sentinels = [SentinelReport(Cast.sentinels[0], Opinion(names: nil, epoch: .max))]
            next.candidates = [Candidate(number: 1, address: Cast.gone, freshness: Cast.copy(.max, .max))]
        }
        #expect(hostile.nextEpoch == (1 << 53) - 1)
        #expect(hostile.with { $0.cluster = nil }.with { $0.candidates = [] }.nextEpoch == 1)
        #expect(Observation.start.having(members: 3).holding(Cast.copy(41, 0)).nextEpoch == 141)
        #expect(Observation.start.having(members: 3).holding(Cast.foreignCopy).nextEpoch == 103)
        #expect(Observation.start.holding(Cast.copy(41, 0)).nextEpoch == 141)
    }
}
