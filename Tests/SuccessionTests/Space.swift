import Glibc
import Vocabulary

@testable import Succession

/// A part of the space: calls its argument with each of its observations, at the start of the wait.
typealias Piece = @Sendable ((Observation) -> Void) -> Void

/// The space of observations, too large to cross whole, as six groups. Each crosses in full what its rules look at,
/// and takes the rest in a word (`...Classes`); `everything` crosses all the words with each other. Tests cross all of
/// it with `Dimension.waits`.
struct Space: Sendable {
    /// A sentinel has no data of its own and never stands as a candidate: its space is without these dimensions.
    var ofSentinel = false

    /// One observation in eight, of cold starts one in four, to save time, unless `WHOLE_SPACE` is set: which ones, is
    /// drawn, and the same in every run.
    var all: [Piece] {
        let rest = ofSentinel ? [] : coldStarts + shortfalls
        return drawn(recordedMaster + neighbours + sentinels + everything, oneIn: 8) + drawn(rest, oneIn: 4)
    }

    static let isWhole = getenv("WHOLE_SPACE") != nil

    private func drawn(_ pieces: [Piece], oneIn count: Int) -> [Piece] {
        guard !Self.isWhole else { return pieces }
        return pieces.enumerated().map { number, piece in
            { body in
                var dice = SeededGenerator(seed: UInt64(number))
                piece { if dice.oneIn(count) { body($0) } }
            }
        }
    }

    /// Another is recorded: answer x mark x lease x sentinels x one member x candidates x own data.
    var recordedMaster: [Piece] {
        Dimension.recordedAnswers.map { answer in
            { body in
                for mark in Dimension.marks {
                    for leased in [true, false] {
                        let recorded = (Instance(answer, mark: mark), leased)
                        for sentinels in Dimension.sentinelClasses {
                            for neighbour in Dimension.neighbourClasses {
                                let scene = Scene(
                                    record: .another(recorded), sentinels: sentinels, neighbours: [neighbour])
                                cross(
                                    scene, counts: [.equal, .more], standing: [.nobody, .onlyUs],
                                    data: [.empty, Cast.ownData, Cast.promotedLog], body)
                            }
                        }
                    }
                }
            }
        }
    }

    /// None recorded, a dead master recorded, or us: one or two members of every shape x `/redis/cluster` x candidates
    /// x own data.
    var neighbours: [Piece] {
        Dimension.neighbours.indices.map { index in
            { body in
                for record: Scene.Recorded in [.none, .us, .another((Instance(.refused), leased: false))] {
                    for other in [Neighbour?.none] + Dimension.neighbours[index...].map(Optional.some) {
                        let scene = Scene(record: record, neighbours: [Dimension.neighbours[index], other])
                        cross(
                            scene, counts: other == nil ? Dimension.Count.allCases : [.equal, .moreOfNoLine],
                            standing: other == nil ? [.nobody, .others, .onlyUs, .higherOffset] : [.onlyUs],
                            data: other == nil ? Dimension.data : Dimension.data.dropLast(), body)
                    }
                }
            }
        }
    }

    /// Every set of sentinels x none recorded, us, or each class of another x each heir.
    var sentinels: [Piece] {
        Dimension.heirs.map { heir in
            { body in
                for sentinels in Dimension.sentinels {
                    for record in Scene.records {
                        let scene = Scene(record: record, sentinels: sentinels, heir: heir)
                        cross(
                            scene, counts: [.unrecorded], standing: [.nobody], data: [.empty], body)
                    }
                }
            }
        }
    }

    /// All the words: record x sentinels x one member x an earlier life of our own x `/redis/cluster` x candidates x
    /// own data.
    var everything: [Piece] {
        Scene.records.map { record in
            { body in
                for sentinels in Dimension.sentinelClasses {
                    for neighbour in Dimension.neighbourClasses {
                        for earlierLease in [false, true] {
                            let scene = Scene(
                                record: record, sentinels: sentinels, neighbours: [neighbour],
                                earlierLease: earlierLease)
                            cross(
                                scene, counts: [.unrecorded, .equal, .more],
                                standing: [.nobody, .onlyUs, .higherOffset],
                                data: [.empty, Cast.ownData], body)
                        }
                    }
                }
            }
        }
    }

    /// Cold starts: nobody recorded, us, or a dead master x one member in a word x `/redis/cluster` x candidates x
    /// window x own data.
    var coldStarts: [Piece] {
        let stranger = Instance(Cast.master(), mark: .mark(Cast.markOfNamesake))
        let dead = [Instance(.refused), Instance(.silent), stranger].map { Scene.Recorded.another(($0, leased: false)) }
        // All others are followed or waited for.
        let neighbours = [
            nil, Neighbour(Cast.replica(synchronised: false, priority: 0, keys: false)), Neighbour(.silent),
            Neighbour(Cast.master(), mark: .mark(Cast.markOfNamesake)),
        ]
        return ([.none, .us] + dead).map { record in
            { body in
                for neighbour in neighbours {
                    let scene = Scene(record: record, neighbours: [neighbour])
                    scene.cross(
                        counts: Dimension.Count.allCases, standing: Dimension.Standing.allCases,
                        windows: Dimension.Window.allCases, data: Dimension.data, body)
                }
            }
        }
    }

    private func cross(
        _ scene: Scene, counts: [Dimension.Count], standing: [Dimension.Standing], data: [Freshness],
        _ body: (Observation) -> Void
    ) {
        if ofSentinel {
            scene.cross(counts: [.unrecorded, .equal], standing: [.nobody], windows: [.over], data: [.empty], body)
        } else {
            scene.cross(counts: counts, standing: standing, windows: [.over], data: data, body)
        }
    }
}
