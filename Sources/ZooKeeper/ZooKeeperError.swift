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

extension ZooKeeperError {
    /// libzookeeper's code (`enum ZOO_ERRORS` of zookeeper.h, -1 to -127), or one of ours, below -1000.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: Int32

        public init(rawValue: Int32) { self.rawValue = rawValue }
        init(_ code: ZOO_ERRORS) { rawValue = code.rawValue }

        // What the server answers.
        public static let noNode = Self(ZNONODE)
        public static let nodeExists = Self(ZNODEEXISTS)
        public static let badVersion = Self(ZBADVERSION)
        public static let notEmpty = Self(ZNOTEMPTY)
        public static let noChildrenForEphemerals = Self(ZNOCHILDRENFOREPHEMERALS)
        public static let noAuth = Self(ZNOAUTH)
        public static let invalidACL = Self(ZINVALIDACL)
        public static let authFailed = Self(ZAUTHFAILED)
        /// The server lets in nobody who is not authenticated, and ended the session.
        public static let authenticationRequired = Self(ZSESSIONCLOSEDREQUIRESASLAUTH)
        public static let sessionExpired = Self(ZSESSIONEXPIRED)
        public static let sessionMoved = Self(ZSESSIONMOVED)
        public static let unimplemented = Self(ZUNIMPLEMENTED)
        public static let throttled = Self(ZTHROTTLEDOP)
        /// An operation of a `multi` that wasn't tried because an earlier one failed.
        public static let runtimeInconsistency = Self(ZRUNTIMEINCONSISTENCY)

        // What the client library says.
        public static let systemError = Self(ZSYSTEMERROR)
        public static let connectionLoss = Self(ZCONNECTIONLOSS)
        public static let operationTimeout = Self(ZOPERATIONTIMEOUT)
        public static let marshalling = Self(ZMARSHALLINGERROR)
        public static let badArguments = Self(ZBADARGUMENTS)
        public static let invalidState = Self(ZINVALIDSTATE)
        /// The session was closed while the call was under way.
        public static let closing = Self(ZCLOSING)

        // What this module says.
        /// Our own deadline passed before there was an answer.
        public static let deadline = Self(rawValue: -1001)
        /// The session had been closed by `close()` before the call; nothing was sent.
        public static let closed = Self(rawValue: -1002)
        /// None of the connect string's servers has an address.
        public static let unusableHosts = Self(rawValue: -1003)
        /// The request would be larger than a server takes (`Session.maximumRequestSize`); nothing was sent.
        public static let tooLarge = Self(rawValue: -1004)
        /// The waiting task was cancelled; the request may have been sent.
        public static let cancelled = Self(rawValue: -1005)
    }
}

extension ZooKeeperError.Code: CustomStringConvertible {
    public var description: String {
        switch self {
        case .deadline: "no answer within the limit"
        case .closed: "the session is closed"
        case .unusableHosts: "no server of this list has an address"
        case .tooLarge: "larger than a server takes"
        case .cancelled: "cancelled"
        case .authenticationRequired: "the server lets in only who is authenticated"
        default: String(cString: zerror(rawValue))
        }
    }
}

/// Why a call failed, before the name of the operation and the path are put to it.
struct Failure: Error, Equatable {
    var code: ZooKeeperError.Code
    /// The operation of a `multi` that the server refused.
    var operation: Int?
}
