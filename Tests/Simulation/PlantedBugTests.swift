import Testing

/// Planted bugs: each must be found.
@Suite(.timeLimit(.minutes(20))) struct PlantedBugTests {
    @Test(arguments: Mutant.common) func isFound(_ mutant: Mutant) throws {
        var steps = 0
        for seed in UInt64(1)...400 {
            let run = Run(seed: seed, mutant: mutant)
            steps += run.tally.steps
            // What the product itself might break does not count, and neither does what only follows from the bug.
            guard let broken = run.broken.first, mutant.broken.contains(where: { broken.hasPrefix($0) }),
                Run(seed: seed).broken.isEmpty
            else { continue }
            print(
                "\(mutant.rawValue): found by seed \(seed) after \(steps) steps: \(broken) "
                    + "(INTERREX_SIMULATION_BUG=\"\(mutant.rawValue)\" INTERREX_SIMULATION_SEED=\(seed) replays it)")
            return
        }
        Issue.record("\(mutant.rawValue) was not found in \(steps) steps")
    }
}
