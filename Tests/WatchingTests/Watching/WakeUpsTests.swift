import Runtime
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("What wakes a watch up", .inTurn) struct WakeUpsTests {
    private let loop = EventLoop()

    @Test func takesAllThatHasHappened() async {
        let wakeUps = WakeUps(loop: loop)
        let (one, two) = (ContinuousClock.now, ContinuousClock.now)
        await wakeUps.add(.timer, at: one)
        await wakeUps.add(.nodeChanged(path: "/redis/master"), at: two)
        let events = await wakeUps.next(within: .seconds(60))
        #expect(events.map(\.event) == [.timer, .nodeChanged(path: "/redis/master")])
        #expect(events.map(\.at) == [one, two])
    }

    @Test func waitsForAnEvent() async throws {
        let wakeUps = WakeUps(loop: loop)
        let next = Task(executorPreference: loop) { await wakeUps.next(within: .seconds(60)).map(\.event) }
        await wakeUps.add(.timer, at: .now)
        #expect(await next.value == [.timer])
    }

    @Test func isEmptyWhenTheTimeIsOver() async {
        let wakeUps = WakeUps(loop: loop)
        let start = ContinuousClock.now
        #expect(await wakeUps.next(within: .milliseconds(30)).isEmpty)
        #expect(.now - start >= .milliseconds(30))
        // A timer of the last wait does not end this one.
        #expect(await wakeUps.next(within: .milliseconds(30)).isEmpty)
        #expect(.now - start >= .milliseconds(60))
    }

    @Test func endsWhenCancelled() async throws {
        let wakeUps = WakeUps(loop: loop)
        let next = Task(executorPreference: loop) { await wakeUps.next(within: .seconds(3_600)).count }
        next.cancel()
        #expect(await next.value == 0)
        let waiting = Task(executorPreference: loop) { await wakeUps.next(within: .seconds(3_600)).count }
        // Nobody tells that it waits; cancelled before, it ends as well.
        try await loop.sleep(for: .milliseconds(10))
        waiting.cancel()
        #expect(await waiting.value == 0)
    }

    @Test func aStormIsHeardOnce() async {
        let wakeUps = WakeUps(loop: loop)
        for _ in 0..<10_000 { await wakeUps.add(.timer, at: .now) }
        #expect(await wakeUps.next(within: .seconds(60)).count == 256)
    }
}
