import Vocabulary

@testable import Succession

/// One other server as the space knows it: its answer and mark, with a lease or without.
struct Neighbour {
    var instance: Instance
    var leased: Bool

    init(_ answer: Answer, mark: MarkReading = .mark(Cast.mark), leased: Bool = true) {
        instance = Instance(answer, mark: mark)
        self.leased = leased
    }
}

extension Dimension {
    /// Data that is newer than ours, the same, older, of another line, and none.
    private static let histories: [History] = [
        Cast.history(offset: 2_000), Cast.history(), Cast.history(offset: 500), Cast.history(Cast.otherLine),
        Cast.history(keys: false),
    ]

    /// The ids under which a promoted master replicated before: the cluster's, that of our file, a third one, none.
    private static let previousLines: [String?] = [Cast.line, Cast.fileLine, Cast.otherLine, nil]

    /// Every shape of one other server: answer x data x lineage, or answer x synchronised x priority x data.
    static let neighbours: [Neighbour] = {
        var all: [Neighbour] = []
        for history in histories {
            for previous in previousLines {
                var history = history
                history.previousID = previous
                // A master of another line has not changed lines twice.
                if history.replicationID == Cast.otherLine, previous == Cast.otherLine { continue }
                all.append(Neighbour(.master(history)))
            }
            for (synchronised, priority) in [(true, 100), (true, 0), (false, 100), (false, 0)] {
                let replication = Replication(
                    of: Cast.recorded, synchronised: synchronised, priority: priority, history: history)
                all.append(Neighbour(.replica(replication)))
            }
        }
        all += [Answer.loading, .denied, .refused, .silent, .notRedis].map { Neighbour($0) }
        all += [Cast.master(after: Cast.line), Cast.replica(), .loading].flatMap { answer in
            [
                Neighbour(answer, mark: .unknown), Neighbour(answer, mark: .absent),
                Neighbour(answer, mark: .mark(Cast.markOfNamesake)), Neighbour(answer, leased: false),
            ]
        }
        return all
    }()

    /// The same in a word: nobody, and one of each kind that the rules tell apart.
    static let neighbourClasses: [Neighbour?] = [
        nil,
        Neighbour(Cast.replica(offset: 2_000)),
        Neighbour(Cast.replica(synchronised: false, priority: 0, offset: 500, linked: false)),
        Neighbour(Cast.replica(synchronised: false, priority: 0, keys: false)),
        Neighbour(Cast.replica(priority: 0, offset: 2_000, isUsers: true)),
        Neighbour(Cast.master(after: Cast.line, keys: false)),
        Neighbour(Cast.master(keys: false)),
        Neighbour(.silent),
        Neighbour(Cast.master(after: Cast.line), mark: .mark(Cast.markOfNamesake)),
    ]
}
