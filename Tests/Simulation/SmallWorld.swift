import Succession

/// A world so small that every order of its steps can be tried: launchers and watchers on one ZooKeeper, without time.
///
/// Nothing takes a while here: whatever must last for some time has lasted, and every session may end as soon as its
/// process has. That is more than can happen, so what is safe here is safe with time as well.
struct SmallWorld: Hashable {
    /// A launcher with the very machine that the product has, one effect of it each step.
    struct Launcher: Hashable {
        enum Phase: Hashable {
            case deciding
            /// The reply was lost: its own node is read.
            case resolving
            /// It has become its server.
            case serving
            case ended
        }

        let address: Int
        /// Whether the root and the glance are behind it, where there is nothing that they could show.
        let hasGlanced: Bool
        var phase = Phase.deciding
        /// Whether its session, and so its lease, lives.
        var session = true
        var holdsData: Bool
        /// Its candidate's number.
        var candidate: Int?
        var state: LauncherState
        let states: LauncherStates
    }

    /// A watcher's way: look at ZooKeeper, ask everybody and plan, write.
    enum Watch: Hashable {
        case looking
        case asking(Sight)
        case writing(Int, Sight)
        case resolving(Int, Int32)
        case ended
    }

    /// What ZooKeeper held when it was read.
    struct Sight: Hashable {
        var master: Master?
        var hasCluster: Bool
        var members: UInt8
        var candidates: [Candidate]
        /// What is to be written over must have been read before the evidence: the order in which the write came.
        var writes: Int
    }
    struct Candidate: Hashable {
        var number: Int
        var address: Int
        var holdsData: Bool
    }
    struct Master: Hashable {
        var address: Int
        var version: Int32
    }
    /// A redis-server at an address.
    enum Role: Hashable {
        case master
        case replica(of: Int)
    }

    var launchers: [Launcher]
    var watchers: [Watch]
    /// What listens at each launcher's address, and at one more: an old master's.
    var servers: [Role?]
    /// Whether the server at the address holds data.
    var data: [Bool]
    var master: Master?
    var hasCluster = false
    /// So many members are counted in it, and whether it says that they held data.
    var counted = 1
    var heldData = false
    /// A launcher that is yet to come, with its data.
    var isLate: Int?
    /// Whose lease lives, a bit each.
    var members: UInt8 = 0
    var candidates: [Candidate] = []
    var lastCandidate = 0
    /// Each sentinel's word.
    var sentinels: [Int] = []
    var epochs: [Int] = []
    var writes = 0
    /// How many crashes and lost replies may still come.
    var crashes: Int
    var losses: Int
    /// Launchers that never crash: what would come of it, that of another shows.
    var spared: Set<Int> = []
    /// Sentinels that have yet to follow a promotion.
    var promotion: Int?

    func isLeased(_ address: Int) -> Bool { members & (1 << address) != 0 }

    /// Nobody ever deletes what all nodes stand below.
    var hasRoot: Bool { master != nil || hasCluster || members != 0 || lastCandidate > 0 }

    mutating func write(_ address: Int) {
        master = Master(address: address, version: master.map { $0.version + 1 } ?? 0)
        writes += 1
    }

    var sight: Sight {
        Sight(master: master, hasCluster: hasCluster, members: members, candidates: candidates, writes: writes)
    }
}

extension SmallWorld {
    /// Three sentinels that name `address`, with a failover of theirs to `successor` still to be told to each other.
    mutating func sentinels(naming address: Int, movingTo successor: Int? = nil) {
        (sentinels, epochs, promotion) = (
            [Int](repeating: address, count: 3), [Int](repeating: 1, count: 3), successor
        )
    }

    static func launchers(
        _ count: Int, holdingData holders: Set<Int> = [], haveGlanced: Bool = false, crashes: Int = 1, losses: Int = 1
    ) -> SmallWorld {
        let states = LauncherStates()
        return SmallWorld(
            launchers: (0..<count).map {
                Launcher(at: $0, holdsData: holders.contains($0), hasGlanced: haveGlanced, among: states)
            },
            watchers: [],
            servers: [Role?](repeating: nil, count: count + 2), data: [Bool](repeating: false, count: count + 2),
            crashes: crashes, losses: losses)
    }
}
