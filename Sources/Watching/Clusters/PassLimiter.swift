import Runtime

/// Lets clusters be looked at a few at a time where nothing presses: with a thousand of them, a start or a returned
/// connection would else have all be asked at once, and the memory for all the answers stay with the process.
///
/// Whoever waits for somebody silent needs no processor and holds up nobody: a place is held for a moment at most.
actor PassLimiter {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// How many are let in at once, and for how long each counts.
    private static let width = 16
    private static let longestStay = Duration.milliseconds(100)

    /// One who was let in; gives the place back once.
    struct Place: Sendable {
        fileprivate let id: Int
    }

    private nonisolated let loop: EventLoop
    private var inside: Set<Int> = []
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Those before it in `waiting` have been let in.
    private var front = 0
    private var lastID = 0

    init(loop: EventLoop) { self.loop = loop }

    func enter() async -> Place {
        if inside.count >= Self.width { await withCheckedContinuation { waiting.append($0) } }
        lastID += 1
        let place = Place(id: lastID)
        inside.insert(place.id)
        _ = loop.after(Self.longestStay) { self.assumeIsolated { $0.leave(place) } }
        return place
    }

    func leave(_ place: Place) {
        guard inside.remove(place.id) != nil, front < waiting.count else { return }
        waiting[front].resume()
        front += 1
        if front == waiting.count { (waiting, front) = ([], 0) }
    }
}
