import Vocabulary

@testable import Succession

/// Drives a watcher's machine through passes over one snapshot: what nobody answers otherwise is answered as this
/// snapshot has it.
struct MachineScript {
    var machine = WatcherMachine(address: "10.0.9.9:8080")
    var now = Duration.zero
    var snapshot: Snapshot
    var link = (wasRefused: false, hasCrashed: false)
    var nodes = NodesRead(node: "/redis/watchers/w-1", isEntered: true, isFirst: true)
    /// What came of it, apart from what was asked for.
    private(set) var effects: [WatcherEffect] = []

    init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        link = (snapshot.masterWasRefused, snapshot.masterHasCrashed)
        (nodes.clusterVersion, nodes.switchover) = (1, snapshot.switchover)
        nodes.switchoverVersion = snapshot.switchover.map { _ in 3 }
        _ = machine.handle(.session(isOpen: true), at: now)
    }

    /// One pass. Returns the steps in the order in which they were asked for, those of one moment together.
    /// - Parameters:
    ///   - time: what each moment takes.
    ///   - answer: what comes of a step; nil: what the snapshot says.
    @discardableResult mutating func pass(
        _ wakes: [Event] = [], taking time: Duration = .milliseconds(1),
        answering answer: (ActionStep) -> StepOutcome? = { _ in nil }
    ) -> [[ActionStep]] {
        effects = []
        var moments: [[ActionStep]] = []
        var next = machine.handle(.wake(wakes.map { WakeUp($0, at: now) }, clusters: 1), at: now)
        while !next.isEmpty {
            let (steps, events) = sorted(next)
            next = []
            if !steps.isEmpty {
                moments.append(steps)
                now += time
            }
            for step in steps {
                let outcome = answer(step) ?? outcome(of: step)
                next += machine.handle(.stepped(step, outcome), at: now)
            }
            for event in events { next += machine.handle(event, at: now) }
        }
        return moments
    }

    private mutating func sorted(_ effects: [WatcherEffect]) -> (steps: [ActionStep], events: [WatcherEvent]) {
        var (steps, events): ([ActionStep], [WatcherEvent]) = ([], [])
        for effect in effects {
            switch effect {
            case .read(let reading): events.append(.read(.nodes(nodes), reading))
            case .survey: events.append(.surveyed(Survey(snapshot)))
            case .askLink: events.append(.link(wasRefused: link.wasRefused, hasCrashed: link.hasCrashed))
            case .show: events.append(.shown(hasOpenAlerts: false, newestAlert: nil))
            case .step(let step): steps.append(step)
            default: break
            }
            self.effects.append(effect)
        }
        return (steps, events)
    }

    func outcome(of step: ActionStep) -> StepOutcome {
        switch step {
        case .look(let address, _): .seen(snapshot.instances[address])
        case .ask(let line, .instance, _), .tell(let line, .holdWrites(_, isChecked: true), _, _):
            .instance(snapshot.instances[line.address] ?? Instance(.silent))
        case .consult(let sentinel, _):
            .heard(snapshot.sentinels.first { $0.address == sentinel } ?? SentinelReport(sentinel, nil))
        case .ask(let line, .identity, _): .identity(snapshot.id(of: line.address), asksForPassword: true)
        case .ask(let line, .peers, _): .peers([Self.peer], id: snapshot.id(of: line.address))
        case .tell(_, .becomeMaster, _, _): .instance(Self.promoted)
        default: .done
        }
    }

    static let peer = SentinelIdentity(id: Cast.fourthLine, address: Cast.sentinels[2])
    /// A replica right behind its promotion: it shares the first 1,000 bytes with the old master.
    static let promoted: Instance = {
        var history = Cast.history(Cast.otherLine, after: Cast.line)
        history.previousOffset = 1_001
        return Instance(.master(history), mark: .mark(Cast.mark))
    }()

    /// How long it pauses behind the pass.
    var pause: Duration? {
        effects.compactMap { if case .pause(let time, _) = $0 { time } else { nil } }.last
    }
    var surveys: [WatcherEffect] { effects.filter { if case .survey = $0 { true } else { false } } }
    var reads: Int { effects.count { if case .read = $0 { true } else { false } } }
    var troubles: [String] {
        effects.compactMap { if case .couldNot(_, let trouble) = $0 { trouble.text } else { nil } }
    }
    var results: [ActionResult] {
        effects.compactMap { if case .did(_, let result) = $0 { result } else { nil } }
    }
}

extension [[ActionStep]] {
    /// A word for each step, sorted where they are of one moment.
    var words: [[String]] { map { $0.map(\.word).sorted() } }
}

extension ActionStep {
    fileprivate var word: String {
        switch self {
        case .confirmLead: "fence"
        case .readHistory: "history"
        case .rehearse: "rehearse"
        case .consult(let sentinel, _): "consult \(sentinel.port)"
        case .write(.record): "record"
        case .write(.answer(let switchover, _, _)): "answer \(switchover.state?.rawValue ?? "")"
        case .write(let write): "\(write)"
        case .look(let address, _): "look \(address.port)"
        case .ask(let line, let question, _): "ask \(line.address.port) \(question)"
        case .tell(let line, let order, _, _): "tell \(line.address.port) \(order.word)"
        case .wait: "wait"
        }
    }
}

extension LineOrder {
    fileprivate var word: String {
        switch self {
        case .becomeMaster: "become master"
        case .follow(let master): "follow \(master.port)"
        case .holdWrites: "hold writes"
        case .hear(let master, let epoch, _): "hear of \(master.port) in \(epoch)"
        default: "\(self)"
        }
    }
}
