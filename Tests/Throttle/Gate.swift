/// The places that tests take, in the order in which they ask. Who takes all of them goes behind all others: those who
/// want the machine for themselves then run one after the other, where it would have to be emptied for each.
actor Gate {
    private let places: Int
    private var free: Int
    private var waiting: [Waiter] = []
    private var wantingAll: [Waiter] = []

    private typealias Waiter = (weight: Int, continuation: CheckedContinuation<Void, Never>)

    init(places: Int) {
        self.places = places
        free = places
    }

    func enter(_ weight: Int) async {
        await withCheckedContinuation { continuation in
            if weight < places {
                waiting.append((weight, continuation))
            } else {
                wantingAll.append((weight, continuation))
            }
            admit()
        }
    }

    func leave(_ weight: Int) {
        free += weight
        admit()
    }

    private func admit() {
        while let next = waiting.first ?? wantingAll.first, next.weight <= free {
            free -= next.weight
            if waiting.isEmpty { wantingAll.removeFirst() } else { waiting.removeFirst() }
            next.continuation.resume()
        }
    }
}
