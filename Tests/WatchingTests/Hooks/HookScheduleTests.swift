import Testing
import Throttle

@testable import Watching

@Suite("HookSchedule", .inTurn) struct HookScheduleTests {
    private let start = ContinuousClock.now

    private func event(_ name: String) -> PublishedEvent {
        PublishedEvent(time: "", event: name, cluster: "/redis", old: nil, new: nil, text: "")
    }

    /// One after another while each ends in time.
    @Test func inOrder() {
        var schedule = HookSchedule()
        _ = schedule.add(["a", "b"], event("one"), at: start)
        _ = schedule.add(["a"], event("two"), at: start)
        var order: [String] = []
        while let run = schedule.start(at: start).first {
            order.append("\(run.path) \(run.event.event)")
            #expect(schedule.start(at: start).isEmpty)
            schedule.end(run)
        }
        #expect(order == ["a one", "b one", "a two"])
    }

    @Test func nobodyWaitsForLongerThanASecond() {
        var schedule = HookSchedule()
        _ = schedule.add(["a", "b"], event("one"), at: start)
        _ = schedule.add(["a"], event("two"), at: start + .milliseconds(500))
        _ = schedule.add(["a"], event("one"), at: start + .milliseconds(500))
        #expect(schedule.start(at: start).map(\.path) == ["a"])
        #expect(schedule.nextTurn(after: start) == start + .seconds(1))
        #expect(schedule.start(at: start + .milliseconds(999)).isEmpty)
        #expect(schedule.start(at: start + .seconds(1)).map(\.path) == ["b"])
        #expect(schedule.nextTurn(after: start + .seconds(1)) == start + .milliseconds(1_500))
        // The same on the same kind of event waits as long as it takes.
        #expect(schedule.start(at: start + .seconds(9)).map(\.event.event) == ["two"])
        #expect(schedule.nextTurn(after: start + .seconds(9)) == nil)
    }

    /// However many hang, there is room for a change of the master.
    @Test func placesAreKept() {
        var schedule = HookSchedule()
        _ = schedule.add((0..<100).map { "h\($0)" }, event("alert"), at: start)
        let late = start + .seconds(5)
        #expect(schedule.start(at: late).count == 24)
        _ = schedule.add(["h0", "h1"], event("master-changed"), at: start)
        #expect(schedule.start(at: late).map(\.event.event) == ["master-changed", "master-changed"])
        _ = schedule.add((0..<100).map { "h\($0)" }, event("master-changed"), at: start)
        #expect(schedule.start(at: late).count == 6)
    }

    @Test func theOldestOfAKindIsDropped() {
        var schedule = HookSchedule()
        var dropped: [HookSchedule.Run] = []
        for number in 0..<70 {
            dropped += schedule.add(["a"], event("one"), at: start + .milliseconds(number))
            #expect(schedule.add(["b"], event("\(number)"), at: start).isEmpty)
        }
        #expect(dropped.map(\.arrival) == (0..<6).map { start + .milliseconds($0) })
    }
}
