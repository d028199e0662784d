import Testing
import Vocabulary

@testable import Succession

/// What may be overwritten by following a master: only what is in its history.
@Suite(.timeLimit(.minutes(5))) struct ContainmentTests {
    private static let a = Cast.line
    private static let b = Cast.otherLine
    private static let c = Cast.fileLine

    /// It was promoted at offset 900 of a, and has come to 1500 under b. Before a it was c up to 300.
    private static let master = Answer.master(
        History(replicationID: b, previousID: a, previousOffset: 901, offset: 1_500, keys: 1))
    private static let record = ClusterRecord(
        id: Cast.clusterID, members: 3, epoch: 5, replicationID: b,
        reigns: [Reign(epoch: 3, replicationID: c, until: 300), Reign(epoch: 4, replicationID: a, until: 900)])
    private static let observation = Observation.start.recorded(master, leased: true).with { $0.cluster = record }

    private static func isContained(
        _ line: String?, _ offset: Int64?, epoch: Int? = nil, in observation: Observation = observation
    ) -> Bool {
        let copy = Freshness(holdsData: true, epoch: epoch, replicationID: line, offset: offset, modified: 1)
        return observation.isContained(copy, inHistoryOf: Cast.recorded)
    }

    @Test func ofItsOwnIdUpToItsOffset() {
        #expect(Self.isContained(Self.b, 1_500) && Self.isContained(Self.b, 0))
        #expect(!Self.isContained(Self.b, 1_501))
    }

    @Test func ofTheIdBeforeUpToItsPromotion() {
        #expect(Self.isContained(Self.a, 900))
        #expect(!Self.isContained(Self.a, 901) && !Self.isContained(Self.a, 1_200))
        let other = Self.observation.with { $0.cluster = nil }
        #expect(Self.isContained(Self.a, 900, in: other) && !Self.isContained(Self.a, 901, in: other))
    }

    @Test func ofOlderIdsByTheRecordAlone() {
        #expect(Self.isContained(Self.c, 300) && !Self.isContained(Self.c, 301))
        #expect(!Self.isContained(Self.c, 300, in: Self.observation.with { $0.cluster = nil }))
        #expect(!Self.isContained(Self.c, 300, in: Self.observation.with { $0.cluster?.reigns = [] }))
        #expect(
            !Self.isContained(Self.c, 300, in: Self.observation.with { $0.cluster?.replicationID = Cast.fourthLine }))
        #expect(Self.isContained(Self.c, 300, in: Self.observation.with { $0.cluster?.replicationID = nil }))
    }

    @Test func theRecordSpeaksOfTheRecordedMasterOnly() {
        let elsewhere = Self.observation.with { $0.record = Record(Cast.heir, version: 6) }
        #expect(!Self.isContained(Self.c, 300, in: elsewhere) && Self.isContained(Self.b, 1_500, in: elsewhere))
        let unmarked = Observation.start.recorded(Self.master, mark: .absent).with { $0.cluster = Self.record }
        #expect(!Self.isContained(Self.c, 300, in: unmarked))
    }

    @Test func whatBearsNoIdOrOffsetIsNotKnownToBe() {
        for (line, offset) in [(nil, 1), (Self.b, nil), (nil, nil), (Cast.fourthLine, 0)] as [(String?, Int64?)] {
            #expect(!Self.isContained(line, offset))
            #expect(!Self.isContained(line, offset, epoch: 1))
        }
    }

    /// A number of a reign is no proof: a copy of an earlier one may have what nobody else got.
    @Test func anEarlierReignIsNoProof() { #expect(!Self.isContained(Self.a, 950, epoch: 4)) }

    @Test func nothingIsContainedInEverything() {
        #expect(Self.observation.isContained(.empty, inHistoryOf: Cast.gone))
        #expect(Self.observation.isContained(Cast.emptyMember, inHistoryOf: Cast.recorded))
    }

    @Test(arguments: [Answer.loading, .silent, .refused, .denied, .notRedis, Cast.replica(offset: 9_999)])
    func whoseHistoryIsNotKnownContainsNothing(_ answer: Answer) {
        let other = Observation.start.recorded(answer, leased: true).with { $0.cluster = Self.record }
        #expect(!Self.isContained(Self.b, 1, in: other) && !Self.isContained(Self.c, 1, in: other))
    }

    @Test func aPreviousIdWithoutAnOffsetIsNoHistory() {
        #expect(!History(replicationID: Self.b, previousID: Self.a, offset: 9).contains(Self.a, upTo: 0))
        #expect(History(replicationID: Self.b, previousID: Self.a, offset: 9).origin == nil)
        let promoted = History(replicationID: Self.b, previousID: Self.a, previousOffset: 901, offset: 9)
        #expect(promoted.origin == Origin(replicationID: Self.a, offset: 900))
    }
}
