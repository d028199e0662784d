/// Puts one reply together from the parser's events, and counts what it costs.
final class ReplyBuilder {
    private struct Frame {
        var missing: Int
        var elements: [Reply] = []
    }

    /// What one element costs beside its bytes: a `Reply` with its share of the array that holds it, rounded up.
    static let elementCost = 64

    private let limit: Int
    private var open: [Frame] = []
    private var finished: Reply?
    private var bytes = 0
    private var elements = 0

    init(limit: Int) { self.limit = limit }

    var isOverLimit: Bool { isOverLimit(besides: 0) }

    /// The same without `unread` bytes, which are of the next replies.
    func isOverLimit(besides unread: Int) -> Bool { bytes - unread + elements * Self.elementCost > limit }

    /// The same once a string of this length has come.
    func isOverLimit(with length: Int) -> Bool { length > limit }

    var tooMuch: String { "a reply of more than \(limit) bytes" }

    func count(bytes more: Int) { bytes += more }

    /// Begins an array; false when its elements alone would break the limit.
    func begin(count: Int) -> Bool {
        elements += count
        guard !isOverLimit else { return false }
        if count == 0 { return complete(.array([])) }
        // Room only for what is plausible: the count is the peer's claim.
        var frame = Frame(missing: count)
        frame.elements.reserveCapacity(min(count, 64))
        open.append(frame)
        return true
    }

    func add(_ reply: Reply) -> Bool { complete(reply) }

    /// The finished reply; `leaving` bytes of the next ones are already counted to those.
    func take(leaving unread: Int) -> Reply? {
        defer { (finished, bytes, elements) = (nil, unread, 0) }
        return finished
    }

    private func complete(_ reply: Reply) -> Bool {
        var reply = reply
        while let last = open.indices.last {
            open[last].elements.append(reply)
            open[last].missing -= 1
            guard open[last].missing == 0 else { return true }
            reply = .array(open.removeLast().elements)
        }
        finished = reply
        return true
    }
}
