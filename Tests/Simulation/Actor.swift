/// Whoever does something in the world, one step at a time: a process, or a clock of the world itself.
class SimActor {
    unowned let world: World
    let host: Int
    /// Which of the scheduled steps counts: an earlier wake-up makes the later one void.
    var ticket = 0
    private(set) var isGone = false
    /// Stopped by SIGSTOP: no step, no answer.
    var isPaused = false {
        didSet {
            if !isPaused, oldValue, wasDue {
                wasDue = false
                wake(in: 0)
            }
        }
    }
    /// A step came up while it was stopped.
    var wasDue = false

    init(_ world: World, host: Int) {
        self.world = world
        self.host = host
    }

    var name: String { "" }

    /// One step. Returns the time to the next one; nil for none until woken.
    func act() -> Int? { nil }

    func end() { isGone = true }

    /// The next step comes after this time, in place of the one that was planned.
    func wake(in delay: Int) {
        ticket += 1
        world.schedule.add(self, at: world.now + delay)
    }
}

/// What comes next, by time; of one time, in the order in which it was planned. A binary heap.
struct Schedule {
    struct Entry {
        var time: Int
        var number: Int
        var ticket: Int
        var actor: SimActor

        func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    private var heap: [Entry] = []
    private var number = 0

    mutating func add(_ actor: SimActor, at time: Int) {
        number += 1
        heap.append(Entry(time: time, number: number, ticket: actor.ticket, actor: actor))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least])
            {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
