extension Session {
    /// Carries out all of `operations`, or none. The error's `failedOperation` is the index of the first one that the
    /// server refused, and its `path` is that one's.
    @discardableResult
    public nonisolated(nonsending) func multi(
        _ operations: [Operation]
    ) async throws(ZooKeeperError) -> [OperationResult] {
        if operations.isEmpty { return [] }
        for (index, operation) in operations.enumerated() where ZNodePath.problem(operation.path) != nil {
            throw ZooKeeperError(.badArguments, "multi", full(operation.path), failedOperation: index)
        }
        try checkSize(operations, "multi", operations[0].path)
        let buffers = MultiBuffers(operations.map { $0.within(chroot) }, acl: link.acl)
        let outcome = await link.call(until: .now + link.configuration.operationTimeout, results: buffers) {
            buffers.submit($0, $1)
        }
        switch outcome {
        case .success(.results(let results)):
            return results.map {
                guard case .created(let path) = $0 else { return $0 }
                return .created(ZNodePath.relative(path, chroot: chroot))
            }
        case .success: throw unexpected("multi", operations[0].path)
        case .failure(let failure):
            throw ZooKeeperError(
                failure.code, "multi", full(operations[failure.operation ?? 0].path),
                failedOperation: failure.operation)
        }
    }
}

extension Operation {
    fileprivate func within(_ chroot: String) -> Operation {
        let path = ZNodePath.full(path, chroot: chroot)
        return switch self {
        case .create(_, let data, let mode): .create(path, data, mode)
        case .set(_, let data, let version): .set(path, data, version: version)
        case .delete(_, let version): .delete(path, version: version)
        case .check(_, let version): .check(path, version: version)
        }
    }
}
