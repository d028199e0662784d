import Succession

/// A bug planted in the simulation's driver, to show that the promises would find it. The product is untouched.
enum Mutant: String, CaseIterable {
    /// A launcher's claim is not conditional on the version that it read.
    case claimWithoutVersion = "claim without a version"
    /// A watcher takes the sentinels' word for `ROLE` = master.
    case recordWithoutRole = "record without ROLE"
    /// A leased member that is silent or refuses connections is taken for no member.
    case leaseIgnored = "lease ignored"
    /// In a cold start the lowest candidate claims, whatever data the others have.
    case lowestClaims = "lowest candidate claims"
    /// A resumed start checks the version of `/redis/master` and leaves it as it is: a claim that was decided before
    /// succeeds after it. The window is some milliseconds wide, so only the small worlds look for it.
    case resumeWithoutWrite = "resume without a write"

    /// Whoever is best among those that are here may claim, whatever there was: after half of its patience also one
    /// that is empty.
    case emptyClaim = "empty claim"
    /// A launcher deletes the data in its folder before the master that it follows has handed over a whole copy.
    case asideDeleted = "data deleted before the first synchronisation"
    /// A passport takes the new epoch before the synchronisation under it is in the files.
    case trustedTooFar = "passport trusted too far"
    /// The newer file goes before the higher position.
    case staleFirst = "file time before position"
    /// A watcher announces what it saw without asking whether it is still so.
    case announceWithoutFence = "announce without the fence"
    /// A record takes the epoch of the reign before.
    case epochTwice = "epoch taken twice"
    /// A switchover promotes the target before it has all that the master has.
    case promotedTooSoon = "target promoted before it has caught up"

    /// Those that seeded schedules find in no time.
    static let common: [Mutant] = [
        .claimWithoutVersion, .recordWithoutRole, .leaseIgnored, .lowestClaims, .emptyClaim, .asideDeleted,
        .trustedTooFar, .staleFirst, .announceWithoutFence, .epochTwice,
        .promotedTooSoon,
    ]

    /// Those that need no more than that a member has the data or has none.
    static let small: [Mutant] = [
        .claimWithoutVersion, .recordWithoutRole, .leaseIgnored, .lowestClaims, .resumeWithoutWrite, .emptyClaim,
    ]

    /// The promises that it breaks.
    var broken: [String] {
        switch self {
        case .claimWithoutVersion, .epochTwice: ["promise 2"]
        case .announceWithoutFence: ["promise 6"]
        case .recordWithoutRole: ["promise 3"]
        case .leaseIgnored, .resumeWithoutWrite: ["promise 1"]
        case .lowestClaims, .emptyClaim, .asideDeleted, .trustedTooFar, .staleFirst, .promotedTooSoon:
            ["promise 4"]
        }
    }

    /// What a launcher takes its own data for.
    func twist(_ data: inout LaunchData) { if self == .staleFirst { data.best.freshness.datesItself() } }

    /// What a launcher takes the nodes for that it has read, once it has the answers.
    func twist(_ view: inout View, _ answers: Answers) {
        for index in view.candidates.indices {
            switch self {
            case .lowestClaims: view.candidates[index].freshness = Freshness(holdsData: true, modified: 0)
            case .staleFirst: view.candidates[index].freshness.datesItself()
            default: break
            }
        }
        if self == .emptyClaim { view.cluster?.holdings = nil }
        guard self == .leaseIgnored else { return }
        view.members.removeAll { member in
            switch answers.instances[member.address]?.answer {
            case .silent, .refused: true
            default: false
            }
        }
    }

    func twist(_ snapshot: inout Snapshot) {
        guard self == .recordWithoutRole else { return }
        for case let named? in snapshot.sentinels.map({ $0.opinion?.names }) {
            if !snapshot.answersMaster(named) {
                snapshot.instances[named] = Instance(.master(History(replicationID: Names.replicationID(0))))
            }
        }
    }
}

extension Freshness {
    /// Takes the file's time for the epoch.
    fileprivate mutating func datesItself() {
        if epoch != nil, let modified { epoch = Int(modified) }
    }
}
