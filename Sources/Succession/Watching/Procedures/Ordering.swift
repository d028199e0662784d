import Vocabulary

/// Tells one server to change: it says over the line who it is, the fence is asked for, and the order follows at once.
/// A stranger that takes the port in between is never reached.
struct Ordering: Procedure {
    enum Order: Equatable {
        case attach(to: Address)
        case configure(parameter: String, value: String)
        /// It is recorded behind it.
        case promote
    }

    let member: Address
    let order: Order
    let context: ActionContext
    private let line: Line
    private var fence: FenceQuestion?

    init(_ order: Order, _ member: Address, _ context: ActionContext) {
        (self.order, self.member, self.context) = (order, member, context)
        line = .own(.server, member)
    }

    func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        if case .attach(let master) = order { return .steps([.look(at: master)]) }
        return .steps([.ask(line, .instance)])
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch (step, outcome) {
        case (.confirmLead, _): return order(outcome, &memory, at: now)
        case (_, .failed(let trouble)): return .failed(trouble)
        case (.look(let master, _), .seen(let instance, _)):
            return context.mayBeFollowed(master, as: instance) ? .steps([.ask(line, .instance)]) : .over(nil)
        case (.ask, .instance(let instance)):
            guard context.snapshot(with: instance, at: member).mayBeChanged(member), let question = context.fence else {
                return .over(nil)
            }
            fence = FenceQuestion(asked: now)
            return .steps([question])
        case (.tell, .instance(let instance)):
            guard let recording = context.recording(of: member, as: instance, .promoted) else { return .over(nil) }
            return .steps([context.write(recording, memory)])
        case (.tell, .done): return .over(ActionResult(notice: notice))
        case (.tell, .tooLate):
            if order == .promote { memory.takeBackDeed() }
            return .over(nil)
        case (.write, .done): return .over(step.result(&memory, at: now))
        default: return .over(nil)
        }
    }

    private func order(_ outcome: StepOutcome, _ memory: inout ActionMemory, at now: Duration) -> Progress {
        switch fence?.answer(outcome, at: now) {
        case .holds(let fence):
            let evidence = Recording.Evidence.promoted.rawValue
            if order == .promote { memory.willDo(evidence, to: context.record?.address, becomes: member, at: now) }
            return .steps([.tell(line, command, until: fence.end)])
        case .slow: return .failed(FenceQuestion.slowness)
        case .lost, nil: return .over(nil)
        }
    }

    private var command: LineOrder {
        switch order {
        case .attach(let master): .follow(master)
        case .configure(let parameter, let value): .configure(parameter: parameter, value: value)
        case .promote: .becomeMaster
        }
    }

    private var notice: Notice? {
        switch order {
        case .attach(let master): Notice("attached", new: member, "told \(member) to replicate from \(master)")
        case .configure(let parameter, let value):
            Notice("configured", new: member, "set \(parameter) of \(member) to \(value)")
        case .promote: nil
        }
    }
}
