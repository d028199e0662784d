import Vocabulary

@testable import Succession

/// The space of snapshots, too large to cross whole: two groups that each cross in full what the rules about masters
/// and about sentinels look at, throws of all the dimensions together, and every scenario with a few of its parts
/// changed.
enum PlanSpace {
    /// A part of the space: calls its argument with each of its snapshots.
    typealias Piece = @Sendable ((Snapshot) -> Void) -> Void
    private typealias D = PlanDimension

    /// Of what is crossed in full one snapshot in 23, to save time: 23 has no divisor in common with any
    /// dimension's number of values.
    static var all: [Piece] {
        thinned(masters + sentinels, by: Space.isWhole ? 1 : 23) + throwsOfAll + changedScenarios
    }

    private static func thinned(_ pieces: [Piece], by factor: Int) -> [Piece] {
        pieces.enumerated().map { offset, piece in
            { body in
                var number = offset
                piece { snapshot in
                    number += 1
                    if number % factor == 0 { body(snapshot) }
                }
            }
        }
    }

    /// The recorded address x one other server x what the sentinels say in a word x how long it has been so.
    static var masters: [Piece] {
        D.recordedServers.map { recorded in
            { body in
                for other in D.others {
                    for voices in voiceClasses {
                        for held in [D.helds[0], D.helds[3]] {
                            var snapshot = voices
                            PlanDice.place(recorded, at: Cast.recorded, &snapshot)
                            PlanDice.place(other, at: Cast.first, &snapshot)
                            snapshot.held = held
                            body(snapshot)
                        }
                    }
                }
            }
        }
    }

    /// Whom each of three sentinels names, silence among it x a failover x the epoch x an unknown fourth and fifth x
    /// the recorded master in a word x how long it has been so.
    static var sentinels: [Piece] {
        let voices = D.names.map(Optional.some) + [nil]
        return voices.indices.map { first in
            { body in
                for second in voices.indices {
                    for third in voices.indices where third >= second {
                        let named = [voices[first], voices[second], voices[third]]
                        for (number, recorded) in D.recordedClasses.enumerated() {
                            for variant in 0..<24 {
                                body(snapshot(named, recorded, variant, isLong: (number + variant / 2) % 2 == 0))
                            }
                        }
                    }
                }
            }
        }
    }

    static var throwsOfAll: [Piece] {
        (1...4).map { seed in
            { body in
                var dice = SeededGenerator(seed: UInt64(seed))
                for _ in 0..<2_000 {
                    var snapshot = Snapshot.healthy
                    for turn in PlanDice.all { turn(&snapshot, &dice) }
                    body(snapshot)
                }
            }
        }
    }

    static var changedScenarios: [Piece] {
        typealias T = PlanScenarioTests
        let all =
            T.agreed + T.early + T.sole + T.succeeded + T.announced + T.idle + T.forced + T.hopeless + T.promotions
            + T.shortfalls + T.repoints
            + T.attachments
            + T.priorities + T.leftovers + T.forgotten + T.kept + T.barred
        return all.enumerated().map { number, scenario in
            { body in
                var dice = SeededGenerator(seed: UInt64(number))
                for _ in 0..<40 {
                    var snapshot = scenario.snapshot
                    for _ in 0..<Int.random(in: 1...4, using: &dice) { PlanDice.all.any(&dice)(&snapshot, &dice) }
                    body(snapshot)
                }
            }
        }
    }

    private static let voiceClasses: [Snapshot] = {
        let s = Snapshot.healthy.with {
            $0.masterHasCrashed = true
            $0.followed = [Cast.first: Cast.recorded]
        }.server(Cast.heir, Cast.master()).server(Cast.gone, .refused)
        let lost = s.sentinel { $0.details.isDisconnected = true }
        return [
            s, lost, lost.silent(0), lost.silent(0, 1), s.voices(), s.sentinel(1) { $0.failoverFor = .seconds(1) },
            s.sentinel { $0.subjectivelyDown = true }, s.voices(Cast.first, Cast.first, Cast.recorded),
            s.voices(Cast.first, Cast.first, nil, epoch: 8), s.voices(Cast.heir, Cast.gone, nil),
            s.sentinel { $0.details.replicas = [] }, s.with { $0.record = nil },
        ]
    }()

    private static func snapshot(
        _ named: [Address??], _ recorded: Neighbour, _ variant: Int, isLong: Bool
    ) -> Snapshot {
        var snapshot = Snapshot.healthy.with { $0.masterHasCrashed = true }.server(Cast.gone, .refused)
            .server(Cast.heir, Cast.master()).server(Cast.first, Cast.master(after: Cast.line))
        PlanDice.place(recorded, at: Cast.recorded, &snapshot)
        snapshot.held = D.helds[isLong ? 3 : 0]
        for index in snapshot.sentinels.indices {
            guard let name = named[index] else {
                snapshot.sentinels[index].opinion = nil
                continue
            }
            snapshot.sentinels[index].opinion?.names = name
            snapshot.sentinels[index].opinion?.epoch = D.epochs[variant % 4]
            snapshot.sentinels[index].opinion?.peers = variant / 4 % 2 == 0 ? 2 : 4
        }
        let failover = D.failovers[variant / 8]
        return failover == nil ? snapshot : snapshot.sentinel(0) { $0.failoverFor = failover }
    }
}
