import Vocabulary

/// Forces a failover on the first of these sentinels that can do it.
///
/// Only `NOGOODSLAVE` moves on to the next one. After any other answer, or none, the sentinels are read again before
/// anything else is done: two failovers must never overlap.
struct Forcing: Procedure {
    let master: Address
    let context: ActionContext
    /// The one that is asked at this moment, and those behind it.
    private var sentinels: [Address]
    private var fence: FenceQuestion?

    init(_ master: Address, on sentinels: [Address], _ context: ActionContext) {
        (self.master, self.sentinels, self.context) = (master, sentinels, context)
    }

    func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        memory.mayForce(master, at: now) ? askFirst() : .over(nil)
    }

    private func askFirst() -> Progress {
        sentinels.first.map { .steps([.ask(.own(.sentinel, $0), .identity)]) } ?? .over(nil)
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        guard let sentinel = sentinels.first else { return .over(nil) }
        switch (step, outcome) {
        case (.confirmLead, _):
            switch fence?.answer(outcome, at: now) {
            case .holds(let fence):
                memory.willForce(master, at: now)
                return .steps([.tell(.own(.sentinel, sentinel), .failOver, until: fence.end)])
            case .slow: return .failed(FenceQuestion.slowness)
            case .lost, nil: return .over(nil)
            }
        case (_, .failed(let trouble)) where trouble.prefix == "NOGOODSLAVE":
            memory.didNotForce()
            sentinels.removeFirst()
            return askFirst()
        case (_, .failed(let trouble)): return trouble.prefix == "INPROG" ? .over(nil) : .failed(trouble)
        case (.ask, .identity(let id, _)):
            guard id == context.snapshot.id(of: sentinel), let question = context.fence else { return .over(nil) }
            fence = FenceQuestion(asked: now)
            return .steps([question])
        case (.tell, .tooLate):
            memory.endDeed()
            return .over(nil)
        case (.tell, .done):
            return .over(
                ActionResult(
                    notice: Notice(
                        "failover-forced", old: master,
                        "\(master) refuses connections: forced a failover on sentinel \(sentinel)")))
        default: return .over(nil)
        }
    }
}
