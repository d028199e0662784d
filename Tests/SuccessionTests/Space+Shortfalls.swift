import Vocabulary

@testable import Succession

/// What there was, and who may begin with less: own copy x what `/redis/cluster` says x who stands beside us x who gave
/// what up x how long we stand x what is recorded x one member in a word.
extension Space {
    /// All that is known of a copy: nothing there, nothing but a passport, a cache, all there was, less, of the reign
    /// before, not known, damaged, another cluster's.
    static let copies = [
        .empty, Cast.emptyMember, Cast.cache, Cast.current, Cast.behind, Cast.ofEarlierReign, Cast.unknownOlder,
        Cast.damagedCurrent, Cast.foreignCopy,
    ]

    private enum Was: CaseIterable { case wiped, unseen, nothing, some, someOfTwo, inMemory }

    private enum Beside: CaseIterable {
        case nobody, current, behind, emptyMember, unknown, foreign, passedOver, twoEmpty, ofRecorded
        /// Such as must never be master.
        case witness, witnessBehind, witnessUnknown, witnessOfRecorded, currentAndWitness
    }

    private enum Word: CaseIterable { case none, accepted, afterTime, notYet, disputed }

    var shortfalls: [Piece] {
        let dead = Scene.Recorded.another((Instance(.refused), leased: false))
        let empty = Neighbour(Cast.replica(synchronised: false, priority: 0, keys: false))
        return [Scene.Recorded.none, .us, dead].map { record in
            { body in
                for neighbour in [nil, empty] {
                    let scene = Scene(record: record, neighbours: [neighbour]).observation
                    for was in Was.allCases {
                        for own in Self.copies { Self.cross(scene, was, own, body) }
                    }
                }
            }
        }
    }

    private static func cross(_ scene: Observation, _ was: Was, _ own: Freshness, _ body: (Observation) -> Void) {
        for beside in Beside.allCases {
            for word in Word.allCases {
                for age in [Duration.seconds(5), .seconds(6)] { body(observation(scene, was, own, beside, word, age)) }
            }
        }
    }

    private static func observation(
        _ scene: Observation, _ was: Was, _ own: Freshness, _ beside: Beside, _ word: Word, _ age: Duration
    ) -> Observation {
        var o = scene
        o.data = own
        var record = ClusterRecord(
            id: Cast.clusterID, members: 3, epoch: 3, replicationID: Cast.line, missingSince: 1_000)
        record.reigns = [Reign(epoch: 2, replicationID: Cast.otherLine, until: 800)]
        switch was {
        case .wiped: break
        case .unseen: o.cluster = record
        case .nothing, .some, .someOfTwo, .inMemory:
            record.holdings = Cast.held
            if was == .nothing { record.holdings?.keys = 0 }
            if was == .inMemory { record.holdings?.isKept = false }
            if was == .someOfTwo { record.members = 2 }
            o.cluster = record
        }
        o.candidates = [Candidate(number: 7, address: Cast.me, freshness: own, since: 11_000)] + others(beside)
        if beside == .passedOver { o.passedOver = [3, 7] }
        o.candidacy = Candidacy(number: 7, age: age, sessionTimeout: .seconds(4))
        o.acceptsLoss = word == .accepted
        o.isDisputed = word == .disputed
        // 10 s had passed when we stood up.
        o.acceptLossAfter = word == .afterTime ? .seconds(15) : word == .notYet ? .seconds(17) : nil
        return o
    }

    private static func others(_ beside: Beside) -> [Candidate] {
        func other(_ copy: Freshness, _ address: Address = Cast.gone, _ number: Int = 3) -> Candidate {
            Candidate(number: number, address: address, freshness: copy)
        }
        return switch beside {
        case .nobody: []
        case .current, .passedOver: [other(Cast.current)]
        case .behind: [other(Cast.behind)]
        case .emptyMember: [other(Cast.emptyMember)]
        case .unknown: [other(Cast.unknown)]
        case .foreign: [other(Cast.foreignCopy)]
        case .twoEmpty: [other(Cast.emptyMember), other(Cast.emptyMember, Cast.heir, 9)]
        case .ofRecorded: [other(Cast.current, Cast.recorded, 9)]
        case .witness: [other(Cast.current).asWitness]
        case .witnessBehind: [other(Cast.ofEarlierReign).asWitness]
        case .witnessUnknown: [other(Cast.unknown).asWitness]
        case .witnessOfRecorded: [other(Cast.unknownOlder, Cast.recorded, 9).asWitness]
        case .currentAndWitness: [other(Cast.behind), other(Cast.current, Cast.heir, 9).asWitness]
        }
    }
}

extension Candidate {
    fileprivate var asWitness: Candidate {
        var witness = self
        witness.mayLead = false
        return witness
    }
}
