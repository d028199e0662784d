/// The calls that are under way, each with a deadline. A call gets one answer, the first: reply, deadline, cancellation
/// and close may race. The answer may come before there is somebody who waits for it.
struct PendingCalls<Waiter, Answer> {
    private enum Call {
        case sent
        case waiting(Waiter)
        case answered(Answer)

        var isAnswered: Bool {
            if case .answered = self { true } else { false }
        }
    }

    private var calls: [UInt64: Call] = [:]
    /// In the order of the calls, which nearly always is that of the answers, too: ZooKeeper keeps the order of a
    /// session's requests. So what was answered is cleared from the front, without a search.
    private var deadlines: [(time: ContinuousClock.Instant, id: UInt64)] = []
    private var front = 0
    private var lastID: UInt64 = 0

    /// How many wait for an answer, or will.
    var unanswered: Int { calls.values.count { !$0.isAnswered } }

    mutating func add(until time: ContinuousClock.Instant) -> UInt64 {
        lastID += 1
        calls[lastID] = .sent
        deadlines.append((time, lastID))
        return lastID
    }

    /// The answer that came before `waiter`; otherwise `waiter` is kept for it. A call that isn't known was never added
    /// or has had its waiter.
    mutating func wait(_ id: UInt64, _ waiter: Waiter) -> Answer? {
        guard case .answered(let answer) = calls[id] else {
            calls[id] = .waiting(waiter)
            return nil
        }
        calls[id] = nil
        clearFront()
        return answer
    }

    /// Whom to give the answer to. Nil when it came too late, or before the waiter, for whom it is kept.
    mutating func answer(_ id: UInt64, _ answer: Answer) -> Waiter? {
        switch calls[id] {
        case .waiting(let waiter):
            calls[id] = nil
            clearFront()
            return waiter
        case .sent:
            calls[id] = .answered(answer)
            return nil
        case .answered, nil: return nil
        }
    }

    /// Answers all; returns whom to tell, oldest first.
    mutating func answerAll(_ answer: Answer) -> [Waiter] {
        calls.keys.sorted().compactMap { self.answer($0, answer) }
    }

    /// Answers the calls whose deadline has passed; returns whom to tell, oldest first.
    mutating func answerOverdue(at now: ContinuousClock.Instant, _ answer: Answer) -> [Waiter] {
        let overdue = deadlines[front...].filter { $0.time <= now }.map(\.id)
        return overdue.compactMap { self.answer($0, answer) }
    }

    /// When the next deadline passes; nil when no call is unanswered.
    var nextDeadline: ContinuousClock.Instant? {
        deadlines[front...].lazy.filter { isUnanswered($0.id) }.map(\.time).min()
    }

    private func isUnanswered(_ id: UInt64) -> Bool { calls[id].map { !$0.isAnswered } ?? false }

    private mutating func clearFront() {
        while front < deadlines.count, calls[deadlines[front].id] == nil { front += 1 }
        if front == deadlines.count {
            deadlines.removeAll(keepingCapacity: true)
            front = 0
        } else if front > 1_024, front > deadlines.count / 2 {
            deadlines.removeFirst(front)
            front = 0
        }
    }
}
