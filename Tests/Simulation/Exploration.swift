#if canImport(Glibc)
    import Glibc
#endif

/// Many seeds, on two tasks.
struct Exploration: Sendable {
    var tally = Tally()
    var failures: [(seed: UInt64, broken: String)] = []
}

/// Runs one seed after the other, until so many steps are done or the time is up.
func explore(
    from first: UInt64, untilSteps steps: Int = .max, until end: ContinuousClock.Instant? = nil
) async -> Exploration {
    var exploration = Exploration()
    await withTaskGroup(of: (UInt64, Run).self) { group in
        var seed = first
        func add() {
            let next = seed
            seed += 1
            group.addTask { (next, Run(seed: next)) }
        }
        for _ in 0..<2 { add() }
        while let (seed, run) = await group.next() {
            exploration.tally = exploration.tally + run.tally
            if let broken = run.broken.first { exploration.failures.append((seed, broken)) }
            guard exploration.tally.steps < steps, end.map({ .now < $0 }) ?? true else { continue }
            add()
        }
    }
    exploration.failures.sort { $0.seed < $1.seed }
    return exploration
}

/// What the environment asks for.
enum Options {
    static var seed: UInt64? { value("INTERREX_SIMULATION_SEED").flatMap(UInt64.init) }
    static var minutes: Double? { value("INTERREX_SIMULATION_MINUTES").flatMap(Double.init) }
    /// Replays a planted bug: its name as in `Mutant`.
    static var mutant: Mutant? { value("INTERREX_SIMULATION_BUG").flatMap(Mutant.init) }
    static let command = "swift test --package-path Pure -c release --filter SimulationTests"

    private static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
