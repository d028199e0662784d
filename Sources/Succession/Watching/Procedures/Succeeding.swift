import Vocabulary

/// Replaces a crashed master: asks the replicas once more, promotes the one that is furthest on, records it, and tells
/// the sentinels and the other replicas at once. What fails behind the record is made good by the next look.
struct Succeeding: Procedure {
    /// How long the replicas get to say how far they are.
    private static let askLimit = Duration.milliseconds(50)

    let master: Address
    private var context: ActionContext
    private let replicas: [Address]
    private var question: FenceQuestion?
    private var fence: FenceQuestion.Answer?
    private var isHistoryRead = false
    private var heir: Address?
    private var promoted: Instance?
    /// Whose answer is still to come.
    private var waiting: Set<Address>
    private var silent: [Address] = []
    private var shortage: String?
    /// When the record was sent.
    private var recordBegan = Duration.zero
    private var aftermath: Aftermath?

    init(_ master: Address, _ context: ActionContext) {
        (self.master, self.context) = (master, context)
        replicas = context.snapshot.changeableReplicas(of: master)
        waiting = Set(replicas)
    }

    mutating func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        guard let step = context.fence else { return .over(nil) }
        question = FenceQuestion(asked: now)
        // All that will be needed is asked for in the same breath: clients wait.
        return .steps([step, .readHistory] + waiting.sorted().map { .look(at: $0, within: Self.askLimit) })
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if aftermath != nil { return follow(outcome, of: step, &memory, at: now) }
        switch step {
        case .confirmLead:
            fence = question?.answer(outcome, at: now)
            return choose()
        case .readHistory:
            isHistoryRead = true
            return record(memory, at: now)
        case .look(let replica, _): return note(outcome, of: replica, &memory, at: now)
        case .ask: return promote(outcome, &memory, at: now)
        case .tell:
            switch outcome {
            case .instance(let instance):
                promoted = instance
                return record(memory, at: now)
            case .failed(let trouble): return .failed(trouble)
            case .tooLate: memory.takeBackDeed()
            default: break
            }
            return .over(nil)
        case .write: return tell(outcome, of: step, &memory, at: now)
        default: return .waiting
        }
    }

    private mutating func note(
        _ outcome: StepOutcome, of replica: Address, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if case .seen(let instance, let shortage) = outcome {
            context.snapshot.instances[replica] = instance ?? Instance(.silent)
            if context.snapshot.answer(of: replica) == .silent { silent.append(replica) }
            self.shortage = self.shortage ?? shortage
        }
        waiting.remove(replica)
        guard waiting.isEmpty else { return .waiting }
        // One that is silent for a moment may have more than all others: the next look asks it again.
        guard memory.hasWaitedLongEnough(for: silent, after: master, at: now) else { return .over(nil) }
        // Who could not be asked may have more as well.
        if let shortage {
            return .failed(Trouble("not every replica of \(master) could be asked: \(shortage)"))
        }
        return choose()
    }

    /// Once all have answered and the fence holds.
    private mutating func choose() -> Progress {
        guard waiting.isEmpty, let fence, heir == nil else { return .waiting }
        guard let heir = context.snapshot.heir(of: master), context.snapshot.mayTakeOver(heir) else {
            return .over(nil)
        }
        switch fence {
        case .lost: return .over(nil)
        case .slow: return .failed(FenceQuestion.slowness)
        case .holds:
            self.heir = heir
            return .steps([.ask(.kept(.server, heir), .instance)])
        }
    }

    private func promote(_ outcome: StepOutcome, _ memory: inout ActionMemory, at now: Duration) -> Progress {
        if case .failed(let trouble) = outcome { return .failed(trouble) }
        guard case .instance(let instance) = outcome, let heir, case .holds(let fence)? = fence else {
            return .over(nil)
        }
        let snapshot = context.snapshot(with: instance, at: heir)
        guard snapshot.mayBeChanged(heir), snapshot.follows(heir, master), snapshot.isPromotable(heir),
            snapshot.mayTakeOver(heir), fence.holds(at: now)
        else { return .over(nil) }
        memory.willDo(Recording.Evidence.succession.rawValue, to: master, becomes: heir, at: now)
        return .steps([.tell(.kept(.server, heir), .becomeMaster, until: fence.end)])
    }

    /// Once the history is there as well.
    private mutating func record(_ memory: ActionMemory, at now: Duration) -> Progress {
        guard isHistoryRead, let heir, let promoted else { return .waiting }
        guard let recording = context.recording(of: heir, as: promoted, .succession) else { return .over(nil) }
        context.snapshot.instances[heir] = promoted
        recordBegan = now
        return .steps([context.write(recording, memory)])
    }

    private mutating func tell(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if case .failed(let trouble) = outcome { return .failed(trouble) }
        guard outcome == .done, let heir, let result = step.result(&memory, at: now) else { return .over(nil) }
        var aftermath = Aftermath(
            result, from: master, to: heir, replicas.filter { $0 != heir }, context, began: recordBegan)
        let steps = aftermath.begin(at: now)
        self.aftermath = aftermath
        return aftermath.isOver ? .over(result) : .steps(steps)
    }

    private mutating func follow(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        let steps = aftermath?.heard(outcome, of: step, &memory, at: now) ?? []
        guard let aftermath, !aftermath.isOver else { return .over(aftermath?.result) }
        return .steps(steps)
    }
}
