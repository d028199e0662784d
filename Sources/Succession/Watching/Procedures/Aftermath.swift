import Vocabulary

/// What follows a record of our own: the sentinels are told, and the replicas follow, all at once.
///
/// The record proves the lead and the version, and so is the fence for what follows it; one that took long proves it of
/// a moment long ago.
struct Aftermath: Equatable {
    let result: ActionResult
    let master: Address
    let heir: Address
    let followers: [Address]
    private(set) var context: ActionContext
    private let began: Duration
    private var question: FenceQuestion?
    private var telling: Telling?
    private var attaching: Attaching?

    /// - Parameters:
    ///   - followers: those that follow `master` and are to follow `heir`.
    ///   - began: when the writing of the record began.
    init(
        _ result: ActionResult, from master: Address, to heir: Address, _ followers: [Address],
        _ context: ActionContext,
        began: Duration
    ) {
        (self.result, self.master, self.heir, self.followers) = (result, master, heir, followers)
        (self.context, self.began) = (context, began)
        // Our own record is the newest word.
        self.context.snapshot.record = Record(heir, version: context.record.map { $0.version + 1 } ?? 0)
    }

    /// Whether no sentinel is to be told any more, be it that none may.
    var hasTold: Bool { question == nil && telling?.isOver ?? true }
    var isOver: Bool { hasTold && attaching?.isOver ?? true }

    mutating func begin(at now: Duration) -> [ActionStep] {
        let own = Fence(since: began)
        guard !own.isYoung(at: now) else { return tell(own) }
        guard let step = context.fence else { return [] }
        question = FenceQuestion(asked: now)
        return [step]
    }

    /// Nil where the step is none of these.
    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> [ActionStep]? {
        if case .confirmLead = step, let question {
            self.question = nil
            // Where it does not hold, the next look finds what is left to do.
            guard case .holds(let fence) = question.answer(outcome, at: now) else { return [] }
            return tell(fence)
        }
        return telling?.heard(outcome, of: step, &memory, at: now)
            ?? attaching?.heard(outcome, of: step, &memory, at: now)
    }

    private mutating func tell(_ fence: Fence) -> [ActionStep] {
        let sentinels = context.snapshot.sentinels.filter { $0.opinion != nil }.map(\.address)
        let announcement = Announcement(master: heir, epoch: result.epoch ?? 0, sentinels: sentinels)
        var telling = Telling(announcement, fence, context)
        let attaching = Attaching(
            Dictionary(followers.map { ($0, master) }) { first, _ in first }, to: heir, fence, context)
        let steps = telling.begin() + attaching.begin()
        (self.telling, self.attaching) = (telling, attaching)
        return steps
    }
}
