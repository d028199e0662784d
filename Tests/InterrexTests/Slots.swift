import Support
import Testing

/// How many tests of this target run at once, at most: each starts real servers, and a machine may have two cores.
struct Slots: SuiteTrait, TestTrait, TestScoping {
    /// Each test, and each case of one with arguments, waits for a slot of its own.
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        // A suite's own scope holds none, or its tests would wait for it.
        guard testCase != nil else { return try await body() }
        await Self.gate.enter()
        do {
            try await body()
        } catch {
            await Self.gate.leave()
            throw error
        }
        await Self.gate.leave()
    }

    private static let gate = Gate(places: 6)

    private actor Gate {
        private var places: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(places: Int) { self.places = places }

        func enter() async {
            if places > 0 {
                places -= 1
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
        }

        func leave() {
            if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
        }
    }
}

extension Trait where Self == Slots {
    /// At most six tests at once, over all suites that say so.
    static var slots: Slots { Slots() }
}
