internal import CZooKeeper
import Glibc

extension Session {
    /// Carries out all of `operations`, or none. The error's `failedOperation` is the index of the first one that the
    /// server refused, and its `path` is that one's.
    @discardableResult
    public nonisolated(nonsending) func multi(
        _ operations: [Operation]
    ) async throws(ZooKeeperError) -> [OperationResult] {
        if operations.isEmpty { return [] }
        for (index, operation) in operations.enumerated() where ZNodePath.problem(operation.path) != nil {
            throw ZooKeeperError(.badArguments, "multi", whole(operation.path), failedOperation: index)
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
                failure.code, "multi", whole(operations[failure.operation ?? 0].path),
                failedOperation: failure.operation)
        }
    }
}

/// The memory of one `multi`: libzookeeper reads the operations while it takes the request, and writes the results
/// until the completion has run.
final class MultiBuffers: @unchecked Sendable {
    // Unchecked: written by the submitting call, then by libzookeeper, then read by the completion; never at once.
    private let operations: [Operation]
    private let list: UnsafeMutablePointer<zoo_op_t>
    private let results: UnsafeMutablePointer<zoo_op_result_t>
    private let stats: UnsafeMutablePointer<CZooKeeper.Stat>
    private var strings: [UnsafeMutablePointer<CChar>] = []

    /// `operations` have whole paths, chroot included.
    init(_ operations: [Operation], acl: ACLVector) {
        self.operations = operations
        list = .allocate(capacity: operations.count)
        results = .allocate(capacity: operations.count)
        results.initialize(repeating: zoo_op_result_t(), count: operations.count)
        stats = .allocate(capacity: operations.count)
        stats.initialize(repeating: CZooKeeper.Stat(), count: operations.count)
        for (index, operation) in operations.enumerated() {
            let path = keep(operation.path)
            switch operation {
            case .create(let text, let data, let mode):
                // libzookeeper writes one byte more than the length it is told; the server adds ten digits at most.
                let capacity = text.utf8.count + 32
                let name = UnsafeMutablePointer<CChar>.allocate(capacity: capacity + 1)
                name.initialize(repeating: 0, count: capacity + 1)
                strings.append(name)
                zoo_create_op_init(
                    list + index, path, keep(data), Int32(data.count), acl.pointer, mode.flags, name, Int32(capacity))
            case .set(_, let data, let version):
                zoo_set_op_init(
                    list + index, path, keep(data), Int32(data.count), version ?? -1, stats + index)
            case .delete(_, let version): zoo_delete_op_init(list + index, path, version ?? -1)
            case .check(_, let version): zoo_check_op_init(list + index, path, version)
            }
        }
    }

    deinit {
        for string in strings { string.deallocate() }
        list.deallocate()
        results.deallocate()
        stats.deallocate()
    }

    func submit(_ handle: OpaquePointer, _ context: UnsafeRawPointer) -> Int32 {
        zoo_amulti(handle, Int32(operations.count), list, results, multiCompleted, context)
    }

    /// What each operation did; only after a completion that told of success.
    var values: [OperationResult] {
        operations.enumerated().map { index, operation in
            switch operation {
            case .create(let path, _, _):
                .created(results[index].value.map { String(cString: $0) } ?? path)
            case .set: .set(Stat(stats[index]))
            case .delete: .deleted
            case .check: .checked
            }
        }
    }

    /// The first operation that the server refused when it answered the whole with `code`. Nil when it is not about one
    /// operation: a lost connection or session is written into every result.
    func firstRefused(_ code: ZooKeeperError.Code) -> Int? {
        guard code.rawValue < ZAPIERROR.rawValue,
            ![.sessionExpired, .sessionMoved, .authFailed, .closing, .throttled].contains(code)
        else { return nil }
        return operations.indices.first { results[$0].err == code.rawValue }
    }

    private func keep(_ text: String) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
        text.withCString { copy.initialize(from: $0, count: text.utf8.count + 1) }
        strings.append(copy)
        return UnsafePointer(copy)
    }

    private func keep(_ data: [UInt8]) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, data.count))
        for (index, byte) in data.enumerated() { (copy + index).initialize(to: CChar(bitPattern: byte)) }
        strings.append(copy)
        return UnsafePointer(copy)
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
