import Vocabulary

/// Tells sentinels of a master, all at once, each in the name of a peer that it has just listed over the same line, on
/// which it is still who it was: another sentinel at its address would list one more for ever. Who can't be told at
/// this moment is told by a later look.
struct Telling: Equatable {
    let announcement: Announcement
    let fence: Fence
    let context: ActionContext
    private var waiting: Set<Address> = []
    private(set) var told: [Address] = []

    init(_ announcement: Announcement, _ fence: Fence, _ context: ActionContext) {
        (self.announcement, self.fence, self.context) = (announcement, fence, context)
    }

    var isOver: Bool { waiting.isEmpty }

    mutating func begin() -> [ActionStep] {
        waiting = Set(announcement.sentinels)
        return waiting.sorted().map { .ask(.kept(.sentinel, $0), .peers, within: Fence.life) }
    }

    /// Nil where the step is none of these.
    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> [ActionStep]? {
        guard let line = step.line, line.kind == .sentinel, line.isKept, waiting.contains(line.address) else {
            return nil
        }
        switch outcome {
        case .peers(let peers, let id):
            if id == context.snapshot.id(of: line.address), let speaker = peers.first(where: \.isKnown),
                fence.holds(at: now)
            {
                let order = LineOrder.hear(of: announcement.master, epoch: announcement.epoch, from: speaker)
                return [.tell(line, order, until: fence.end, within: Fence.life)]
            }
        case .done: told.append(line.address)
        case .failed(let trouble):
            memory.note(trouble, at: now)
            memory.remarks.append(
                "sentinel \(line.address) could not be told of \(announcement.master): \(trouble.text)")
        default: break
        }
        waiting.remove(line.address)
        return []
    }
}

/// Has replicas follow a new master that follow the old one still, all at once: who answers otherwise was told by
/// somebody else.
struct Attaching: Equatable {
    let master: Address
    let fence: Fence
    let context: ActionContext
    /// Whom each of those that are left follows.
    private var waiting: [Address: Address]
    private(set) var told: [Address] = []

    /// - Parameter replicas: each with the master that it follows.
    init(_ replicas: [Address: Address], to master: Address, _ fence: Fence, _ context: ActionContext) {
        (waiting, self.master, self.fence, self.context) = (replicas, master, fence, context)
    }

    var isOver: Bool { waiting.isEmpty }

    func begin() -> [ActionStep] { waiting.keys.sorted().map { .ask(.kept(.server, $0), .instance) } }

    /// Nil where the step is none of these.
    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> [ActionStep]? {
        guard let line = step.line, line.kind == .server, line.isKept, let old = waiting[line.address] else {
            return nil
        }
        switch outcome {
        case .instance(let instance):
            let snapshot = context.snapshot(with: instance, at: line.address)
            if snapshot.follows(line.address, old), snapshot.mayBeChanged(line.address), fence.holds(at: now) {
                return [.tell(line, .follow(master), until: fence.end)]
            }
        case .done: told.append(line.address)
        case .failed(let trouble):
            memory.note(trouble, at: now)
            memory.remarks.append("\(line.address) could not be told to follow \(master): \(trouble.text)")
        default: break
        }
        waiting[line.address] = nil
        return []
    }
}

extension ActionStep {
    /// Whom it is put to.
    public var line: Line? {
        switch self {
        case .ask(let line, _, _), .tell(let line, _, _, _): line
        default: nil
        }
    }
}
