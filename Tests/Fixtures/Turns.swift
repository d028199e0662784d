import Support
package import Testing

/// How many tests of this target run at once: each starts several servers, and a machine may have two cores.
package struct Turns: SuiteTrait, TestTrait, TestScoping {
    /// How many of the places a test takes.
    package let weight: Int

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        // A suite's own scope holds none, or its tests would wait for it; nor does a second trait on the same test.
        guard testCase != nil, !Self.isHeld else { return try await body() }
        let weight = test.traits.compactMap { ($0 as? Turns)?.weight }.max() ?? weight
        await Self.gate.enter(weight)
        do {
            try await Self.$isHeld.withValue(true) { try await body() }
        } catch {
            await Self.gate.leave(weight)
            throw error
        }
        await Self.gate.leave(weight)
    }

    package static let places = 6
    @TaskLocal private static var isHeld = false
    private static let gate = Gate(free: places)

    private actor Gate {
        private var free: Int
        private var waiting: [(weight: Int, continuation: CheckedContinuation<Void, Never>)] = []

        init(free: Int) { self.free = free }

        func enter(_ weight: Int) async {
            if waiting.isEmpty, free >= weight {
                free -= weight
            } else {
                await withCheckedContinuation { waiting.append((weight, $0)) }
            }
        }

        func leave(_ weight: Int) {
            free += weight
            while let first = waiting.first, free >= first.weight {
                free -= first.weight
                waiting.removeFirst().continuation.resume()
            }
        }
    }
}

extension Trait where Self == Turns {
    /// At most six tests at once, over all suites that say so.
    package static var inTurn: Turns { Turns(weight: 1) }
    /// Beside no other test of this target: it measures time, or starts very many servers.
    package static var alone: Turns { Turns(weight: Turns.places) }
}
