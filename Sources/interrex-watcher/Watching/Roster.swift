import Cluster
import Redis
import ServiceLifecycle
import Succession
import ZooKeeper

/// The service that runs a watch for each cluster, over one session, on one event loop.
actor Roster: Service {
    nonisolated var unownedExecutor: UnownedSerialExecutor { desk.loop.asUnownedSerialExecutor() }

    private nonisolated let desk: Desk
    private let roots: Roots
    private let keeper: SessionKeeper
    private var session: Session?
    private var listener: Task<Void, Never>?
    private var watches: [String: (watch: ClusterWatch, task: Task<Void, Never>)] = [:]

    init(_ settings: WatcherSettings, desk: Desk) {
        self.desk = desk
        roots = settings.roots
        keeper = SessionKeeper(settings.registry, loop: desk.loop)
    }

    /// Runs until the process is to end; then the session is closed, and with it our part in the leadership.
    func run() async throws {
        for root in roots.clusters { await add(root) }
        await cancelWhenGracefulShutdown { [keeper] in
            await keeper.run { await self.heard($0) }
        }
        listener?.cancel()
        let watches = watches.values
        for (_, task) in watches { task.cancel() }
        for (_, task) in watches { await task.value }
        await keeper.close()
    }

    private func add(_ root: String) async {
        guard watches[root] == nil else { return }
        let watch = ClusterWatch(root: root, desk: desk)
        watches[root] = (watch, Task(executorPreference: desk.loop) { await watch.run() })
        if let session { await watch.session(session) }
    }

    private func heard(_ change: SessionKeeper.Change) async {
        switch change {
        case .began(let session):
            self.session = session
            // Before the first read sets a watch: one that fires at once must be heard.
            let changes = session.changes()
            listener = Task(executorPreference: desk.loop) { await self.listen(to: changes) }
            for (watch, _) in watches.values { await watch.session(session) }
            await readParents()
        case .lost: for (watch, _) in watches.values { await watch.connection(isUp: false) }
        case .resumed:
            for (watch, _) in watches.values { await watch.connection(isUp: true) }
            await readParents()
        case .ended:
            session = nil
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

    /// Watches the clusters that there are below the parents, and no others. What can't be read stays as it is, until the
    /// connection is back or the parent changes.
    private func readParents() async {
        guard let session else { return }
        for parent in roots.parents {
            do {
                let names = try await children(of: parent, session)
                let found = Set(names.map { "\(parent)/\($0)" })
                for root in found.sorted() where isRoot(root) { await add(root) }
                for root in watches.keys where root.hasPrefix("\(parent)/") && !found.contains(root) {
                    guard !roots.clusters.contains(root) else { continue }
                    Log.info("\(root) is gone: not watching it any more")
                    watches.removeValue(forKey: root)?.task.cancel()
                }
            } catch {
                Log.warn("\(parent) can't be read (\(error)); clusters that appear below it are not seen")
            }
        }
    }

    /// The children, watched; none where the parent is missing, whose creation is watched then.
    private func children(of parent: String, _ session: Session) async throws -> [String] {
        do {
            return try await session.children(parent, watch: true)
        } catch  where error.code == .noNode {
            _ = try await session.exists(parent, watch: true)
            return []
        }
    }

    /// A child whose name no root can have is somebody else's.
    private func isRoot(_ path: String) -> Bool { (try? RegistrySettings.root(path, Environment([:]))) != nil }
}
