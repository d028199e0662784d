internal import CZooKeeper

/// A failed operation: what libzookeeper said, of which operation, on which path.
public struct ZooKeeperError: Error, Equatable, Sendable {
    /// Why it failed.
    public var code: Code
    /// What was tried: "connect", "get", "exists", "children", "create", "set", "delete", "multi", "sync".
    public var operation: String
    /// The znode's whole path, chroot included, or the servers' names for "connect"; never a secret.
    public var path: String?
    /// The index of the first operation of a `multi` that the server refused; `path` is that operation's.
    public var failedOperation: Int?

    public init(_ code: Code, _ operation: String, _ path: String? = nil, failedOperation: Int? = nil) {
        self.code = code
        self.operation = operation
        self.path = path
        self.failedOperation = failedOperation
    }

    /// Whether this was a write that may nevertheless have taken effect: the request may have reached a server whose
    /// reply didn't reach us. Find out by reading; never repeat such a write blindly.
    ///
    /// On the safe side: libzookeeper says `connectionLoss` for a request that it never sent, too.
    public var isAmbiguous: Bool {
        guard Self.writes.contains(operation) else { return false }
        switch code {
        case .deadline, .cancelled, .closing: return true
        case .badArguments, .invalidState, .unimplemented: return false
        // The library's own codes: lost and unreadable replies. Those beyond -100 are a server's answers.
        default: return (ZAPIERROR.rawValue + 1...ZSYSTEMERROR.rawValue).contains(code.rawValue)
        }
    }

    private static let writes: Set<String> = ["create", "set", "delete", "multi"]
}

extension ZooKeeperError: CustomStringConvertible {
    /// One line, for example `create /a/b: node exists`.
    public var description: String {
        let target = path.map { " \($0)" } ?? ""
        let index = failedOperation.map { " (operation \($0))" } ?? ""
        return "\(operation)\(target)\(index): \(code)"
    }
}
