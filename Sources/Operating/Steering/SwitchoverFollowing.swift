import Cluster
import Inspection
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// Writes a request for another master, and follows its node until somebody says what became of it. By watches: nothing
/// is asked again and again.
struct SwitchoverFollowing {
    /// A watcher takes a request up as soon as it sees it. One that has died leads until its session ends.
    private static let pickUpLimit = Duration.seconds(10)
    /// What was begun is over within this time, or nobody goes on with it.
    private static let runningLimit = Duration.seconds(8)
    /// Whoever stops the command waits.
    private static let takeBackLimit = Duration.milliseconds(500)

    private let request: Switchover
    private let run: OperatorRun
    private var registry: Registry
    private let first: Session
    private let dialogue: Dialogue
    private let leader: Address?
    private let bell: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation
    private let began = ContinuousClock.now
    /// Of the last change before the request; nil where that could not be read.
    private var epochBefore: Int?

    init(
        _ request: Switchover, _ run: OperatorRun, _ registry: Registry, _ dialogue: Dialogue, leader: Address?
    ) {
        (self.request, self.run, self.registry, first) = (request, run, registry, registry.session)
        (self.dialogue, self.leader) = (dialogue, leader)
        (bell, ringer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// - Parameter limit: until then it may begin.
    /// - Throws: `Failure` 69, 77; `Objection`; `CancellationError` where a signal came: the request is taken back
    ///   then, or it is said what becomes of it.
    mutating func outcome(within limit: Duration) async throws -> SwitchoverOutcome {
        do {
            try await ask()
            let answer = try await follow(within: limit)
            await closeOwnSession()
            return SwitchoverOutcome(answer, took: .now - began)
        } catch {
            guard Task.isCancelled else {
                await closeOwnSession()
                throw error
            }
            // A signal came, and what this task asks is not answered any more.
            let following = self
            await Task(executorPreference: run.loop) { await following.sayWhatBecomesOfIt() }.value
            throw error
        }
    }

    private mutating func ask() async throws {
        epochBefore = (try? await registry.history()).map { $0.last?.epoch ?? 0 }
        let found = try await registry.request()
        if let open = found?.request, open.isOpen,
            open.state == .running || !(open.until.map { Timestamp.hasPassed($0) } ?? false)
        {
            throw Objection(
                "\(open.who ?? "somebody") has just asked for another master; try again once that is over")
        }
        guard try await registry.ask(request, over: found?.node) == .done else {
            throw Objection(
                "somebody else wrote \(registry.paths.switchover) in the same moment; look, and try again")
        }
        dialogue.say("asked for; waiting for the watcher\(leader.map { " \($0)" } ?? "") to begin")
    }

    // MARK: Following

    private mutating func follow(within limit: Duration) async throws -> Switchover {
        let (end, pickUpEnd) = (began + limit, began + min(limit, Self.pickUpLimit))
        return try await withThrowingTaskGroup(of: Void.self) { [ringer, run] group in
            defer { group.cancelAll() }
            func listen(to session: Session) {
                group.addTask { for await _ in session.changes() { ringer.yield() } }
                group.addTask { for await _ in session.states() { ringer.yield() } }
            }
            func ring(at time: ContinuousClock.Instant) {
                group.addTask {
                    // A deadline, which no event of ZooKeeper's tells.
                    try? await run.loop.sleep(for: time - .now)
                    ringer.yield()
                }
            }
            listen(to: registry.session)
            for time in [pickUpEnd, end] { ring(at: time) }
            ringer.yield()
            var (seen, runningEnd): (Switchover, ContinuousClock.Instant?) = (request, nil)
            var hasLookedAgain = false
            for await _ in bell {
                if try await renew() { listen(to: registry.session) }
                if let found = try await found() {
                    if let line = found.progress(after: seen) { dialogue.say(line) }
                    seen = found
                    if !found.isOpen { return found }
                } else {
                    // There is no connection: the next state rings.
                    ring(at: .now + .milliseconds(200))
                }
                let now = ContinuousClock.now
                if seen.state == .running {
                    if let runningEnd, now >= runningEnd { return seen }
                    if runningEnd == nil {
                        runningEnd = max(now + Self.runningLimit, end)
                        runningEnd.map(ring)
                    }
                } else if now >= end {
                    return try await giveUp("nobody has begun it within \(Amount.time(limit))")
                } else if now >= pickUpEnd, !hasLookedAgain {
                    hasLookedAgain = true
                    if let why = try await whyNobodyBegins() { return try await giveUp(why) }
                }
            }
            throw CancellationError()
        }
    }

    /// One that was opened in the place of the first, which its opener closes.
    private func closeOwnSession() async { if registry.session !== first { await registry.session.close() } }

    /// Opens another session where this one has ended. Returns whether it did.
    private mutating func renew() async throws -> Bool {
        guard [.expired, .closed].contains(registry.session.state) else { return false }
        guard let next = try? await run.registry(.short) else { return false }
        registry = next
        return true
    }

    /// The request as it is; nil where ZooKeeper does not answer.
    private func found() async throws -> Switchover? {
        let node: (request: Switchover?, node: Registry.OrderNode)?
        do {
            node = try await registry.request(watch: true)
            if node?.request?.id != request.id, let done = try await doneByHistory() { return done }
        } catch let failure as Failure where failure.code == .unavailable {
            try Task.checkCancellation()
            return nil
        }
        guard let found = node?.request, found.id == request.id else {
            throw Objection(
                "\(registry.paths.switchover) is another's by now: somebody deleted or replaced the request; see interrex status"
            )
        }
        return found
    }

    /// What became of it where the next request has its node already; nil where the history has no such change.
    private func doneByHistory() async throws -> Switchover? {
        guard let epochBefore else { return nil }
        let entry = try await registry.history().last { entry in
            (entry.epoch ?? 0) > epochBefore && entry.cause == "switchover" && entry.who == request.who
                && (request.to == nil || entry.new == request.to)
        }
        return entry.map { request.ended(.done, "\($0.new) is master, after \($0.old ?? "nobody")") }
    }

    /// Nil where the watcher has a reason to wait.
    private func whyNobodyBegins() async throws -> String? {
        guard let sight = try? await Inspector(run, registry).look() else { return nil }
        try Task.checkCancellation()
        guard let leader = sight.watchers.first?.address else { return "no watcher is registered any more" }
        var asked = sight
        asked.snapshot.switchover = nil
        guard case .change(let plan)? = try? asked.prognosis(of: request), plan.obstacle == nil else { return nil }
        return
            "the watcher \(leader) has not taken it up within \(Amount.time(Self.pickUpLimit)), though nothing stands in the way; see its log"
    }

    /// - Throws: `Objection` where it was not begun; where ZooKeeper does not answer, with what becomes of the request.
    private func giveUp(_ why: String) async throws -> Switchover {
        let end: End
        do {
            end = try await takeBack()
        } catch let failure as Failure where failure.code == .unavailable {
            throw Objection(.unavailable, "\(why), and ZooKeeper does not answer: \(endsByItself)")
        }
        switch end {
        case .begun(let begun): return begun
        case .takenBack: throw Objection(.unavailable, "\(why); the request is taken back, nothing was done")
        case .gone: throw Objection(.unavailable, "\(why); \(gone)")
        }
    }

    // MARK: Taking back

    private enum End: Sendable {
        case takenBack
        /// The node is another's by now, or was deleted.
        case gone
        /// Too late: somebody has begun it.
        case begun(Switchover)
    }

    private func takeBack() async throws -> End {
        while let (found, node) = try await registry.request(), let found, found.id == request.id {
            if found.state != nil { return .begun(found) }
            if try await registry.withdraw(registry.paths.switchover, node) == .done { return .takenBack }
        }
        return .gone
    }

    private var endsByItself: String { "the request, if it is there, ends by itself at \(request.until ?? "its end")" }

    private var gone: String {
        "the request is not there: it was not written, or somebody deleted or replaced it; see interrex status"
    }

    private func sayWhatBecomesOfIt() async {
        let end = await withTaskGroup(of: End?.self) { group in
            // Where ZooKeeper does not answer, nobody knows whether the request is there.
            group.addTask { try? await self.takeBack() }
            group.addTask {
                // The limit itself: whoever stops a command waits for no ZooKeeper.
                try? await run.loop.sleep(for: Self.takeBackLimit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        switch end {
        case .takenBack: dialogue.say("stopped: the request is taken back, nothing was done")
        case .gone: dialogue.say("stopped: \(gone)")
        case .begun(let begun) where begun.state == .running:
            dialogue.say(
                "stopped, but the watcher goes on: \(registry.paths.switchover) will say what became of it")
        case .begun(let begun):
            dialogue.say("stopped: it was over already (\(begun.state?.rawValue ?? ""): \(begun.why ?? ""))")
        case nil: dialogue.say("stopped, and ZooKeeper does not answer: \(endsByItself)")
        }
    }
}
