// What the operations have in common: the way from a caller's path to a submitted request and back to an error.
extension Session {
    var chroot: String { link.configuration.servers.chroot }

    func full(_ path: String) -> String { ZNodePath.full(path, chroot: chroot) }

    /// Submits a request on `path`; `submit` gets the handle, the context and the whole path.
    nonisolated(nonsending) func call(
        _ operation: String, _ path: String,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer, _ path: String) -> Int32
    ) async throws(ZooKeeperError) -> Reply {
        let whole = full(path)
        guard ZNodePath.problem(path) == nil else { throw ZooKeeperError(.badArguments, operation, whole) }
        return try await callWhole(operation, whole) { submit($0, $1, whole) }
    }

    /// The same without a chroot put before the path.
    nonisolated(nonsending) func callWhole(
        _ operation: String, _ path: String, until limit: Instant? = nil,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer) -> Int32
    ) async throws(ZooKeeperError) -> Reply {
        let deadline = Instant.now + link.configuration.operationTimeout
        switch await link.call(until: min(deadline, limit ?? deadline), submit) {
        case .success(let reply): return reply
        case .failure(let failure): throw ZooKeeperError(failure.code, operation, path)
        }
    }

    func unexpected(_ operation: String, _ path: String) -> ZooKeeperError {
        ZooKeeperError(.marshalling, operation, full(path))
    }

    func checkSize(_ operations: [Operation], _ name: String, _ path: String) throws(ZooKeeperError) {
        let size = RequestSize.bytes(
            operations, chroot: chroot, acl: link.configuration.acl, isMulti: name == "multi")
        guard size <= Self.maximumRequestSize else { throw ZooKeeperError(.tooLarge, name, full(path)) }
    }
}
