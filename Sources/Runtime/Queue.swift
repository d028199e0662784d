/// First in, first out, both ends in constant time.
package struct Queue<Element>: Sequence {
    private var storage: [Element?] = []
    private var head = 0

    package init() {}

    package var count: Int { storage.count - head }
    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ element: Element) { storage.append(element) }

    package mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        defer {
            storage[head] = nil
            head += 1
            if head == storage.count {
                // Without its memory: thousands of connections are idle nearly all the time.
                storage = []
                head = 0
            } else if head >= 64, head * 2 >= storage.count {
                storage.removeFirst(head)
                head = 0
            }
        }
        return storage[head]
    }

    package mutating func removeAll() -> [Element] {
        defer { self = Queue() }
        return storage[head...].compactMap { $0 }
    }

    // A closure: a key path would be made anew at each call.
    package func makeIterator() -> some IteratorProtocol<Element> {
        storage[head...].lazy.compactMap { $0 }.makeIterator()
    }
}
