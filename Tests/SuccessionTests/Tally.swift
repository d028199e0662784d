@testable import Succession

/// What a walk through a space of observations or snapshots found: how many there were, which rows matched, what went
/// wrong.
struct Tally: Sendable {
    var observations = 0
    var hits: [String: Int] = [:]
    /// The first few are enough to read.
    var failures: [String] = []

    mutating func hit(_ row: String) {
        observations += 1
        hits[row, default: 0] += 1
    }

    mutating func fail(_ text: @autoclosure () -> String) {
        if failures.count < 5 { failures.append(text()) }
    }

    mutating func add(_ other: Tally) {
        observations += other.observations
        hits.merge(other.hits, uniquingKeysWith: +)
        failures += other.failures
    }

    /// Shown on failure only.
    var summary: String {
        let counts = hits.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return "\(observations) observations; \(counts.joined(separator: ", "))\n"
            + failures.prefix(5).joined(separator: "\n\n")
    }

    /// Walks every piece of a space, as many at once as there are cores.
    static func of<Seen>(
        _ pieces: [@Sendable ((Seen) -> Void) -> Void], check: @escaping @Sendable (Seen, inout Tally) -> Void
    ) async -> Tally {
        await withTaskGroup(of: Tally.self) { group in
            for piece in pieces {
                group.addTask {
                    var tally = Tally()
                    piece { check($0, &tally) }
                    return tally
                }
            }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
    }
}
