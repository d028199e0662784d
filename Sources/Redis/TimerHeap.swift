/// The timers of a loop: a binary heap by instant; each has an id, and a cancelled one is forgotten at once.
struct TimerHeap {
    /// Called with true when due, with false when the loop ends first.
    typealias Action = @Sendable (_ due: Bool) -> Void

    private var heap: [(at: ContinuousClock.Instant, id: UInt64)] = []
    private var actions: [UInt64: Action] = [:]

    var count: Int { actions.count }
    /// Places in the heap, those of cancelled timers included.
    var places: Int { heap.count }
    /// When the loop has to look next. At the latest: the timer of that instant may have been cancelled.
    var next: ContinuousClock.Instant? { heap.first?.at }

    mutating func add(_ id: UInt64, at instant: ContinuousClock.Instant, _ action: @escaping Action) {
        actions[id] = action
        heap.append((instant, id))
        rise(heap.count - 1)
    }

    /// The place in the heap stays until it is due, or until cancelled ones outnumber the others.
    mutating func cancel(_ id: UInt64) {
        guard actions.removeValue(forKey: id) != nil, heap.count > 64, heap.count > actions.count * 2 else { return }
        heap.removeAll { actions[$0.id] == nil }
        for index in (0..<heap.count / 2).reversed() { sink(index) }
    }

    /// Takes out the earliest timer that is due at `now`.
    mutating func due(at now: ContinuousClock.Instant) -> Action? {
        while let first = heap.first, first.at <= now {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            sink(0)
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }

    mutating func removeAll() -> [Action] {
        defer { self = TimerHeap() }
        return Array(actions.values)
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0, heap[index].at < heap[(index - 1) / 2].at {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
