import Runtime
import Succession
import Support
import Testing
import Throttle

@testable import Watching

/// Whether ZooKeeper is slow: several writes tell, and one does not.
@Suite("What ZooKeeper's writes take", .inTurn) struct WriteTimesTests {
    /// Times in milliseconds, -1 for a write that failed, and after which of them it is slow.
    @Test(arguments: [
        ([260, 3, 3, 3], []), ([260, 260, 3, 260, 260, 3], []), ([10_000, 3], []),
        ([260, 250, 300], [2]), ([260, -1, 260, -1, 260], [4]), ([-1, -1, -1, -1], []), ([249, 249, 249, 249], []),
        ([260, 260, 260, 3, 3, 260, 199, 199, 199], [2, 3, 4, 5, 6, 7]),
        ([260, 260, 260, 210, 210, 210, -1], [2, 3, 4, 5, 6]),
        ([260, 260, 260, -1, 100, 100, -1, 100], [2, 3, 4, 5, 6]),
    ])
    func three_in_a_row_decide(_ times: [Int], _ slow: [Int]) {
        var writes = WriteTimes()
        var found: [Int] = []
        for (number, time) in times.enumerated() {
            let before = writes.areSlow
            let hasChanged = writes.note(time < 0 ? nil : .milliseconds(time))
            #expect(hasChanged == (writes.areSlow != before))
            if writes.areSlow { found.append(number) }
        }
        #expect(found == slow)
    }

    private static let underWay: [([(looks: Int, time: Int)], [Bool])] = [
        ([(3, 2_500)], [true]), ([(2, 1_500), (0, 260)], [false, true]),
        ([(1, 260), (1, 260), (1, 260)], [false, false, true]),
        ([(1, 260), (0, 3), (2, 1_500)], [false, false, false]), ([(3, -1), (0, -1), (0, 3)], [true, true, true]),
        (
            [(3, 2_500), (0, 3), (0, 3), (5, 5_000), (0, 3), (0, 3), (0, 3)],
            [true, true, true, true, true, true, false]
        ),
    ]

    /// Looks at a write that is under way, which count before it is over: -1 for one that then fails.
    @Test(arguments: underWay)
    func one_under_way_is_slow_already(_ all: [(looks: Int, time: Int)], _ slow: [Bool]) {
        var writes = WriteTimes()
        var found: [Bool] = []
        for (looks, time) in all {
            for _ in 0..<looks {
                let before = writes.areSlow
                let hasChanged = writes.noteWaiting()
                #expect(hasChanged == (writes.areSlow != before))
            }
            _ = writes.note(time < 0 ? nil : .milliseconds(time))
            found.append(writes.areSlow)
        }
        #expect(found == slow)
    }

    /// It is told of while it hangs. That it fails in the end says nothing, and neither does one that fails at once:
    /// only fast ones say that it is over.
    @Test func one_that_hangs_is_told_of_before_it_ends_and_is_over_after_fast_ones_only() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pace = ZooKeeperPace(interval: .zero, pause: .milliseconds(50))
        let (hangs, told) = (Protected(true), Protected<[Bool]>([]))
        let tell: @Sendable () async -> Void = { told.withLock { $0.append(pace.alert != nil) } }
        pace.take(
            on: loop,
            {
                // Until the test has seen what is told of it.
                while hangs.withLock({ $0 }) { try await loop.sleep(for: .milliseconds(5)) }
                throw TestFailure("the connection is lost")
            }, tell: tell)
        try await eventually("it is slow while it hangs") { told.value == [true] }
        hangs.withLock { $0 = false }
        let failed = Protected(0)
        try await eventually("others have failed") {
            pace.take(
                on: loop,
                {
                    failed.withLock { $0 += 1 }
                    throw TestFailure("there is no session")
                }, tell: tell)
            return failed.value >= 4
        }
        #expect(pace.alert != nil && told.value == [true])
        let fast = Protected(0)
        try await eventually("it is over") {
            pace.take(on: loop, { fast.withLock { $0 += 1 } }, tell: tell)
            return told.value == [true, false]
        }
        #expect(pace.alert == nil && fast.value >= 3)
    }

    @Test func a_slow_one_is_asked_about_again_until_that_is_decided() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pace = ZooKeeperPace(pause: .milliseconds(100))
        let (slow, asked, told) = (Protected(3), Protected(0), Protected<[Bool]>([]))
        pace.take(on: loop) {
            asked.withLock { $0 += 1 }
            let isSlow = slow.withLock { slow in
                slow -= 1
                return slow >= 0
            }
            // As long as a write takes that is slow.
            if isSlow { try await loop.sleep(for: Fence.life) }
        } tell: {
            let isSlow = pace.alert.map { $0.patience == .zero && !$0.callsForLooks } ?? false
            told.withLock { $0.append(isSlow) }
        }
        // Nobody else asks meanwhile.
        pace.take(on: loop, { asked.withLock { $0 += 100 } }, tell: {})
        try await eventually("it is slow, and well again") { told.value.count == 2 }
        #expect(asked.value == 6 && told.value == [true, false] && pace.alert == nil)
    }

    /// A pause of our own machine, or one write to a busy disk.
    @Test func one_slow_write_is_no_alert() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pace = ZooKeeperPace(pause: .milliseconds(100))
        let asked = Protected(0)
        pace.take(on: loop) {
            let isFirst = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            // As long as a write takes that is slow.
            if isFirst { try await loop.sleep(for: Fence.life) }
        } tell: {
            Issue.record("it tells of a change")
        }
        try await eventually("it was asked again") { asked.value == 2 }
        #expect(pace.alert == nil)
    }

    /// A connection that is lost says nothing of how fast ZooKeeper is.
    @Test func writes_that_fail_are_no_alert() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pace = ZooKeeperPace(pause: .milliseconds(100))
        let asked = Protected(0)
        pace.take(on: loop) {
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            // With the third one that is slow it would be decided.
            if count == 3 { throw TestFailure("the connection is lost") }
            // As long as a write takes that is slow.
            try await loop.sleep(for: Fence.life)
        } tell: {
        }
        try await eventually("it was asked") { asked.value == 3 }
        // Behind what the loop does with that answer.
        await Task(executorPreference: loop) {}.value
        #expect(pace.alert == nil)
    }
}
