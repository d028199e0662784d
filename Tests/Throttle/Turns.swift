package import Testing

/// How much of the machine a test on real servers takes, and how long it may have it.
///
/// The one throttle of the tests: all that run together take no more than `places`. Every suite says `.inTurn` or
/// `.alone` (scripts/lint sees to it), and a test may say more: the most places and the longest limit count.
package struct Turns: SuiteTrait, TestTrait, TestScoping {
    /// How many of the places a test takes; all of them where it asks for more.
    let weight: Int
    /// From its turn on: to wait for it takes no time of its own.
    let limit: Duration

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        // A suite's own scope holds none, or its tests would wait for it; nor does a second trait on the same test.
        guard testCase != nil, !Self.isHeld else { return try await body() }
        let all = test.traits.compactMap { $0 as? Turns }
        let weight = min(all.map(\.weight).max() ?? weight, Self.places)
        let limit = all.map(\.limit).max() ?? limit
        await Self.gate.enter(weight)
        let start = ContinuousClock.now
        let result = await Self.$isHeld.withValue(true) {
            await withoutActuallyEscaping(body) { await Self.run($0, within: limit) }
        }
        TestTimes.add(test, start.duration(to: .now))
        await Self.gate.leave(weight)
        try result.get()
    }

    /// At the limit the test fails and is cancelled. What blocks its thread goes on: the limit of the whole run ends
    /// that.
    private static func run(
        _ body: @escaping @Sendable () async throws -> Void, within limit: Duration
    ) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                do { return .success(try await body()) } catch { return .failure(error) }
            }
            group.addTask {
                // Not a wait for anything: the end of the time that the test has.
                guard (try? await Task.sleep(for: limit)) != nil else { return nil }
                Issue.record("not over within \(limit)")
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            let second = await group.next()
            return (first ?? nil) ?? (second ?? nil) ?? .success(())
        }
    }

    /// Six keep two processors busy, because most tests wait for timeouts; more of them miss their deadlines.
    /// `INTERREX_TESTS_AT_ONCE` says another number.
    private static let places = Environment.number("INTERREX_TESTS_AT_ONCE") ?? 6
    @TaskLocal private static var isHeld = false
    private static let gate = Gate(places: places)
}

extension Trait where Self == Turns {
    /// One place, for five minutes: several times what the longest of these takes on two processors.
    package static var inTurn: Turns { Turns(weight: 1, limit: .seconds(300)) }

    /// So many places: it starts more servers than one cluster has.
    package static func taking(_ places: Int) -> Turns { Turns(weight: places, limit: .zero) }

    /// Beside no other test: it measures time closely, or starts very many servers.
    package static var alone: Turns { Turns(weight: .max, limit: .seconds(300)) }

    /// Longer than others may.
    package static func lasting(_ limit: Duration) -> Turns { Turns(weight: 1, limit: limit) }

    /// As long as `INTERREX_SCHEDULE_MINUTES` asks for, and ten minutes for what is around it.
    package static var scheduled: Turns {
        let minutes = Environment.text("INTERREX_SCHEDULE_MINUTES").flatMap(Double.init) ?? 0
        return lasting(.seconds(600 + 60 * minutes))
    }
}
