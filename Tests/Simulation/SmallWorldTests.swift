import Testing

/// Small worlds, every order of steps in them: with a crash and a lost reply at any step.
@Suite(.timeLimit(.minutes(5))) struct SmallWorldTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// At least so many different states must come up.
        var states: Int
        var world: @Sendable () -> SmallWorld
    }

    static let cases = [
        Case(testDescription: "two launchers on an empty ZooKeeper", states: 1_000) {
            .launchers(2, crashes: 2, losses: 1)
        },
        Case(testDescription: "three launchers on an empty ZooKeeper", states: 5_000) {
            .launchers(3, crashes: 1, losses: 0)
        },
        Case(testDescription: "two launchers after a dead master", states: 1_000) {
            var world = SmallWorld.launchers(2, holdingData: [0])
            (world.master, world.hasCluster) = (SmallWorld.Master(address: 2, version: 4), true)
            return world
        },
        Case(testDescription: "the recorded master and another come back", states: 500) {
            var world = SmallWorld.launchers(2, holdingData: [0, 1])
            (world.master, world.hasCluster) = (SmallWorld.Master(address: 0, version: 4), true)
            return world
        },
        Case(testDescription: "an empty replica, and the data comes later", states: 100) {
            var world = SmallWorld.launchers(2, holdingData: [1])
            (world.master, world.hasCluster) = (SmallWorld.Master(address: 2, version: 4), true)
            (world.counted, world.heldData, world.isLate) = (2, true, 1)
            world.launchers[1].phase = .ended
            return world
        },
        Case(testDescription: "a majority of three was killed, and the data comes later", states: 500) {
            var world = SmallWorld.launchers(3, holdingData: [2], haveGlanced: true, crashes: 1, losses: 0)
            (world.master, world.hasCluster) = (SmallWorld.Master(address: 2, version: 4), true)
            (world.counted, world.heldData, world.isLate) = (3, true, 2)
            world.launchers[2].phase = .ended
            // Of two that are alike one will do; the death of the one that has the data is in the world of two.
            world.spared = [1, 2]
            return world
        },
        Case(testDescription: "two watchers and a launcher in a failover", states: 1_000) {
            var world = SmallWorld.launchers(1, holdingData: [0])
            // The old master is at the launcher's address; the promoted replica at the next one.
            (world.master, world.hasCluster) = (SmallWorld.Master(address: 0, version: 4), true)
            (world.servers[1], world.data[1], world.members) = (.replica(of: 0), true, 0b10)
            world.sentinels(naming: 0, movingTo: 1)
            world.watchers = [.looking, .looking]
            return world
        },
        Case(testDescription: "two watchers, two launchers and nothing recorded", states: 1_000) {
            var world = SmallWorld.launchers(2, crashes: 1, losses: 0)
            world.watchers = [.looking, .looking]
            return world
        },
    ]

    @Test(arguments: cases) func everyOrderKeepsThePromises(_ small: Case) {
        let exploration = SmallExploration(of: small.world(), limit: 300_000)
        print("\(small.testDescription): \(exploration.states) states, \(exploration.steps) steps")
        #expect(exploration.states >= small.states)
        #expect(!exploration.isCutShort)
        if let broken = exploration.broken { Issue.record("\(broken)\n\(exploration.path.joined(separator: "\n"))") }
    }

    /// The same worlds show the planted bugs.
    @Test(arguments: Mutant.small) func aPlantedBugIsFound(_ mutant: Mutant) throws {
        for small in Self.cases {
            let exploration = SmallExploration(of: small.world(), mutant: mutant, limit: 300_000)
            guard let broken = exploration.broken else { continue }
            print("\(mutant.rawValue): \(small.testDescription), \(exploration.states) states: \(broken)")
            return
        }
        Issue.record("\(mutant.rawValue) was found in no small world")
    }
}

/// Every state that a small world can reach, breadth first: the first broken promise comes with its shortest way.
struct SmallExploration {
    private(set) var states = 0
    private(set) var steps = 0
    private(set) var broken: String?
    private(set) var path: [String] = []
    private(set) var isCutShort = false

    init(of world: SmallWorld, mutant: Mutant? = nil, limit: Int) {
        var seen: Set<SmallWorld> = [world]
        var queue: [(world: SmallWorld, from: Int)] = [(world, -1)]
        var next = 0
        while next < queue.count {
            for step in queue[next].world.steps(mutant) {
                steps += 1
                let isNew = seen.insert(step.world).inserted
                if isNew { queue.append((step.world, next)) }
                if let broken = step.broken ?? (isNew ? step.world.broken : nil) {
                    self.broken = broken
                    path = [step.what()]
                    var at = next
                    while queue[at].from >= 0 {
                        let (world, from) = queue[at]
                        path.insert(queue[from].world.steps(mutant).first { $0.world == world }?.what() ?? "", at: 0)
                        at = from
                    }
                    states = seen.count
                    return
                }
            }
            next += 1
            if seen.count > limit {
                isCutShort = true
                break
            }
        }
        states = seen.count
    }
}
