public import Succession
public import Vocabulary
public import ZooKeeper

/// What only the leading watcher writes. The lowest number leads, and no lower one ever appears later: so that the own
/// node is still there is the whole fence, and it is checked in the same transaction.
extension Registry {
    /// The cluster's root is not there, and was not to be created.
    public struct RootIsGone: Error {}

    /// Enters this session's watcher, once, and returns its node's path.
    /// - Parameters:
    ///   - address: of its HTTP port.
    ///   - creatingRoot: whether a missing root is created. One that was only found must not come back behind somebody
    ///     who deletes it.
    /// - Throws: `RootIsGone` where it is missing and not to be created; `Failure` 69, 77.
    public func enlist(_ address: Address, creatingRoot: Bool = true) async throws -> String {
        let end = ContinuousClock.now + session.negotiatedTimeout
        while true {
            if let path = try await ownCandidacy() { return path }
            do {
                return try await createCandidacy(address, creatingRoot: creatingRoot)
            } catch  where error.isAmbiguous && ContinuousClock.now < end {
                // It may be there, under a number that nobody told us.
                continue
            } catch  where error.code == .noNode && !creatingRoot {
                throw RootIsGone()
            } catch {
                throw Failure(error)
            }
        }
    }

    private func createCandidacy(_ address: Address, creatingRoot: Bool) async throws(ZooKeeperError) -> String {
        do {
            return try await session.create(
                paths.watcherPrefix, address.znode, .ephemeralSequential, parents: creatingRoot)
        } catch  where error.code == .noNode && !creatingRoot {
            try await session.createUnlessThere(paths.watchers)
            return try await session.create(paths.watcherPrefix, address.znode, .ephemeralSequential)
        }
    }

    /// The node of this very session; further ones, and those that somebody wrote into, are removed.
    private func ownCandidacy() async throws -> String? {
        let own = try await answered {
            do {
                try await session.sync(paths.watchers)
                let names = try await session.children(paths.watchers).sorted()
                var own: [(path: String, version: Int32)] = []
                for path in names.map({ "\(paths.watchers)/\($0)" }) {
                    guard let stat = try await session.exists(path) else { continue }
                    if stat.ephemeralOwner == session.credentials.id { own.append((path, stat.version)) }
                }
                return own
            } catch let error as ZooKeeperError where error.code == .noNode {
                return []
            }
        }
        let path = own.first { $0.version == 0 }?.path
        for other in own where other.path != path { await remove(other.path) }
        return path
    }

    /// Carries out `operations` if `watcher` still leads, in one transaction.
    /// - Returns: `.overtaken` where it does not, or where a node isn't as it was when it was read.
    /// - Throws: `Failure` 69 also where the outcome is unknown: look again.
    public func lead(_ watcher: String, _ operations: [Operation]) async throws -> RecordOutcome {
        let all = [.check(watcher, version: 0)] + operations
        do {
            try await session.multi(all)
            return .done
        } catch  where [.badVersion, .noNode, .nodeExists].contains(error.code) {
            return .overtaken
        } catch  where error.code == .notEmpty {
            throw Failure(badZnode: BadZnode("it has children"), at: all[error.failedOperation ?? 0].path)
        } catch {
            throw Failure(error)
        }
    }

    /// Writes `/redis/cluster`.
    public func keep(
        _ record: ClusterRecord, clusterVersion: Int32?, clusterID: String, as watcher: String
    ) async throws -> RecordOutcome {
        try await lead(watcher, [try keeping(record, version: clusterVersion, id: clusterID)])
    }

    /// Whether `watcher` is still this session's and leads, and `/redis/master` has this version: asked right before a
    /// server is told to change. Nil: nothing is recorded.
    /// - Parameter watcher: nil where an operator asks, who leads nobody.
    public func confirmsLead(_ watcher: String?, at version: Int32?) async -> Bool {
        do {
            let master = version.map { [Operation.check(paths.master, version: $0)] } ?? []
            let lead = watcher.map { [Operation.check($0, version: 0)] } ?? []
            try await session.multi(lead + master)
            // Numbers begin anew where somebody deleted the nodes' parent, so another may have that very path. A
            // session reads what it has checked, or what is newer.
            if let watcher, try await session.exists(watcher)?.ephemeralOwner != session.credentials.id { return false }
            if version != nil { return true }
            return try await session.exists(paths.master) == nil
        } catch {
            return false
        }
    }

    /// Deletes the node of a sentinel that another tool wrote; never a lease.
    public func removeSentinel(id: String, as watcher: String) async throws -> RecordOutcome {
        let path = paths.sentinel(id)
        guard let node = try await node(path), node.stat.ephemeralOwner == 0 else { return .overtaken }
        return try await lead(watcher, [.delete(path, version: node.stat.version)])
    }
}
