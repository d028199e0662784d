import Vocabulary

/// All that a watcher remembers of a cluster, and the whole choice of what it does next. A pure value: it is told what
/// has happened, and says what is to be done; who drives it reads, asks, tells and waits, and hands the results back.
///
/// One pass follows the other: read ZooKeeper, ask everybody, plan, carry the plan out, show it, and wait. Times are
/// those of a monotonic clock, from a start of the driver's choice.
public struct WatcherMachine: Sendable {
    /// Our own name, as others see it.
    private let address: String
    var standing = Standing()
    var pacing = Pacing()
    var recall = Recall()
    var memory = ActionMemory()
    private var isEnding = false
    var pass: Pass?
    private var acting: Acting?

    /// - Parameter address: where our HTTP port is reached: whom a request was begun by.
    public init(address: String) { self.address = address }

    /// The action that is carried out at this moment.
    public var action: Action? { acting?.action }

    /// Whether the session with ZooKeeper has its connection.
    public var isConnected: Bool { standing.isConnected }

    /// Whether a step belongs to what must come to its end: half of it would leave a server that nobody has recorded,
    /// or clients that wait.
    public var mustFinish: Bool {
        switch action {
        case .succeed, .promote, .switchOver: true
        default: false
        }
    }

    /// Whether a pass that these wake up may not wait for others.
    public func isPressed(by wakes: [WakeUp]) -> Bool {
        pacing.disturbed != nil || wakes.contains(where: \.event.isSign)
    }

    public mutating func handle(_ event: WatcherEvent, at now: Duration) -> [WatcherEffect] {
        switch event {
        case .session(let isOpen): standing.session(isOpen: isOpen)
        case .connection(let isUp): standing.connection(isUp: isUp)
        case .nodeChanged: standing.nodeChanged()
        case .end: isEnding = true
        case .wake(let wakes, let clusters): return begin(wakes, clusters: clusters, at: now)
        case .read(let outcome, let reading): return read(outcome, reading, at: now)
        case .surveyed(let survey): return surveyed(survey, at: now)
        case .link(let wasRefused, let hasCrashed): return plan(wasRefused, hasCrashed, at: now)
        case .stepped(let step, let outcome): return stepped(step, outcome, at: now)
        case .shown(let areOpen, let newest): return end((areOpen, newest), at: now)
        }
        return []
    }
}

// MARK: Acting

extension WatcherMachine {
    /// What is carried out, step by step.
    private struct Acting {
        enum Purpose: Equatable {
            case action(Action)
            case endPause, correctHistory
        }

        var purpose: Purpose
        var procedure: any Procedure
        var began: Duration
        /// How many steps are not through.
        var outstanding = 0
        /// How it ended; steps that are not through are waited for.
        var ending: Progress?

        var action: Action? { if case .action(let action) = purpose { action } else { nil } }
    }

    /// Carries out what comes first, where that is anything.
    mutating func act(at now: Duration) -> [WatcherEffect] {
        guard let pass, pass.isFresh else { return show() }
        if pass.snapshot.leads, pass.isPauseOver, let node = standing.node {
            return carryOut(.endPause, Writing(write: .write(.endPause(node: node))), at: now)
        }
        return next(at: now)
    }

    private mutating func next(at now: Duration) -> [WatcherEffect] {
        while let action = pass?.actions.first {
            pass?.actions.removeFirst()
            guard standing.isConnected, !isEnding else { continue }
            standing.hasActed()
            memory.begins(action, at: now)
            if let procedure = procedure(for: action) { return carryOut(.action(action), procedure, at: now) }
        }
        // Behind what clients wait for.
        if let write = memory.correction(under: pass?.snapshot.record?.address, at: now) {
            return carryOut(.correctHistory, Writing(write: .write(write)), at: now)
        }
        return show()
    }

    private mutating func carryOut(
        _ purpose: Acting.Purpose, _ procedure: any Procedure, at now: Duration
    ) -> [WatcherEffect] {
        var procedure = procedure
        let progress = procedure.begin(&memory, at: now)
        acting = Acting(purpose: purpose, procedure: procedure, began: now)
        return proceed(progress, at: now)
    }

    private mutating func stepped(_ step: ActionStep, _ outcome: StepOutcome, at now: Duration) -> [WatcherEffect] {
        guard var acting else { return [] }
        acting.outstanding -= 1
        let progress = acting.ending ?? acting.procedure.heard(outcome, of: step, &memory, at: now)
        self.acting = acting
        return proceed(progress, at: now)
    }

    private mutating func proceed(_ progress: Progress, at now: Duration) -> [WatcherEffect] {
        let remarks = memory.remarks.map(WatcherEffect.remark)
        memory.remarks = []
        if case .steps(let steps) = progress, !(steps.isEmpty && acting?.outstanding == 0) {
            acting?.outstanding += steps.count
            return remarks + steps.map(WatcherEffect.step)
        }
        acting?.ending = progress
        guard let acting, acting.outstanding == 0 else { return remarks }
        self.acting = nil
        return remarks + [.closeLines] + conclude(acting, progress, at: now)
    }

    private mutating func conclude(
        _ acting: Acting, _ ending: Progress, at now: Duration
    ) -> [WatcherEffect] {
        switch (acting.purpose, ending) {
        case (.correctHistory, _): return show()
        case (.endPause, .over(.some)): pass?.hasActed = true
        case (.action(let action), .over(let result?)):
            pass?.hasActed = true
            return effects(of: action, result.timed(since: acting.began, at: now), at: now) + next(at: now)
        case (.action(let action), .failed(let trouble)):
            memory.note(trouble, at: now)
            return (isEnding ? [] : [.couldNot(action, trouble)]) + next(at: now)
        default: break
        }
        return next(at: now)
    }

    private mutating func effects(of action: Action, _ result: ActionResult, at now: Duration) -> [WatcherEffect] {
        var effects: [WatcherEffect] = []
        if case .record = action { effects.append(.recorded(after: pass?.sign.map { now - $0 })) }
        if let master = result.recorded, let pass {
            // It has answered right before: from here on its end is seen, be it before the next look.
            effects.append(.follow(master, answers: true))
            recall.answered(master, in: pass.snapshot)
        }
        return effects + [.did(action, result)]
    }

    private func procedure(for action: Action) -> (any Procedure)? {
        guard let pass, let read = standing.read else { return nil }
        let context = ActionContext(
            node: standing.node, clusterVersion: read.clusterVersion, lossVersion: read.lossVersion,
            switchoverVersion: read.switchoverVersion, snapshot: pass.snapshot, confidants: pass.confidants,
            address: address, sign: pass.sign ?? (pass.snapshot.switchover?.isNew == true ? pass.began : nil))
        return switch action {
        case .record(let recording): Writing(recording, context, memory)
        case .keep(let record): Writing(keeping: record, context)
        case .remove(let sentinel): Writing(removing: sentinel, id: read.leftovers[sentinel], context)
        case .answer(let switchover): Writing(answering: switchover, context)
        case .succeed(let master): Succeeding(master, context)
        case .force(let master, let sentinels): Forcing(master, on: sentinels, context)
        case .announce(let announcement): Announcing(announcement, context)
        case .switchOver(let request, let target): Switching(request, to: target, context)
        case .promote(let member): Ordering(.promote, member, context)
        case .attach(let member, let master): Ordering(.attach(to: master), member, context)
        case .configure(let member, let parameter, let value):
            Ordering(.configure(parameter: parameter, value: value), member, context)
        case .repoint(let sentinels, let master): Repointing(sentinels, to: master, context, memory)
        case .reset(let sentinel, let gone): Resetting(sentinel, gone, context)
        case .alert, .publish: nil
        }
    }
}
