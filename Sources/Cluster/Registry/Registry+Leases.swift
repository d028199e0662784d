import Succession
public import Vocabulary
import ZooKeeper

/// Ephemeral nodes that outlive one session because a lease renews them.
extension Registry {
    /// Sees to it that `path` is an ephemeral node of this session, and watches it. A node of one of the `earlier`
    /// sessions is replaced: the server may keep it for a while after its session's end.
    /// - Returns: false where a session that is none of ours has the node.
    public func hold(_ path: String, _ address: Address, replacing earlier: Set<Int64>) async throws -> Bool {
        while true {
            let owner = try await translated { try await session.exists(path, watch: true)?.ephemeralOwner }
            if owner == session.credentials.id { return true }
            if let owner, !earlier.contains(owner) { return false }
            let clearing: [Operation] = owner == nil ? [] : [.delete(path, version: nil)]
            // A missing parent (ZooKeeper wiped under a running cluster) is created by the way; then looked at again.
            let outcome = try await commit(clearing + [.create(path, address.znode, .ephemeral)], provenBy: path)
            // A lock's parent is the identity, which may have been deleted behind its lock.
            if outcome == .overtaken, let identity = paths.identity(ofLock: path) {
                try await ensureIdentity(identity, for: address)
            }
        }
    }

    /// Creates the identity's node where it is missing, so that its lock has a parent.
    public func ensureIdentity(_ id: String, for address: Address) async throws {
        try await createParents()
        do {
            try await session.create(paths.identity(id), address.znode)
        } catch  where error.code == .nodeExists {
        } catch {
            throw Failure(error)
        }
    }

    /// Sees to it that an identity that we have locked says where its sentinel is: it is believed by that. A ZooKeeper
    /// that was restored from elsewhere may have an older place.
    public func placeIdentity(_ id: String, at address: Address) async throws {
        guard let node = try await node(paths.identity(id)), node.data != address.znode else { return }
        // Nobody else sets it as long as the lock is ours.
        _ = try await commit(
            [.set(paths.identity(id), address.znode, version: node.stat.version)], provenBy: paths.lock(id))
    }
}
