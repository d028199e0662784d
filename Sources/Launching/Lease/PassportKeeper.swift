import Cluster
import Processes
import Redis
import Runtime
import Succession
import Vocabulary

/// Keeps the passport beside the server, once a second while something changes, and what the cluster holds in
/// ZooKeeper.
///
/// A look is one `INFO`, and a `stat` of each data file where there is something to write. While nothing changes the
/// passport is only touched: a file that is newer than its passport would count as one of which nothing is known.
actor PassportKeeper {
    private static let pause = Duration.seconds(1)
    /// The same while a new reign has begun of which the passport does not tell yet: until then the files count as
    /// older than they are.
    private static let shortPause = Duration.milliseconds(200)
    /// For how long after a change. A member that never joins the reign must not be asked that often for ever.
    private static let hurry = Duration.seconds(5)
    /// Looks between two touches of a passport that is as it was.
    private static let quietLooks = 2

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private nonisolated let loop: EventLoop
    private let order: LeaseOrder
    private let data: LeaseOrder.Data
    private let file: PassportFile
    private let prober: Prober
    /// The session that is open; nil while there is none.
    private let registry: @Sendable () async -> Registry?
    private let endServer: @Sendable () -> Void
    private let start = ContinuousClock.now
    private struct LastReign: Equatable {
        var epoch: Int
        /// Of `/redis/master`.
        var version: Int32
    }

    private var stranded = StrandedReplica()
    private var membership = ReignMembership()
    /// The priority to set again once the server has joined the reign; nil where it is as its settings have it.
    private var ownPriority: String?
    private var draft: PassportDraft
    private var holdings = HoldingsDraft()
    private var sweep: AsideSweep
    private var disk: DiskReport
    private var looks = 0
    private var isOver = false
    private var isInTrouble = false
    private var reign: ReignView? {
        didSet { lastReign = reign.map { LastReign(epoch: $0.cluster.epoch, version: $0.record.version) } ?? lastReign }
    }
    /// The one that was read last, be it gone by now.
    private var lastReign: LastReign?
    /// Whether a watch tells when `/redis/master` changes, and with it the reign.
    private var isReignCurrent = false
    /// How often the reign may have changed, be it while it was read.
    private var changes = 0
    private var changesAtLook = 0
    private var lastChange = ContinuousClock.now
    private var rest: Task<Void, any Error>?
    private var patience = Patience(for: "to know how fresh its data is", shortest: .milliseconds(50))

    init(
        _ order: LeaseOrder, _ data: LeaseOrder.Data, loop: EventLoop,
        registry: @escaping @Sendable () async -> Registry?, endServer: @escaping @Sendable () -> Void
    ) {
        (self.order, self.data, self.loop, self.registry) = (order, data, loop, registry)
        self.endServer = endServer
        file = PassportFile(folder: data.folder)
        prober = order.prober(on: loop)
        sweep = AsideSweep(data)
        disk = DiskReport(data, of: order.address)
        let old = data.isUnknown ? nil : (try? file.read())?.passport
        draft = PassportDraft(me: order.address, cluster: data.cluster, settings: data.persistence, passport: old)
    }

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            // A server tells nobody that it listens: it is asked again. The wait ends with the lease.
            var pause = Duration.milliseconds(50)
            do {
                try await prober.connected(to: order.server, order.credentials) { @Sendable [prober] connection in
                    while !Task.isCancelled {
                        // Before the look: what is written after it must not count as what it tells of.
                        let files = self.data.seen
                        guard let look = try await prober.look(over: connection) else { return }
                        guard await self.note(look, files) else { continue }
                        try await self.guardPriority(look, connection)
                        await self.answered()
                        await self.waitForNextLook()
                    }
                }
            } catch {
                // Not listening yet, loading, or too many clients: again, until the lease ends.
                if !Task.isCancelled { pause = patience.failed(error) }
            }
            // No event tells that a server would answer by now; the wait ends with the lease.
            guard (try? await loop.sleep(for: pause)) != nil else { return }
        }
    }

    private func answered() { patience.succeeded() }

    /// The server's process has ended: what is in its files will not change any more, and the folder is somebody else's
    /// soon.
    func end() {
        if draft.isCurrent { file.touch() }
        isOver = true
    }

    /// `/redis/master` has changed, or the session has.
    func reignMayHaveChanged() {
        (isReignCurrent, lastChange) = (false, .now)
        changes += 1
        rest?.cancel()
    }

    /// Until the next look, or until the reign may have changed.
    private func waitForNextLook() async {
        guard !Task.isCancelled, changes == changesAtLook else { return }
        // INFO is only told who asks: one look a second is all that a quiet server costs.
        let isBehind = reign.map { $0.cluster.epoch != draft.passport?.epoch } ?? false
        let pause = isBehind && .now - lastChange < Self.hurry ? Self.shortPause : Self.pause
        let task = Task(executorPreference: loop) { [loop] in try await loop.sleep(for: pause) }
        rest = task
        await withTaskCancellationHandler {
            _ = try? await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Returns whether the look counts: one from before the reign that goes on may tell of the data of the one before,
    /// and the next look is taken at once.
    private func note(_ look: ServerLook, _ files: SeenFiles) async -> Bool {
        changesAtLook = changes
        let isQuiet = draft.last.map { look.isQuiet(since: $0) } ?? false
        if !isQuiet || !isReignCurrent || look.replicas != draft.last?.replicas {
            let known = lastReign
            await readReign()
            if let known, let lastReign, lastReign != known { return false }
        }
        if let master = draft.question(look, reign), let reign {
            let instance = await prober.instance(master)
            if case .master(let history) = instance.answer, history.replicationID == look.history.replicationID {
                if look.hasBeginning(of: history) { draft.confirm(look, reign) }
            } else {
                isReignCurrent = false
            }
        }
        // The server may have ended while ZooKeeper was asked: the folder is somebody else's then.
        guard !isOver else { return true }
        if draft.note(look, reign) {
            save(files)
        } else if draft.isVoid {
            file.remove()
        } else if looks % Self.quietLooks == 0, draft.isCurrent {
            file.touch()
        }
        looks += 1
        if let reign, let passport = draft.passport, !isInTrouble, passport.epoch == reign.cluster.epoch,
            passport.runID == look.runID, passport.replicationID == look.history.replicationID,
            sweep.sweep(look, passport, reign)
        {
            disk.forget()
        }
        await keepHoldings(look)
        if await isStranded(look) {
            Log.warn(
                "this replica waits for a master that is gone, and has data of which only its folder tells how fresh it is: "
                    + "ending this server, so that its next start can stand with that")
            endServer()
        }
        // Reading and writing JSON takes more of the program than waiting does.
        if !isQuiet { dropCleanPages() }
        return true
    }

    private func guardPriority(_ look: ServerLook, _ connection: Connection) async throws {
        // Where no reign is known, all stays as it is.
        guard !isOver, let reign else { return }
        let isReplica = if case .replica = look.role { true } else { false }
        let isOutside = membership.isOutside(
            isReplica: isReplica, hasJoined: draft.hasJoined(reign, at: look), at: .now - start)
        if isOutside {
            // At every look: a replica that started empty is given its priority elsewhere as well.
            let own = try await prober.withdrawPriority(over: connection)
            if own != nil, ownPriority == nil {
                Log.info("nobody promotes this replica until it has joined the new master")
            }
            ownPriority = own ?? ownPriority
        } else if let own = ownPriority {
            try await prober.givePriority(own, over: connection)
            ownPriority = nil
        }
    }

    private func isStranded(_ look: ServerLook) async -> Bool {
        var masterIsGone = false
        if StrandedReplica.isConceivable(look), isReignCurrent, let master = reign?.record.address,
            case .replica(of: let followed?, _) = look.role
        {
            // One that follows another, whom only sentinels had named, is brought home where the recorded master
            // answers.
            masterIsGone = await isGone(followed)
            if followed != master, masterIsGone { masterIsGone = await isGone(master) }
        }
        let holdsData = look.history.keys > 0 ? draft.passport != nil : masterIsGone && sweep.holdsCopies
        return stranded.note(
            look, draft.settings, holdsData: holdsData, masterIsGone: masterIsGone, at: .now - start)
    }

    private func isGone(_ server: Address) async -> Bool {
        let answer = await prober.knownInstance(server)?.answer
        return answer == .refused || answer == .silent
    }

    private func readReign() async {
        guard let registry = await registry() else { return }
        do {
            let before = changes
            reign = try await registry.reign()
            isReignCurrent = reign != nil && changes == before
        } catch {
            isReignCurrent = false
        }
    }

    private func save(_ files: SeenFiles) {
        guard !isOver, var passport = draft.passport else { return }
        // What was written meanwhile must not count as what came after it.
        passport.boot = Occupant.thisBoot
        passport.modified = files.modified(with: passport.persistence)
        passport.file = data.seen.written(with: passport.persistence)
        do throws(Failure) {
            try file.write(passport)
            if isInTrouble { Log.info("\(file.path) is written again") }
            isInTrouble = false
        } catch {
            if !isInTrouble { Log.warn("the passport of the data can't be kept: \(error)") }
            isInTrouble = true
        }
    }

    private func keepHoldings(_ look: ServerLook) async {
        guard let reign, let registry = await registry() else { return }
        let held = holdings.next(
            look, reign, me: order.address, persistence: draft.persistence(at: look),
            epoch: draft.passport?.epoch ?? 0, now: Timestamp.now, at: .now - start)
        guard let record = disk.next(held ?? reign.cluster) ?? held else { return }
        do {
            if try await registry.keep(record, in: reign) == .done {
                self.reign = ReignView(
                    record: reign.record, cluster: record, clusterVersion: reign.clusterVersion + 1,
                    leases: reign.leases)
                return
            }
        } catch {
            Log.debug("what the cluster holds is not written: \(error)")
        }
        // Read again, and written with the next look.
        isReignCurrent = false
        holdings.wasNotWritten()
    }
}
