import Testing
import Throttle

@testable import ZooKeeper

/// Each call is answered once, by whoever takes it first.
@Suite(.inTurn) struct PendingCallsTests {
    private let start = ContinuousClock.now

    private func time(_ nanoseconds: UInt64) -> ContinuousClock.Instant { start + .nanoseconds(Int64(nanoseconds)) }

    @Test func firstAnswerCounts() {
        var calls = PendingCalls<String, Int>()
        let first = calls.add(until: time(10))
        let second = calls.add(until: time(20))
        #expect(first != second)
        #expect(calls.wait(first, "a") == nil)
        #expect(calls.wait(second, "b") == nil)
        #expect(calls.answer(first, 1) == "a")
        #expect(calls.answer(first, 2) == nil)
        #expect(calls.answerOverdue(at: time(99), 3) == ["b"])
        #expect(calls.answer(second, 4) == nil)
        #expect(calls.answerAll(5).isEmpty)
    }

    @Test func answerBeforeTheWaiterIsKept() {
        var calls = PendingCalls<String, Int>()
        let id = calls.add(until: time(10))
        #expect(calls.answer(id, 1) == nil)
        #expect(calls.unanswered == 0)
        #expect(calls.nextDeadline == nil)
        #expect(calls.answerOverdue(at: time(99), 2).isEmpty)
        #expect(calls.answerAll(3).isEmpty)
        #expect(calls.wait(id, "a") == 1)
        #expect(calls.answer(id, 4) == nil)
    }

    @Test func overdueAreThoseWhoseDeadlinePassed() {
        var calls = PendingCalls<String, Int>()
        for (name, due) in [("a", 10), ("b", 5), ("c", 20)] as [(String, UInt64)] {
            #expect(calls.wait(calls.add(until: time(due)), name) == nil)
        }
        #expect(calls.nextDeadline == time(5))
        #expect(calls.answerOverdue(at: time(4), 0).isEmpty)
        #expect(calls.answerOverdue(at: time(5), 0) == ["b"])
        #expect(calls.nextDeadline == time(10))
        #expect(calls.answerOverdue(at: time(15), 0) == ["a"])
        #expect(calls.answerAll(0) == ["c"])
        #expect(calls.nextDeadline == nil)
    }

    /// Against the simplest thing that could be right: a list.
    @Test(arguments: 0..<5)
    func behavesLikeAList(seed: UInt64) {
        var random = SplitMix(state: seed)
        var calls = PendingCalls<Int, Int>()
        var model: [(id: UInt64, value: Int, due: UInt64)] = []
        var ids: [UInt64] = []
        var differences = 0
        func check(_ isRight: Bool) { differences += isRight ? 0 : 1 }
        for value in 0..<1_000 {
            switch random.next() % 8 {
            case 0...3:
                let due = UInt64(value) + random.next() % 100
                let id = calls.add(until: time(due))
                ids.append(id)
                if random.next() % 4 == 0 {
                    // Answered before it waits.
                    check(calls.answer(id, value) == nil)
                    check(calls.wait(id, value) == value)
                } else {
                    check(calls.wait(id, value) == nil)
                    model.append((id, value, due))
                }
            case 4...6:
                guard let id = ids.randomElement(using: &random) else { continue }
                check(calls.answer(id, 0) == model.first { $0.id == id }?.value)
                model.removeAll { $0.id == id }
            default:
                let now = UInt64(value)
                check(calls.answerOverdue(at: time(now), 0) == model.filter { $0.due <= now }.map(\.value))
                model.removeAll { $0.due <= now }
            }
            check(calls.unanswered == model.count)
            if value % 100 == 0 { check(calls.nextDeadline == model.map(\.due).min().map(time)) }
        }
        #expect(differences == 0)
        #expect(calls.answerAll(0) == model.map(\.value))
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
