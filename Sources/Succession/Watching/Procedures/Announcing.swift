import Vocabulary

/// Tells sentinels what is recorded, and has the replicas follow it that follow nobody of use: the sentinels would tell
/// them only after their `failover-timeout`.
struct Announcing: Procedure {
    let announcement: Announcement
    let context: ActionContext
    private var question: FenceQuestion?
    private var fence: Fence?
    private var mayBeFollowed = false
    private var telling: Telling?
    private var attaching: Attaching?

    init(_ announcement: Announcement, _ context: ActionContext) {
        (self.announcement, self.context) = (announcement, context)
    }

    mutating func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        guard let step = context.fence else { return .over(nil) }
        question = FenceQuestion(asked: now)
        return .steps([step, .look(at: announcement.master)])
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch step {
        case .confirmLead:
            switch question?.answer(outcome, at: now) {
            case .holds(let fence): self.fence = fence
            case .slow: return .failed(FenceQuestion.slowness)
            case .lost, nil: return .over(nil)
            }
            return mayBeFollowed ? tell() : .waiting
        case .look:
            guard case .seen(let instance, _) = outcome, context.mayBeFollowed(announcement.master, as: instance) else {
                return .over(nil)
            }
            mayBeFollowed = true
            return fence == nil ? .waiting : tell()
        default:
            let next =
                telling?.heard(outcome, of: step, &memory, at: now)
                ?? attaching?.heard(outcome, of: step, &memory, at: now) ?? []
            return next.isEmpty && isOver ? .over(result) : .steps(next)
        }
    }

    private mutating func tell() -> Progress {
        guard let fence else { return .waiting }
        let strays = context.snapshot.straysBeside(announcement.master).compactMap { stray in
            context.snapshot.replication(of: stray)?.master.map { (stray, $0) }
        }
        var telling = Telling(announcement, fence, context)
        let attaching = Attaching(
            Dictionary(strays) { first, _ in first }, to: announcement.master, fence, context)
        let steps = telling.begin() + attaching.begin()
        (self.telling, self.attaching) = (telling, attaching)
        return steps.isEmpty ? .over(nil) : .steps(steps)
    }

    private var isOver: Bool { telling?.isOver ?? true && attaching?.isOver ?? true }

    private var result: ActionResult? {
        func list(_ addresses: [Address]) -> String {
            addresses.sorted().map(\.description).joined(separator: ", ")
        }
        var deeds: [String] = []
        if let told = telling?.told, !told.isEmpty {
            deeds.append(
                "the sentinels \(list(told)) that \(announcement.master) is master (epoch \(announcement.epoch))")
        }
        if let brought = attaching?.told, !brought.isEmpty {
            deeds.append("\(list(brought)) to replicate from \(announcement.master)")
        }
        guard !deeds.isEmpty else { return nil }
        return ActionResult(
            notice: Notice("announced", new: announcement.master, "told \(deeds.joined(separator: ", and "))"))
    }
}
