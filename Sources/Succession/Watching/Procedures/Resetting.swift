import Vocabulary

/// Makes a sentinel forget whom it knows, and tells it in the same breath of its peers that live: by itself it would
/// find them within 2 s, in which it can neither win a vote nor be told of a new master. Replicas it finds by itself.
struct Resetting: Procedure {
    let sentinel: Address
    let gone: [Address]
    let context: ActionContext
    private let line: Line
    private var fence: FenceQuestion?
    /// Whom it is still to be told of.
    private var peers: [SentinelIdentity] = []

    init(_ sentinel: Address, _ gone: [Address], _ context: ActionContext) {
        (self.sentinel, self.gone, self.context) = (sentinel, gone, context)
        line = .own(.sentinel, sentinel)
    }

    func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        context.record == nil || epoch == nil ? .over(nil) : .steps([.ask(line, .peers)])
    }

    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch (step, outcome) {
        case (.confirmLead, _):
            switch fence?.answer(outcome, at: now) {
            case .holds(let fence): return .steps([.tell(line, .reset, until: fence.end)])
            case .slow: return .failed(FenceQuestion.slowness)
            case .lost, nil: return .over(nil)
            }
        case (_, .failed(let trouble)): return .failed(trouble)
        case (.ask(_, .peers, _), .peers(let listed, let id)):
            guard id == context.snapshot.id(of: sentinel), let question = context.fence else { return .over(nil) }
            peers = listed.filter { peer in living[peer.id].map { $0 == peer.address } ?? false }
            fence = FenceQuestion(asked: now)
            return .steps([question])
        case (.tell, .done): return introduceNext()
        default: return .over(nil)
        }
    }

    private mutating func introduceNext() -> Progress {
        guard let master = context.record?.address, let epoch, !peers.isEmpty else {
            let names = gone.map(\.description).joined(separator: ", ")
            return .over(
                ActionResult(
                    notice: Notice("forgotten", new: sentinel, "reset sentinel \(sentinel), which still knew \(names)"))
            )
        }
        // What it knows already, so that it takes nothing but the peer.
        return .steps([.tell(line, .hear(of: master, epoch: epoch, from: peers.removeFirst()))])
    }

    private var epoch: Int? { context.snapshot.sentinels.first { $0.address == sentinel }?.opinion?.epoch }

    /// An address alone may be that of a dead one whose place another has taken.
    private var living: [String: Address] {
        Dictionary(
            context.snapshot.sentinels.compactMap { report in report.opinion?.id.map { ($0, report.address) } },
            uniquingKeysWith: { $1 })
    }
}
