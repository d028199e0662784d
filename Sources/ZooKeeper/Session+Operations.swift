internal import CZooKeeper

extension Session {
    /// The node's data and metadata; with `watch` a later change or deletion is told by `changes()`.
    public nonisolated(nonsending) func get(
        _ path: String, watch: Bool = false
    ) async throws(ZooKeeperError) -> Node {
        let reply = try await call("get", path) { zoo_aget($0, $2, watch ? 1 : 0, nodeCompleted, $1) }
        guard case .node(let node) = reply else { throw unexpected("get", path) }
        return node
    }

    /// The node's metadata, or nil when there is no such node; with `watch` its creation, change or deletion is told
    /// by `changes()`.
    public nonisolated(nonsending) func exists(
        _ path: String, watch: Bool = false
    ) async throws(ZooKeeperError) -> Stat? {
        do throws(ZooKeeperError) {
            let reply = try await call("exists", path) { zoo_aexists($0, $2, watch ? 1 : 0, statCompleted, $1) }
            guard case .stat(let stat) = reply else { throw unexpected("exists", path) }
            return stat
        } catch  where error.code == .noNode {
            return nil
        }
    }

    /// The names of the children, in no order; with `watch` a child's coming or going, or the node's deletion, is told
    /// by `changes()`.
    public nonisolated(nonsending) func children(
        _ path: String, watch: Bool = false
    ) async throws(ZooKeeperError) -> [String] {
        let reply = try await call("children", path) { zoo_aget_children($0, $2, watch ? 1 : 0, namesCompleted, $1) }
        guard case .names(let names) = reply else { throw unexpected("children", path) }
        return names
    }

    /// Creates a node and returns its path, which for a sequential one ends with the number that the server gave it.
    /// With `parents` missing nodes above it are created as well: persistent, empty, with the session's ACL.
    ///
    /// An ambiguous failure of a sequential create may leave a node whose name nobody knows.
    @discardableResult
    public nonisolated(nonsending) func create(
        _ path: String, _ data: [UInt8] = [], _ mode: CreateMode = .persistent, parents: Bool = false
    ) async throws(ZooKeeperError) -> String {
        do throws(ZooKeeperError) {
            return try await createOne(path, data, mode)
        } catch  where error.code == .noNode && parents {
            try await createParents(of: path)
            return try await createOne(path, data, mode)
        }
    }

    /// Creates what is missing above a node.
    public nonisolated(nonsending) func createParents(of path: String) async throws(ZooKeeperError) {
        for parent in ZNodePath.parents(path) { try await createUnlessThere(parent) }
    }

    /// Creates a persistent, empty node where there is none. Whoever may not create below its parent is refused before
    /// the server looks whether the node is there, so that is looked up then.
    public nonisolated(nonsending) func createUnlessThere(_ path: String) async throws(ZooKeeperError) {
        do throws(ZooKeeperError) {
            try await createOne(path, [], .persistent)
        } catch {
            switch error.code {
            case .nodeExists: return
            case .noAuth: if try await exists(path) == nil { throw error }
            default: throw error
            }
        }
    }

    /// Replaces the data; with `version` only if the node has that one (`.badVersion`). Returns the new metadata.
    @discardableResult
    public nonisolated(nonsending) func set(
        _ path: String, _ data: [UInt8], version: Int32? = nil
    ) async throws(ZooKeeperError) -> Stat {
        try checkSize([.set(path, data, version: version)], "set", path)
        let reply = try await call("set", path) { handle, context, path in
            data.withChars { zoo_aset(handle, path, $0, $1, version ?? -1, statCompleted, context) }
        }
        guard case .stat(let stat) = reply else { throw unexpected("set", path) }
        return stat
    }

    /// Deletes a node without children; with `version` only if the node has that one (`.badVersion`).
    public nonisolated(nonsending) func delete(
        _ path: String, version: Int32? = nil
    ) async throws(ZooKeeperError) {
        _ = try await call("delete", path) { zoo_adelete($0, $2, version ?? -1, voidCompleted, $1) }
    }

    /// Brings the connected server up to date with the leader as of now, for reads that follow. It is no quorum
    /// operation (ZOOKEEPER-1675): only a versioned write settles what is so.
    public nonisolated(nonsending) func sync(_ path: String) async throws(ZooKeeperError) {
        _ = try await call("sync", path) { zoo_async($0, $2, nameCompleted, $1) }
    }

    @discardableResult
    private nonisolated(nonsending) func createOne(
        _ path: String, _ data: [UInt8], _ mode: CreateMode
    ) async throws(ZooKeeperError) -> String {
        try checkSize([.create(path, data, mode)], "create", path)
        let acl = link.acl
        let reply = try await call("create", path) { handle, context, path in
            data.withChars { zoo_acreate(handle, path, $0, $1, acl.pointer, mode.flags, nameCompleted, context) }
        }
        guard case .name(let name) = reply else { throw unexpected("create", path) }
        return ZNodePath.relative(name, chroot: chroot)
    }
}

extension [UInt8] {
    /// The bytes as libzookeeper takes them: never NULL, so that no data is empty data.
    fileprivate func withChars<Result>(_ body: (UnsafePointer<CChar>, Int32) -> Result) -> Result {
        if isEmpty { return "".withCString { body($0, 0) } }
        return withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self), Int32($0.count)) }
    }
}

// What the operations have in common: the way from a caller's path to a submitted request and back to an error.
extension Session {
    var chroot: String { link.configuration.servers.chroot }

    /// Submits a request on `path`; `submit` gets the handle, the context and the whole path.
    private nonisolated(nonsending) func call(
        _ operation: String, _ path: String,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer, _ path: String) -> Int32
    ) async throws(ZooKeeperError) -> Reply {
        let whole = self.whole(path)
        guard ZNodePath.problem(path) == nil else { throw ZooKeeperError(.badArguments, operation, whole) }
        return try await callWhole(operation, whole) { submit($0, $1, whole) }
    }

    /// The same without a chroot put before the path.
    nonisolated(nonsending) func callWhole(
        _ operation: String, _ path: String, until limit: ContinuousClock.Instant? = nil,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer) -> Int32
    ) async throws(ZooKeeperError) -> Reply {
        let deadline = ContinuousClock.now + link.configuration.operationTimeout
        switch await link.call(until: min(deadline, limit ?? deadline), submit) {
        case .success(let reply): return reply
        case .failure(let failure): throw ZooKeeperError(failure.code, operation, path)
        }
    }

    func unexpected(_ operation: String, _ path: String) -> ZooKeeperError {
        ZooKeeperError(.marshalling, operation, whole(path))
    }

    func checkSize(_ operations: [Operation], _ name: String, _ path: String) throws(ZooKeeperError) {
        let size = RequestSize.bytes(
            operations, chroot: chroot, acl: link.configuration.acl, isMulti: name == "multi")
        guard size <= Self.maximumRequestSize else { throw ZooKeeperError(.tooLarge, name, whole(path)) }
    }
}

extension Session {
    /// The user that the session gave; nil where it gave none.
    public var digest: Digest? { link.configuration.digest }

    /// A path as the servers know it: with the chroot before it.
    public func whole(_ path: String) -> String { ZNodePath.full(path, chroot: chroot) }

    /// A node's ACL, and its metadata, read together. The hash of another's digest is only told who may change the ACL.
    public nonisolated(nonsending) func acl(_ path: String) async throws(ZooKeeperError) -> (acl: ACL, stat: Stat) {
        let reply = try await call("getAcl", path) { zoo_aget_acl($0, $2, aclCompleted, $1) }
        guard case .acl(let acl, let stat) = reply else { throw unexpected("getAcl", path) }
        return (acl, stat)
    }
}
