import Vocabulary

@testable import Succession

/// The finite parts of a snapshot, each with all the values that a behaviour tells apart.
enum PlanDimension {
    static let answers: [Answer] = [
        Cast.master(), Cast.master(keys: false), Cast.replica(of: Cast.first), Cast.replica(of: Cast.gone),
        Cast.replica(of: nil), .loading, .denied, .refused, .silent, .notRedis,
    ]

    static let marks: [MarkReading] = [.mark(Cast.mark), .absent, .unknown, .mark(Cast.markOfNamesake)]

    /// The recorded address: answer x mark x lease.
    static let recordedServers: [Neighbour] = answers.flatMap { answer in
        marks.flatMap { mark in [true, false].map { Neighbour(answer, mark: mark, leased: $0) } }
    }

    /// The recorded address in a word.
    static let recordedClasses: [Neighbour] = [
        Neighbour(Cast.master()), Neighbour(Cast.master(), mark: .absent, leased: false),
        Neighbour(Cast.replica(of: Cast.first)), Neighbour(.refused), Neighbour(.refused, leased: false),
        Neighbour(.silent, leased: false),
    ]

    /// One other server, whom it follows included: replicas good and bad, masters, and what can't be asked; each with a
    /// lease and without, and some with a mark that is not ours.
    static let others: [Neighbour] = {
        let replicas: [Answer] = [
            Cast.replica(), Cast.replica(offset: 2_000), Cast.replica(synchronised: false, priority: 0, keys: false),
            Cast.replica(priority: 0), Cast.replica(priority: 0, isUsers: true), Cast.replica(of: Cast.first),
            Cast.replica(of: Cast.second),
            Cast.replica(of: Cast.gone), Cast.replica(of: Cast.heir), Cast.replica(of: nil),
        ]
        let rest: [Answer] = [Cast.master(), Cast.master(keys: false), .loading, .denied, .refused, .silent, .notRedis]
        let ours = (replicas + rest).flatMap { answer in [true, false].map { Neighbour(answer, leased: $0) } }
        let others = [Cast.replica(), Cast.replica(of: Cast.gone), Cast.master()].flatMap { answer in
            [MarkReading.absent, .unknown, .mark(Cast.markOfNamesake)].flatMap { mark in
                [true, false].map { Neighbour(answer, mark: mark, leased: $0) }
            }
        }
        return ours + others
    }()

    /// Whom a sentinel names.
    static let names: [Address?] = [Cast.recorded, Cast.first, Cast.second, Cast.heir, Cast.gone, nil]

    static let failovers: [Duration?] = [nil, .seconds(5), .seconds(600)]
    /// Before the recorded epoch, the same, after it, and after everybody's.
    static let epochs = [0, Snapshot.epoch, 8, 999]
    /// For how long conditions have held: not at all, between the limits, and beyond all of them.
    static let times: [Duration] = [.zero, .seconds(3), .seconds(10), .seconds(3_600)]

    static let clusters: [ClusterRecord?] = [
        nil, ClusterRecord(id: Cast.clusterID, members: 2),
        Snapshot.kept, Snapshot.kept.holding(offset: 1_000), Snapshot.kept.holding(offset: 9_999),
        ClusterRecord(
            id: Cast.clusterID, members: 4, epoch: 5, sentinelEpoch: 8, replicationID: Cast.otherLine,
            reigns: [Reign(epoch: 4, replicationID: Cast.line, until: 1_500)]),
    ]

    static let knownReplicas: [[Address]] = [
        [], [Cast.first], [Cast.first, Cast.second], [Cast.first, Cast.second, Cast.gone],
        [Cast.first, Cast.second, Cast.heir],
    ]

    static let requests: [Switchover] = [Cast.recorded, Cast.first, Cast.second, Cast.gone, nil].flatMap { to in
        [nil, Cast.recorded, Cast.first].flatMap { awayFrom in
            [nil, .running, .done].map { state in
                Switchover(id: "1", to: to?.description, awayFrom: awayFrom?.description, who: "ops", state: state)
            }
        }
    }

    static let peerAnswers: [PeerAnswer] = [.sentinel, .stranger, .refused, .silent]
    /// A sentinel that a registered one may know.
    static let oldPeer = Cast.address("10.0.1.9:26379")

    static let badNodes = [
        [BadNode(path: "/redis/members/x", reason: "it is empty")],
        [BadNode(path: "/redis/master", reason: "it is empty", isEssential: true)],
    ]

    /// Every condition that there could be, whether the snapshot has it or not: a plan must look for itself.
    static func held(_ time: Duration) -> [Condition: Duration] {
        let servers = [Cast.recorded, Cast.first, Cast.second, Cast.heir, Cast.gone, oldPeer] + Cast.sentinels
        var held: [Condition: Duration] = [.unmastered: time, .masterless: time, .fewerMembers: time, .uncounted: time]
        for address in servers {
            let conditions: [Condition] = [
                .agreed(address), .sole(address), .misled(address), .gone(address), .astray(address),
                .orphaned(address), .refusing(address), .unraised(address), .promoted(address),
            ]
            for condition in conditions { held[condition] = time }
        }
        return held
    }

    static let helds = times.map(held)
}
