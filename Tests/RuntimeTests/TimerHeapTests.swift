import Support
import Testing
import Throttle

@testable import Runtime

@Suite(.inTurn) struct TimerHeapTests {
    let start = ContinuousClock.now

    @Test func rings_in_order_of_time() {
        var heap = TimerHeap()
        let rung = Protected<[Int]>([])
        for number in (0..<500).shuffled() {
            heap.add(UInt64(number), at: start + .milliseconds(number)) { _ in rung.withLock { $0.append(number) } }
        }
        #expect(heap.next == start)
        while let action = heap.due(at: start + .milliseconds(249)) { action(true) }
        #expect(rung.value == Array(0..<250))
        #expect(heap.actions.count == 250)
        #expect(heap.next == start + .milliseconds(250))
    }

    @Test func a_cancelled_one_never_rings() {
        var heap = TimerHeap()
        let rung = Protected<[Int]>([])
        for number in 0..<300 {
            heap.add(UInt64(number), at: start + .milliseconds(number)) { _ in rung.withLock { $0.append(number) } }
        }
        for number in 0..<300 where number % 3 != 0 { heap.cancel(UInt64(number)) }
        while let action = heap.due(at: start + .seconds(1)) { action(true) }
        #expect(rung.value == Array(stride(from: 0, to: 300, by: 3)))
        #expect(heap.next == nil)
    }

    @Test func cancelled_ones_leave_no_places_behind() {
        var heap = TimerHeap()
        for number in 0..<100_000 {
            heap.add(UInt64(number), at: start + .seconds(number)) { _ in }
            heap.cancel(UInt64(number))
        }
        #expect(heap.actions.count == 0)
        #expect(heap.heap.count <= 65)
    }
}
