import Redis
import Support
import Testing

@testable import interrex_watcher

@Suite("How many clusters are looked at together") struct TurnstileTests {
    private let loop = EventLoop()

    @Test func aCrowdIsLetInBitByBit() async throws {
        let turnstile = Turnstile(loop: loop)
        let inside = Locked((now: 0, most: 0, all: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: loop) {
                    let place = await turnstile.enter()
                    inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
                    try await loop.sleep(for: .milliseconds(1))
                    inside.withLock { $0.now -= 1 }
                    await turnstile.leave(place)
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.value.all == 200 && inside.value.now == 0)
        #expect(inside.value.most <= 16)
    }

    /// Sixteen that wait for somebody silent hold up nobody.
    @Test func whoeverStaysLongIsNotCounted() async throws {
        let turnstile = Turnstile(loop: loop)
        for _ in 0..<40 { _ = await turnstile.enter() }
    }

    @Test func aPlaceIsGivenBackOnce() async throws {
        let turnstile = Turnstile(loop: loop)
        let first = await turnstile.enter()
        for _ in 0..<15 { _ = await turnstile.enter() }
        for _ in 0..<3 { await turnstile.leave(first) }
        let late = Locked(0)
        for _ in 0..<2 {
            Task(executorPreference: loop) {
                _ = await turnstile.enter()
                late.withLock { $0 += 1 }
            }
        }
        try await eventually("one is let in for the one that has left") { late.value > 0 }
        // The other one gets in once the stay of the first fifteen is over, and is not lost.
        try await eventually("the other one is let in as well") { late.value == 2 }
    }
}
