import Runtime
import Support
import Testing
import Throttle

@testable import Watching

@Suite("How many clusters are looked at together", .inTurn) struct PassLimiterTests {
    private let loop = EventLoop()

    @Test func aCrowdIsLetInBitByBit() async throws {
        let limiter = PassLimiter(loop: loop)
        let inside = Protected((now: 0, most: 0, all: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: loop) {
                    let place = await limiter.enter()
                    inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
                    try await loop.sleep(for: .milliseconds(1))
                    inside.withLock { $0.now -= 1 }
                    await limiter.leave(place)
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.value.all == 200 && inside.value.now == 0)
        #expect(inside.value.most <= 16)
    }

    /// Sixteen that wait for somebody silent hold up nobody.
    @Test func whoeverStaysLongIsNotCounted() async throws {
        let limiter = PassLimiter(loop: loop)
        for _ in 0..<40 { _ = await limiter.enter() }
    }

    @Test func aPlaceIsGivenBackOnce() async throws {
        let limiter = PassLimiter(loop: loop)
        let first = await limiter.enter()
        for _ in 0..<15 { _ = await limiter.enter() }
        for _ in 0..<3 { await limiter.leave(first) }
        let late = Protected(0)
        for _ in 0..<2 {
            Task(executorPreference: loop) {
                _ = await limiter.enter()
                late.withLock { $0 += 1 }
            }
        }
        try await eventually("one is let in for the one that has left") { late.value > 0 }
        // The other one gets in once the stay of the first fifteen is over, and is not lost.
        try await eventually("the other one is let in as well") { late.value == 2 }
    }
}
