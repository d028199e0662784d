import Cluster
import Runtime
import ServiceLifecycle
import Succession
import ZooKeeper

/// The service that runs a watch for each cluster, over one session, on one event loop.
actor ClusterSupervisor: Service {
    nonisolated var unownedExecutor: UnownedSerialExecutor { watcher.loop.asUnownedSerialExecutor() }

    private nonisolated let watcher: WatcherContext
    private let roots: Roots
    private let keeper: SessionKeeper
    private var session: Session?
    private var listener: Task<Void, Never>?
    private var watches: [String: (watch: ClusterWatch, task: Task<Void, Never>)] = [:]
    /// Parents whose children could not be read the last time.
    private var unreadable: Set<String> = []
    private var isReading = false
    private var mustRead = false
    /// Whether no cluster was there below any parent when those were read last.
    private var watchesNothing = false

    init(_ settings: WatcherSettings, watcher: WatcherContext) {
        self.watcher = watcher
        roots = settings.roots
        let roots = settings.roots
        keeper = SessionKeeper(settings.registry, loop: watcher.loop) { session in
            try await Registry(session, root: "").checkAdmission()
            // Of several clusters one must not keep the others from being watched: an alert tells of it.
            if roots.count == 1 { try await Registry(session, root: roots.clusters[0]).checkAccess() }
        }
    }

    /// Runs until the process is to end; then the session is closed, and with it our part in the leadership.
    func run() async throws {
        for root in roots.clusters { await add(root) }
        let timer = Task(executorPreference: watcher.loop) { await self.readParentsRegularly() }
        var failure: (any Error)?
        do {
            try await cancelWhenGracefulShutdown { [keeper] in
                try await keeper.run { await self.heard($0) }
            }
        } catch {
            failure = error
        }
        timer.cancel()
        listener?.cancel()
        let watches = watches.values
        for (_, task) in watches { task.cancel() }
        for (_, task) in watches { await task.value }
        await keeper.close()
        if let failure { throw failure }
    }

    private func add(_ root: String) async {
        guard watches[root] == nil else { return }
        let watch = ClusterWatch(root: root, isNamed: roots.clusters.contains(root), watcher: watcher)
        watches[root] = (watch, Task(executorPreference: watcher.loop) { await watch.run() })
        if let session { await watch.session(session) }
    }

    private func heard(_ change: SessionKeeper.Change) async {
        switch change {
        case .began(let session):
            self.session = session
            // Before the first read sets a watch: one that fires at once must be heard.
            let changes = session.changes()
            listener = Task(executorPreference: watcher.loop) { await self.listen(to: changes) }
            for (watch, _) in watches.values { await watch.session(session) }
            await readParents()
        case .lost:
            watcher.board.isListed = false
            for (watch, _) in watches.values { await watch.connection(isUp: false) }
        case .resumed:
            for (watch, _) in watches.values { await watch.connection(isUp: true) }
            await readParents()
        case .ended:
            session = nil
            watcher.board.isListed = false
            listener?.cancel()
            for (watch, _) in watches.values { await watch.session(nil) }
        }
    }

    private func listen(to changes: AsyncStream<WatchEvent>) async {
        for await change in changes {
            if roots.parents.contains(change.path) { await readParents() }
            // The cluster's root is the node itself or one above it.
            var path = Substring(change.path)
            while !path.isEmpty {
                if let (watch, _) = watches[String(path)] {
                    await watch.nodeChanged(change.path)
                    break
                }
                path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
            }
        }
    }

    /// A read that failed has set no watch, and a watch misses what happens while it isn't set.
    private func readParentsRegularly() async {
        guard !roots.parents.isEmpty else { return }
        // A cancelled sleep ends the loop.
        while (try? await watcher.loop.sleep(for: .milliseconds(Int.random(in: 9_000...11_000)))) != nil {
            await readParents()
        }
    }

    /// Watches the clusters that there are below the parents, and no others. Whoever comes while that goes on has it
    /// done once more: two readers at a time could carry out the older of their answers last.
    private func readParents() async {
        mustRead = true
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        while mustRead, let session {
            mustRead = false
            var areRead = true
            for parent in roots.parents where await !read(parent, session) { areRead = false }
            watcher.board.isListed = areRead && self.session === session
            tellOfNothing()
        }
    }

    /// Says once that no cluster is watched: another root may be meant.
    private func tellOfNothing() {
        let isNothing = watcher.board.isListed && watches.isEmpty
        defer { watchesNothing = isNothing }
        guard isNothing, !watchesNothing else { return }
        let parents = roots.parents.map { "\($0)/*" }.joined(separator: ", ")
        Log.warn("there is nothing to watch at \(parents) in ZooKeeper; check ZK_ROOT and ZK_HOSTS")
    }

    /// What can't be read stays as it is. Returns whether it could.
    private func read(_ parent: String, _ session: Session) async -> Bool {
        do {
            let found = Set(try await children(of: parent, session).map { "\(parent)/\($0)" })
            if unreadable.remove(parent) != nil { Log.info("\(parent) can be read again") }
            for root in found.sorted() where isRoot(root) { await add(root) }
            let gone = watches.keys.filter { Roots.parent(of: $0) == parent && !found.contains($0) }
            await end(gone.filter { !roots.clusters.contains($0) }.sorted())
            return true
        } catch {
            // Of a session that is over or a connection that is lost others tell.
            if session === self.session, session.state == .connected, unreadable.insert(parent).inserted {
                Log.warn("\(parent) can't be read (\(error)); clusters that appear below it are not seen until it can")
            }
            return false
        }
    }

    private func end(_ gone: [String]) async {
        let ended = gone.compactMap { watches.removeValue(forKey: $0) }
        for root in gone { Log.info("\(root) is gone: not watching it any more", .cluster(root)) }
        for (_, task) in ended { task.cancel() }
        for (watch, task) in ended {
            await task.value
            await watch.forget()
        }
    }

    /// The children, watched; none where the parent is missing, whose creation is watched then.
    private func children(of parent: String, _ session: Session) async throws(ZooKeeperError) -> [String] {
        while true {
            do {
                return try await session.children(parent, watch: true)
            } catch  where error.code == .noNode {
                // Only `exists` watches what is not there. One that was created between the two is read.
                if try await session.exists(parent, watch: true) == nil { return [] }
            }
        }
    }

    /// A child whose name no root can have is somebody else's; one that is a parent itself holds clusters and is none.
    private func isRoot(_ path: String) -> Bool {
        !roots.parents.contains(path) && (try? RegistrySettings.root(path, Environment([:]))) != nil
    }
}
