import Vocabulary

/// Makes this server master because a person says so, where nobody else would: looks once more whether the recorded one
/// answers as master, and whether the sentinels hear it or are about to replace it; promotes, records, and tells the
/// sentinels and the other replicas. One that was promoted already, and that nobody has recorded, is recorded.
///
/// Its fence is a record that is only rehearsed: what could not be recorded must not be promoted.
struct TakingOver: Procedure {
    /// How long the recorded master and the sentinels get to say what they know.
    private static let askLimit = Duration.milliseconds(500)

    let heir: Address
    let who: String?
    private var context: ActionContext
    private let line: Line
    private var isOldGone = false
    /// The sentinels whose answers are still to come.
    private var consulted: Set<Address>
    private var isHistoryRead = false
    /// What the heir answered last.
    private var instance: Instance?
    private var question: FenceQuestion?
    /// When the record was sent.
    private var recordBegan = Duration.zero
    private var aftermath: Aftermath?

    init(_ heir: Address, for who: String?, _ context: ActionContext) {
        (self.heir, self.who, self.context) = (heir, who, context)
        line = .own(.server, heir)
        consulted = Set(context.snapshot.sentinels.map(\.address))
    }

    /// The recorded master that is given up.
    private var old: Address? { context.record.flatMap { $0.address == heir ? nil : $0.address } }

    mutating func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        isOldGone = old == nil
        return .steps(
            [.readHistory, .ask(line, .instance)] + (old.map { [.look(at: $0, within: Self.askLimit)] } ?? [])
                + consulted.sorted().map { .consult(sentinel: $0, within: Self.askLimit) })
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if aftermath != nil { return follow(outcome, of: step, &memory, at: now) }
        switch (step, outcome) {
        case (.readHistory, _):
            isHistoryRead = true
            return fence(at: now)
        case (.look(let old, _), .seen(let seen, let shortage)): return note(seen, shortage, of: old, at: now)
        case (.consult, .heard(let report)): return note(report, at: now)
        case (_, .failed(let trouble)): return .failed(trouble)
        case (.rehearse, _): return promote(outcome, &memory, at: now)
        case (.ask, .instance(let seen)):
            guard context.snapshot(with: seen, at: heir).mayBeChanged(heir) else {
                return .failed(Trouble("\(heir) is another cluster's, or does not bear our mark"))
            }
            instance = seen
            return fence(at: now)
        case (.tell, .instance(let seen)):
            instance = seen
            return record(memory, at: now)
        case (.tell, _):
            memory.takeBackDeed()
            return .failed(Self.heldUp)
        case (.write, .done): return tell(step, &memory, at: now)
        case (.write, _):
            return .failed(Trouble("somebody else recorded another master in the same moment"))
        default: return .waiting
        }
    }

    private mutating func note(
        _ seen: Instance?, _ shortage: String?, of old: Address, at now: Duration
    ) -> Progress {
        // That nobody was asked says nothing of the master.
        guard let seen else {
            return .failed(Trouble("\(old) could not be asked: \(shortage ?? "no reason is known")"))
        }
        switch seen.answer {
        case .master: return .failed(Trouble("\(old) answers as master again"))
        case .denied: return .failed(Trouble("\(old) answers, and does not let us in"))
        default: break
        }
        context.snapshot.instances[old] = seen
        isOldGone = true
        return fence(at: now)
    }

    private mutating func note(_ report: SentinelReport, at now: Duration) -> Progress {
        guard report.trouble != .unasked else {
            return .failed(Trouble("this machine could not ask the sentinel \(report.address)"))
        }
        for index in context.snapshot.sentinels.indices
        where context.snapshot.sentinels[index].address == report.address {
            context.snapshot.sentinels[index].opinion = report.opinion
            context.snapshot.sentinels[index].trouble = report.trouble
        }
        consulted.remove(report.address)
        return fence(at: now)
    }

    /// Once all have answered: what follows must come at once behind it.
    private mutating func fence(at now: Duration) -> Progress {
        guard isOldGone, isHistoryRead, consulted.isEmpty, instance != nil, question == nil else { return .waiting }
        if let why = context.snapshot.objection(toForcing: heir) { return .failed(Trouble(why)) }
        question = FenceQuestion(asked: now)
        return .steps([
            .rehearse(master: context.record?.version, cluster: context.clusterVersion, loss: context.lossVersion)
        ])
    }

    private mutating func promote(
        _ outcome: StepOutcome, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch question?.answer(outcome, at: now) {
        case .holds(let fence):
            if case .master? = instance?.answer { return record(memory, at: now) }
            memory.willDo(
                Recording.Evidence.promoted.rawValue, to: context.record?.address, becomes: heir, who: who, at: now)
            return .steps([.tell(line, .becomeMaster, until: fence.end)])
        case .slow: return .failed(Self.heldUp)
        case .lost, nil: return .failed(Trouble("another master was recorded meanwhile"))
        }
    }

    private mutating func record(_ memory: ActionMemory, at now: Duration) -> Progress {
        guard let instance, let recording = context.recording(of: heir, as: instance, .promoted) else {
            return .failed(Trouble("\(heir) did not become master"))
        }
        recordBegan = now
        return .steps([context.write(recording, memory, for: who)])
    }

    private mutating func tell(_ step: ActionStep, _ memory: inout ActionMemory, at now: Duration) -> Progress {
        guard let result = step.result(&memory, at: now) else { return .over(nil) }
        var context = context
        context.snapshot.instances[heir] = instance
        let old = old ?? heir
        let followers = context.snapshot.changeableReplicas(of: old).filter { $0 != heir }
        var aftermath = Aftermath(result, from: old, to: heir, followers, context, began: recordBegan)
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

    private static let heldUp = Trouble(
        "this machine or ZooKeeper was too slow, and no server is changed on an old word")
}
