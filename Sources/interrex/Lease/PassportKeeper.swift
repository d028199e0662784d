import Cluster
import Redis
import Succession

/// Keeps the passport beside the server, once a second while something changes, and what the cluster holds in ZooKeeper.
///
/// A look is one `INFO`, and a `stat` of each data file where there is something to write. While nothing changes the passport
/// is only touched: a file that is newer than its passport would count as one of which nothing is known.
actor PassportKeeper {
    private static let pause = Duration.seconds(1)
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
    private var draft: PassportDraft
    private var holdings = HoldingsDraft()
    private var sweep: AsideSweep
    private var disk: DiskReport
    private var looks = 0
    private var isOver = false
    private var isInTrouble = false
    private var reign: ReignView?
    /// Whether a watch tells when `/redis/master` changes, and with it the reign.
    private var isReignCurrent = false
    private var rest: Task<Void, any Error>?

    init(
        _ order: LeaseOrder, _ data: LeaseOrder.Data, loop: EventLoop,
        registry: @escaping @Sendable () async -> Registry?
    ) {
        (self.order, self.data, self.loop, self.registry) = (order, data, loop, registry)
        file = PassportFile(folder: data.folder)
        prober = Prober(order.redisSettings, on: loop)
        sweep = AsideSweep(data)
        disk = DiskReport(data, of: order.address)
        let old = data.isUnknown ? nil : (try? file.read())?.passport
        draft = PassportDraft(me: order.address, cluster: data.cluster, settings: data.persistence, passport: old)
    }

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            // Not listening yet, loading, or too many clients: again, until the lease ends.
            try? await prober.connected(to: order.server, order.credentials) { @Sendable [prober] connection in
                while !Task.isCancelled {
                    // Before the look: what is written after it must not count as what it tells of.
                    let times = self.data.times
                    guard let look = try await prober.look(over: connection) else { return }
                    await self.note(look, times)
                    await self.waitForNextLook()
                }
            }
            // A server tells nobody that it listens: it is asked again. The wait ends with the lease.
            guard (try? await loop.sleep(for: .milliseconds(50))) != nil else { return }
        }
    }

    /// The server's process has ended: what is in its files will not change any more, and the folder is somebody else's soon.
    func end() {
        if draft.passport != nil { file.touch() }
        isOver = true
    }

    /// `/redis/master` has changed, or the session has.
    func reignMayHaveChanged() {
        isReignCurrent = false
        rest?.cancel()
    }

    /// Until the next look, or until the reign may have changed.
    private func waitForNextLook() async {
        guard !Task.isCancelled else { return }
        // Redis tells nobody by itself what INFO says: one look a second is all that a quiet server costs.
        let task = Task(executorPreference: loop) { [loop] in try await loop.sleep(for: Self.pause) }
        rest = task
        await withTaskCancellationHandler {
            _ = try? await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func note(_ look: ServerLook, _ times: LeaseOrder.FileTimes) async {
        let isQuiet = draft.last.map { look.isQuiet(since: $0) } ?? false
        if !isQuiet || !isReignCurrent { await readReign() }
        if let master = draft.question(look, reign), let reign {
            let instance = await prober.instance(master)
            if case .master(let history) = instance.answer, history.replicationID == look.history.replicationID {
                draft.confirm(look, reign)
            } else {
                isReignCurrent = false
            }
        }
        if draft.note(look, reign) {
            save(times)
        } else if draft.isVoid {
            file.remove()
        } else if looks % Self.quietLooks == 0, draft.passport != nil {
            if !isOver { file.touch() }
        }
        looks += 1
        if let reign, draft.passport?.epoch == reign.cluster.epoch, draft.passport?.runID == look.runID,
            draft.passport?.replicationID == look.history.replicationID, sweep.sweep(look, reign)
        {
            disk.forget()
        }
        await keepHoldings(look)
        // Reading and writing JSON takes more of the program than waiting does.
        if !isQuiet { dropCleanPages() }
    }

    private func readReign() async {
        guard let registry = await registry() else { return }
        do {
            reign = try await registry.reign()
            isReignCurrent = reign != nil
        } catch {
            isReignCurrent = false
        }
    }

    private func save(_ times: LeaseOrder.FileTimes) {
        guard !isOver, var passport = draft.passport else { return }
        passport.modified = times.modified(with: passport.persistence)
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
        guard let reign, let passport = draft.passport, let registry = await registry() else { return }
        let held = holdings.next(
            look, reign, me: order.address, persistence: passport.persistence, epoch: passport.epoch, now: Timestamp.now
        )
        guard let record = disk.next(held ?? reign.cluster) ?? held else { return }
        do {
            if try await registry.keep(record, in: reign) == .done {
                self.reign = ReignView(record: reign.record, cluster: record, clusterVersion: reign.clusterVersion + 1)
                return
            }
        } catch {
            Log.debug("what the cluster holds is not written: \(error)")
        }
        // Read again, and written with the next look.
        isReignCurrent = false
        holdings = HoldingsDraft()
    }
}
