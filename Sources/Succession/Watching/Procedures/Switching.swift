import Vocabulary

/// A planned change of the master: says that it has begun, hands over, records the new master, tells everybody, lets
/// the old one's clients go, and says what became of it.
struct Switching: Procedure {
    private enum Phase: Equatable {
        case beginning, handingOver, recording, telling, repointing, releasing, ending
    }

    let target: Address
    private var running: Switchover
    private var context: ActionContext
    private var phase = Phase.beginning
    private var handOver: HandOver?
    private var isHistoryRead = false
    private var instance: Instance?
    /// When clients may have begun to wait, and when the record was sent.
    private var (pausedAt, recordBegan) = (Duration.zero, Duration.zero)
    private var aftermath: Aftermath?
    private var repointing: Repointing?
    /// What is said in the end; nil while others follow still.
    private var ended: Switchover?
    private var isReleased = false

    init(_ request: Switchover, to target: Address, _ context: ActionContext) {
        (self.target, self.context) = (target, context)
        running = request.ended(
            .running, "begun by \(context.address)", from: context.record?.address, to: target)
    }

    func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        guard context.record != nil, let step = context.answer(running) else { return .over(nil) }
        return .steps([step])
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if case .readHistory = step {
            isHistoryRead = true
            return phase == .recording ? record(memory, at: now) : .waiting
        }
        switch phase {
        case .beginning: return noted(outcome, at: now)
        case .handingOver: return move(handOver?.heard(outcome, of: step, &memory, at: now), &memory, at: now)
        case .recording: return recorded(outcome, of: step, &memory, at: now)
        case .ending: return answered(outcome, of: step)
        case .telling, .repointing, .releasing: return follow(outcome, of: step, &memory, at: now)
        }
    }

    private mutating func noted(_ outcome: StepOutcome, at now: Duration) -> Progress {
        if case .failed(let trouble) = outcome { return .failed(trouble) }
        guard outcome == .done, let old = context.record?.address else { return .over(nil) }
        context.switchoverVersion = context.switchoverVersion.map { $0 + 1 }
        (phase, pausedAt) = (.handingOver, now)
        var handOver = HandOver(from: old, to: target, for: running.who, context)
        guard case .steps(let steps) = handOver.begin() else { return .over(nil) }
        self.handOver = handOver
        return .steps([.readHistory] + steps)
    }

    private mutating func move(_ move: HandOver.Move?, _ memory: inout ActionMemory, at now: Duration) -> Progress {
        switch move {
        case .steps(let steps): return .steps(steps)
        case .became(let instance):
            (self.instance, phase) = (instance, .recording)
            return isHistoryRead ? record(memory, at: now) : .waiting
        case .failed(let why): return end(running.ended(.failed, why), &memory)
        case nil: return .waiting
        }
    }

    private mutating func record(_ memory: ActionMemory, at now: Duration) -> Progress {
        guard let instance, let recording = context.recording(of: target, as: instance, .switchover) else {
            return .over(nil)
        }
        recordBegan = now
        return .steps([context.write(recording, memory, for: running.who)])
    }

    private mutating func recorded(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if case .failed(let trouble) = outcome { return .failed(trouble) }
        // The next look says who it is: where that is the target, somebody else has recorded what we did.
        guard outcome == .done, let old = context.record?.address, let instance,
            let result = step.result(&memory, at: now)
        else { return .over(nil) }
        let followers = context.snapshot.changeableReplicas(of: old).filter { $0 != target }
        context.snapshot.instances[target] = instance
        var aftermath = Aftermath(result, from: old, to: target, followers, context, began: recordBegan)
        let steps = aftermath.begin(at: now)
        context = aftermath.context
        (self.aftermath, phase) = (aftermath, .telling)
        return aftermath.hasTold ? with(steps, repoint(&memory, at: now)) : .steps(steps)
    }

    /// Behind the record.
    private mutating func follow(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        if let steps = aftermath?.heard(outcome, of: step, &memory, at: now) {
            if phase == .telling, aftermath?.hasTold ?? true { return with(steps, repoint(&memory, at: now)) }
            return steps.isEmpty && isReleased ? finish(&memory) : .steps(steps)
        }
        switch phase {
        case .repointing:
            if case .steps(let steps)? = repointing?.heard(outcome, of: step, &memory, at: now) { return .steps(steps) }
            return release(at: now)
        default:
            guard case .tell(let line, let order, _, _) = step else { return .waiting }
            if order == .endClients, !isUnreachable(outcome) { return .steps([.tell(line, .releaseWrites)]) }
            isReleased = true
            return finish(&memory)
        }
    }

    /// A sentinel without peers can't be told.
    private mutating func repoint(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        let alone = context.snapshot.sentinels.filter { $0.opinion?.listsPeers == false }.map(\.address)
        var repointing = Repointing(alone, to: target, context, memory)
        guard case .steps(let steps) = repointing.begin(&memory, at: now) else { return release(at: now) }
        (self.repointing, phase) = (repointing, .repointing)
        return .steps(steps)
    }

    /// The old one's clients must ask the sentinels whom to write to. A pause that is left would end by itself.
    private mutating func release(at now: Duration) -> Progress {
        guard let old = aftermath?.master else { return .over(nil) }
        phase = .releasing
        var done = running.ended(.done, "\(target) is master, after \(old)")
        done.pause = Int((now - pausedAt) / .milliseconds(1))
        ended = done
        return .steps([.tell(.own(.server, old, number: 1), .endClients)])
    }

    /// Once nobody follows any more.
    private mutating func finish(_ memory: inout ActionMemory) -> Progress {
        guard aftermath?.isOver ?? true, let ended else { return .waiting }
        return end(ended, &memory)
    }

    private mutating func end(_ switchover: Switchover, _ memory: inout ActionMemory) -> Progress {
        (phase, ended) = (.ending, switchover)
        memory.remember(switchover)
        return context.answer(switchover).map { .steps([$0]) } ?? .over(aftermath?.result)
    }

    private func answered(_ outcome: StepOutcome, of step: ActionStep) -> Progress {
        guard case .write = step else { return .waiting }
        guard var result = aftermath?.result else {
            if case .failed(let trouble) = outcome { return .failed(trouble) }
            return .over(outcome == .done ? ActionResult(switchover: ended) : nil)
        }
        if outcome == .done { result.switchover = ended }
        return .over(result)
    }

    /// Whether nothing came back at all: then a second order would only wait as long again.
    private func isUnreachable(_ outcome: StepOutcome) -> Bool {
        if case .failed(let trouble) = outcome { trouble.prefix == nil } else { false }
    }

    private func with(_ steps: [ActionStep], _ progress: Progress) -> Progress {
        if case .steps(let more) = progress { .steps(steps + more) } else { progress }
    }
}
