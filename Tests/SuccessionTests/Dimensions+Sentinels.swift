import Vocabulary

@testable import Succession

/// One sentinel's answer as the space knows it.
enum Voice: CaseIterable {
    case silent, recorded, recordedDown, heir, us, nobody

    func opinion(peers: Int, failover: Duration?) -> Opinion? {
        let names: Address? =
            switch self {
            case .silent, .nobody: nil
            case .recorded, .recordedDown: Cast.recorded
            case .heir: Cast.heir
            case .us: Cast.me
            }
        if self == .silent { return nil }
        return Opinion(
            names: names, subjectivelyDown: self == .recordedDown, failoverFor: failover, epoch: 1, peers: peers)
    }
}

extension Dimension {
    /// None, inside its `failover-timeout` of 10 s, and beyond.
    private static let failovers: [Duration?] = [nil, .seconds(10), .seconds(11)]

    /// Every set of none, one or three registered sentinels: what each says x whether the electorate is larger than
    /// those that are registered x what the first reports of a failover. (The order of the others doesn't matter, which
    /// a test of its own shows.)
    static let sentinels: [Sentinels] = {
        var all: [Sentinels] = [[]]
        for failover in failovers {
            for peers in [0, 2] {
                all += Voice.allCases.map { reports([$0], peers: peers, failover: failover) }
            }
            for peers in [2, 5] {
                for first in Voice.allCases {
                    for (number, second) in Voice.allCases.enumerated() {
                        all += Voice.allCases[number...].map {
                            reports([first, second, $0], peers: peers, failover: failover)
                        }
                    }
                }
            }
        }
        return all
    }()

    /// The same in a word.
    static let sentinelClasses: [Sentinels] = [
        [],
        reports([.silent, .silent, .silent], peers: 2),
        reports([.recorded, .recorded, .silent], peers: 2),
        reports([.recordedDown, .recordedDown, .silent], peers: 2),
        reports([.recordedDown, .silent, .recorded], peers: 2),
        reports([.heir, .heir, .recorded], peers: 2),
        reports([.heir, .heir, .heir], peers: 5),
        reports([.us, .us, .us], peers: 2),
        reports([.recorded, .recordedDown, .recorded], peers: 2, failover: .seconds(10)),
        reports([.recordedDown, .recordedDown, .recordedDown], peers: 2, failover: .seconds(11)),
    ]

    private static func reports(_ voices: [Voice], peers: Int, failover: Duration? = nil) -> Sentinels {
        Sentinels(
            zip(Cast.sentinels, voices.enumerated()).map { address, voice in
                SentinelReport(
                    address, voice.element.opinion(peers: peers, failover: voice.offset == 0 ? failover : nil))
            })
    }
}
