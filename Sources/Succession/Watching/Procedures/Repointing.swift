import Vocabulary

/// Points sentinels to the master: all of them forget theirs first, because the epoch of one that still had it would
/// override the others.
struct Repointing: Procedure, Equatable {
    private enum Phase: Equatable { case asking, forgetting, monitoring }

    let master: Address
    let sentinels: [Address]
    let context: ActionContext
    private var phase = Phase.asking
    private var question: FenceQuestion?
    private var isFenced = false
    private var mayBeFollowed = false
    /// Whose answer is still to come.
    private var waiting: Set<Address> = []
    /// Who has forgotten its master.
    private var ready: [Address] = []
    private var trouble: Trouble?
    private let settings: MonitorSettings

    init(_ sentinels: [Address], to master: Address, _ context: ActionContext, _ memory: ActionMemory) {
        (self.master, self.context) = (master, context)
        // What they are told may bear the password of the servers.
        self.sentinels = sentinels.filter {
            !context.snapshot.hasPassword || context.confidants.contains($0) && context.snapshot.distrust(of: $0) == nil
        }
        settings = memory.monitorSettings ?? MonitorSettings(context.snapshot) ?? .shipped
    }

    mutating func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        guard !sentinels.isEmpty, let step = context.fence else { return .over(nil) }
        question = FenceQuestion(asked: now)
        return .steps([step, .look(at: master)])
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch step {
        case .confirmLead:
            switch question?.answer(outcome, at: now) {
            case .holds: isFenced = true
            case .slow: return .failed(FenceQuestion.slowness)
            case .lost, nil: return .over(nil)
            }
            return mayBeFollowed ? forget() : .waiting
        case .look:
            guard case .seen(let instance, _) = outcome, context.mayBeFollowed(master, as: instance) else {
                return .over(nil)
            }
            mayBeFollowed = true
            return isFenced ? forget() : .waiting
        default: return note(outcome, of: step)
        }
    }

    private mutating func forget() -> Progress {
        phase = .forgetting
        waiting = Set(sentinels)
        return .steps(waiting.sorted().map { .ask(line(to: $0), .identity) })
    }

    private mutating func note(_ outcome: StepOutcome, of step: ActionStep) -> Progress {
        guard let line = step.line, waiting.contains(line.address) else { return .waiting }
        switch outcome {
        case .identity(let id, let asksForPassword):
            // Another cluster's may have its port by now. And ours asks for the password.
            if id == context.snapshot.id(of: line.address), !keepsSecrets || asksForPassword {
                return .steps([.tell(line, .stopMonitoring)])
            }
        case .done: if phase == .forgetting { ready.append(line.address) }
        case .failed(let trouble): self.trouble = self.trouble ?? trouble
        default: break
        }
        waiting.remove(line.address)
        guard waiting.isEmpty else { return .waiting }
        if let trouble { return .failed(trouble) }
        if phase == .forgetting, !ready.isEmpty {
            (phase, waiting) = (.monitoring, Set(ready))
            return .steps(ready.sorted().map { .tell(self.line(to: $0), .monitor(master, settings)) })
        }
        let names = sentinels.map(\.description).joined(separator: ", ")
        return .over(
            ActionResult(notice: Notice("repointed", new: master, "pointed the sentinels \(names) to \(master)")))
    }

    private func line(to sentinel: Address) -> Line { .own(.sentinel, sentinel) }

    /// Whether what a sentinel is told bears a secret, and ours ask for one themselves.
    private var keepsSecrets: Bool { context.snapshot.hasPassword && context.snapshot.hasSentinelPassword }
}
