import Vocabulary

@testable import Succession

extension Dimension {
    /// Who stands in a cold start, and how the others' data is beside ours. Others: one at the dead address with a
    /// lower number than ours, one at the heir's with a higher one.
    enum Standing: CaseIterable {
        case nobody, others, onlyUs
        /// One other, before us.
        case higherOffset, newerFile, olderFile, sameData, damaged, empty
        /// The same data as ours, after us.
        case sameDataLater
        /// The same data, at the recorded address: with a higher number than ours.
        case sameDataOfRecorded
        case oneFresherOneOlder
        /// Our node is gone: its session is over.
        case usGone
    }

    /// How long we have stood, and our session's timeout.
    enum Window: CaseIterable {
        case open, over, longSession, longSessionOver, halfTime

        var age: Duration {
            switch self {
            case .open: .seconds(6) - .milliseconds(1)
            case .over: .seconds(6)
            case .longSession: .seconds(20) - .milliseconds(1)
            case .longSessionOver: .seconds(20)
            case .halfTime: Cast.limit / 2
            }
        }

        var sessionTimeout: Duration { self == .longSession || self == .longSessionOver ? .seconds(20) : .seconds(4) }
    }
}

extension Dimension.Standing {
    /// Whether it matters for how long we have stood.
    var hasWindow: Bool { ![.nobody, .others, .usGone].contains(self) }

    func candidates(with data: Freshness) -> (all: [Candidate], standsAs: Int?) {
        let ours = Candidate(number: 7, address: Cast.me, freshness: data)
        func before(_ freshness: Freshness) -> Candidate {
            Candidate(number: 3, address: Cast.gone, freshness: freshness)
        }
        func after(_ freshness: Freshness, _ address: Address = Cast.heir) -> Candidate {
            Candidate(number: 9, address: address, freshness: freshness)
        }
        var damaged = Cast.newerCopy
        damaged.isLoadable = false
        return switch self {
        case .nobody: ([], nil)
        case .others: ([before(.empty), after(Cast.ownData)], nil)
        case .onlyUs: ([ours], 7)
        case .higherOffset: ([ours, before(Cast.furtherCopy)], 7)
        case .newerFile: ([before(Cast.newerCopy), ours], 7)
        case .olderFile: ([before(Cast.olderCopy), ours], 7)
        case .sameData: ([before(data), ours], 7)
        case .damaged: ([ours, before(damaged)], 7)
        case .empty: ([ours, before(.empty)], 7)
        case .sameDataLater: ([ours, after(data)], 7)
        case .sameDataOfRecorded: ([ours, after(data, Cast.recorded)], 7)
        case .oneFresherOneOlder: ([before(Cast.olderCopy), ours, after(Cast.newerCopy)], 7)
        case .usGone: ([before(.empty)], 7)
        }
    }
}

extension Cast {
    /// Of the cluster's line, further than ours, in an older file.
    fileprivate static var furtherCopy: Freshness {
        Freshness(holdsData: true, replicationID: Cast.line, offset: 1_001, modified: 500)
    }
    /// Of lines of their own: the offsets say nothing.
    fileprivate static var newerCopy: Freshness {
        Freshness(holdsData: true, replicationID: Cast.otherLine, offset: 1, modified: 2_000)
    }
    fileprivate static var olderCopy: Freshness {
        Freshness(holdsData: true, replicationID: Cast.fourthLine, offset: 99_999, modified: 500)
    }
}

extension Observation {
    mutating func stand(_ standing: Dimension.Standing, _ window: Dimension.Window) {
        let (all, number) = standing.candidates(with: data)
        candidates = all
        candidacy = number.map { Candidacy(number: $0, age: window.age, sessionTimeout: window.sessionTimeout) }
    }
}
