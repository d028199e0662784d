import Redis
import Succession
import Support
import Testing

@testable import interrex_watcher

/// Whether ZooKeeper is slow: several writes tell, and one does not.
@Suite("What ZooKeeper's writes take") struct WriteTimesTests {
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

    @Test func a_slow_one_is_asked_about_again_until_that_is_decided() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pace = ZooKeeperPace(pause: .milliseconds(1))
        let (slow, asked, told) = (Support.Locked(3), Support.Locked(0), Support.Locked<[Bool]>([]))
        pace.take(on: loop) {
            asked.withLock { $0 += 1 }
            let isSlow = slow.withLock { slow in
                slow -= 1
                return slow >= 0
            }
            // As long as a write takes that is slow.
            if isSlow { try await loop.sleep(for: Performer.fenceLife) }
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
        let pace = ZooKeeperPace(pause: .milliseconds(1))
        let asked = Support.Locked(0)
        pace.take(on: loop) {
            let isFirst = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            // As long as a write takes that is slow.
            if isFirst { try await loop.sleep(for: Performer.fenceLife) }
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
        let pace = ZooKeeperPace(pause: .milliseconds(1))
        let asked = Support.Locked(0)
        pace.take(on: loop) {
            // As long as a write takes that is slow: with the third one that would be decided.
            try await loop.sleep(for: Performer.fenceLife)
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            if count == 3 { throw TestFailure("the connection is lost") }
        } tell: {
        }
        try await eventually("it was asked") { asked.value == 3 }
        // Behind what the loop does with that answer.
        await Task(executorPreference: loop) {}.value
        #expect(pace.alert == nil)
    }
}
