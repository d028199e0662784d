import Vocabulary

/// Holds writes back, waits until the target has all of them, and lets the two change places: nothing that was
/// acknowledged is lost, and clients wait for some milliseconds.
struct HandOver: Equatable {
    /// For how long clients' writes are held back at most: should this process end, they go on then.
    static let pauseLimit = Duration.seconds(2)
    /// How long the target may take to catch up.
    private static let catchUpLimit = Duration.seconds(1)
    /// Later than this after the pause began nothing is begun that relies on it: it may be over.
    private static let pauseTrust = Duration.milliseconds(1_500)

    /// What is next.
    enum Move: Equatable {
        case steps([ActionStep])
        /// What the target answers as master.
        case became(Instance)
        /// All is as it was, for this reason.
        case failed(String)
    }

    private enum Phase: Equatable {
        case identifying, fencing, holding, catchingUp, fencingAgain, exchanging
        case givingWay(Instance)
        /// The old master may have taken the order to follow, without an answer.
        case doubting(Instance, String)
        case askingBack(String, Fence)
        /// The old master took longer to say that it is one than the fence lives.
        case fencingBack(String)
        case takingBack(String)
        case releasing(String)
    }

    let old: Address
    let target: Address
    let who: String?
    let context: ActionContext
    private let (master, heir): (Line, Line)
    private var phase = Phase.identifying
    private var question: FenceQuestion?
    private var fence: Fence?
    /// When the pause began.
    private var pausedAt = Duration.zero
    /// What the two have answered, of what they were asked together.
    private var answers: [Line: Instance] = [:]
    private var waiting: Set<Line> = []
    private var trouble: String?

    init(from old: Address, to target: Address, for who: String?, _ context: ActionContext) {
        (self.old, self.target, self.who, self.context) = (old, target, who, context)
        (master, heir) = (.own(.server, old), .own(.server, target))
    }

    mutating func begin() -> Move { askBoth(.identifying) }

    /// Nil where the step is none of these.
    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Move? {
        switch step {
        case .confirmLead: return fenced(question?.answer(outcome, at: now) ?? .lost, &memory, at: now)
        case .wait: return catchUp(at: now)
        case .ask(let line, _, _), .tell(let line, _, _, _):
            guard line == master || line == heir else { return nil }
            return heard(outcome, on: line, &memory, at: now)
        default: return nil
        }
    }

    private mutating func heard(
        _ outcome: StepOutcome, on line: Line, _ memory: inout ActionMemory, at now: Duration
    ) -> Move? {
        switch phase {
        case .identifying, .catchingUp, .exchanging:
            note(outcome, on: line)
            return waiting.isEmpty ? both(&memory, at: now) : .steps([])
        case .holding:
            switch outcome {
            case .done: return askBoth(.catchingUp)
            case .failed(let trouble): return release(trouble.text)
            default: return .failed(Self.notLeading)
            }
        case .givingWay(let instance):
            switch outcome {
            case .done: return .became(instance)
            case .failed(let trouble):
                // Two must not follow each other: only its own word, behind that order, lets the other one be taken
                // back. The target has everything.
                phase = .doubting(instance, trouble.text)
                return .steps([.ask(master, .instance)])
            default: return takeBack(mayLackWrites, at: now)
            }
        case .doubting(let instance, let reason):
            if case .instance(let there) = outcome, case .master = there.answer { return takeBack(reason, at: now) }
            return .became(instance)
        case .askingBack(let reason, let fence): return tellBack(outcome, reason, fence, at: now)
        case .takingBack(let reason): return release(reason)
        case .releasing(let reason): return .failed(reason)
        case .fencing, .fencingAgain, .fencingBack: return .steps([])
        }
    }

    private mutating func askBoth(_ next: Phase) -> Move {
        (phase, waiting, answers, trouble) = (next, [master, heir], [:], nil)
        return .steps([.ask(master, .instance), .ask(heir, .instance)])
    }

    private mutating func note(_ outcome: StepOutcome, on line: Line) {
        waiting.remove(line)
        switch outcome {
        case .instance(let instance): answers[line] = instance
        case .failed(let trouble): self.trouble = self.trouble ?? trouble.text
        case .tooLate: self.trouble = self.trouble ?? Self.heldUp
        default: break
        }
    }

    /// Both have answered, or can't.
    private mutating func both(_ memory: inout ActionMemory, at now: Duration) -> Move {
        switch phase {
        case .identifying:
            if let trouble { return .failed(trouble) }
            guard isOurs(master), isOurs(heir) else { return .failed("one of the two is not ours any more") }
            guard let step = context.fence else { return .failed(Self.notLeading) }
            (phase, question) = (.fencing, FenceQuestion(asked: now))
            return .steps([step])
        case .catchingUp:
            if let trouble { return release(trouble) }
            guard case .master(let full)? = answers[master]?.answer,
                case .replica(let replication)? = answers[heir]?.answer, replication.isLinked,
                replication.master == old, replication.history.replicationID == full.replicationID
            else { return release("\(target) does not follow \(old) any more") }
            // Asked again and again: no event tells of an offset.
            guard replication.history.offset >= full.offset else { return .steps([.wait(.milliseconds(1))]) }
            return exchangeFenced(&memory, at: now)
        default:
            if let trouble { return takeBack(trouble, at: now) }
            return giveWay(at: now)
        }
    }

    private mutating func catchUp(at now: Duration) -> Move {
        guard now - pausedAt < Self.catchUpLimit else {
            return release("\(target) did not catch up within \(Self.catchUpLimit)")
        }
        return askBoth(.catchingUp)
    }

    private mutating func fenced(
        _ answer: FenceQuestion.Answer, _ memory: inout ActionMemory, at now: Duration
    ) -> Move {
        switch (phase, answer) {
        case (.fencing, .holds(let fence)):
            (self.fence, phase, pausedAt) = (fence, .holding, now)
            return .steps([.tell(master, .holdWrites(Self.pauseLimit, isChecked: false), until: fence.end)])
        case (.fencing, .lost): return .failed(Self.notLeading)
        case (.fencing, .slow): return .failed(FenceQuestion.slowness.text)
        case (.fencingAgain, .holds(let fence)):
            self.fence = fence
            return exchange(&memory, at: now)
        case (.fencingAgain, .lost): return release(Self.heldUp)
        case (.fencingAgain, .slow): return release(FenceQuestion.slowness.text)
        case (.takingBack(let reason), .holds(let fence)):
            phase = .askingBack(reason, fence)
            return .steps([.ask(master, .instance)])
        case (.fencingBack(let reason), .holds(let fence)):
            phase = .takingBack(reason)
            return .steps([.tell(heir, .follow(old), until: fence.end)])
        case (.takingBack(let reason), _), (.fencingBack(let reason), _): return release(reason)
        default: return .steps([])
        }
    }

    /// The fence is asked for once more only where the first answer may be too old.
    private mutating func exchangeFenced(_ memory: inout ActionMemory, at now: Duration) -> Move {
        if let fence, fence.isYoung(at: now) { return exchange(&memory, at: now) }
        return self.fence(for: .fencingAgain, at: now) ?? release(Self.heldUp)
    }

    private mutating func exchange(_ memory: inout ActionMemory, at now: Duration) -> Move {
        guard let fence, now - pausedAt < Self.pauseTrust else { return release(Self.heldUp) }
        memory.willDo(Recording.Evidence.switchover.rawValue, to: old, becomes: target, who: who, at: now)
        (phase, waiting, answers, trouble) = (.exchanging, [master, heir], [:], nil)
        return .steps([
            .tell(heir, .becomeMaster, until: min(fence.end, pausedAt + Self.pauseTrust)),
            // In the same moment the pause is renewed: what the old master took meanwhile would be lost.
            .tell(master, .holdWrites(Self.pauseLimit, isChecked: true)),
        ])
    }

    /// Has the old master follow the new one, if it has nothing that the new one lacks.
    private mutating func giveWay(at now: Duration) -> Move {
        guard let instance = answers[heir], case .master(let new) = instance.answer, let shared = new.previousOffset,
            case .master(let there)? = answers[master]?.answer
        else { return takeBack("one of the two is not what it was", at: now) }
        // What differs by so little is pings, as long as the pause had no gap.
        guard there.offset - Holdings.noise < shared, now - pausedAt < Self.pauseLimit else {
            return takeBack(mayLackWrites, at: now)
        }
        phase = .givingWay(instance)
        return .steps([.tell(master, .follow(target), until: pausedAt + Self.pauseLimit)])
    }

    /// Only who still leads may take the heir back; else whoever leads ends a second master.
    private mutating func takeBack(_ reason: String, at now: Duration) -> Move {
        fence(for: .takingBack(reason), at: now) ?? release(reason)
    }

    private mutating func fence(for next: Phase, at now: Duration) -> Move? {
        guard let step = context.fence else { return nil }
        (phase, question) = (next, FenceQuestion(asked: now))
        return .steps([step])
    }

    /// The heir follows the old master again where that says itself, in this moment, that it is one: restarted, it may
    /// follow the heir, and then neither were one. Nobody knows the heir yet.
    private mutating func tellBack(
        _ outcome: StepOutcome, _ reason: String, _ fence: Fence, at now: Duration
    ) -> Move {
        guard case .instance(let there) = outcome else { return release(reason) }
        switch there.answer {
        case .master where now < fence.end:
            phase = .takingBack(reason)
            return .steps([.tell(heir, .follow(old), until: fence.end)])
        case .master: return self.fence(for: .fencingBack(reason), at: now) ?? release(reason)
        case .replica(let replication) where replication.master == target:
            if let instance = answers[heir], case .master = instance.answer { return .became(instance) }
            return release(reason)
        default: return release(reason)
        }
    }

    private mutating func release(_ reason: String) -> Move {
        phase = .releasing(reason)
        return .steps([.tell(master, .releaseWrites)])
    }

    private func isOurs(_ line: Line) -> Bool {
        answers[line].map { context.snapshot(with: $0, at: line.address).mayBeChanged(line.address) } ?? false
    }

    private static let notLeading = "this watcher does not lead any more, or the master is another"
    private static let heldUp = "this watcher does not lead any more, or was held up"
    private var mayLackWrites: String { "\(old) may have taken writes that \(target) does not have" }
}
