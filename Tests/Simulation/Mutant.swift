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

    /// Those that seeded schedules find in no time.
    static let common: [Mutant] = [.claimWithoutVersion, .recordWithoutRole, .leaseIgnored, .lowestClaims]

    /// The promises that it breaks.
    var broken: [String] {
        switch self {
        case .claimWithoutVersion: ["promise 2"]
        case .recordWithoutRole: ["promise 3"]
        case .leaseIgnored, .resumeWithoutWrite: ["promise 1"]
        case .lowestClaims: ["promise 4"]
        }
    }

    func twist(_ observation: inout Observation) {
        if self == .lowestClaims {
            for index in observation.candidates.indices {
                observation.candidates[index].freshness = Freshness(holdsData: true, modified: 0)
            }
        }
        guard self == .leaseIgnored else { return }
        let instances = observation.instances
        observation.members.removeAll { member in
            switch instances[member]?.answer {
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
