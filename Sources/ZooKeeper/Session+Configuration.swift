extension Session {
    /// What a session needs to know.
    public struct Configuration: Sendable {
        public var servers: ConnectString
        /// The session timeout to ask for; the server allows 2 to 20 of its ticks.
        public var timeout: Duration
        /// How long a call waits for its answer.
        ///
        /// By default two thirds of `timeout`: as long as libzookeeper waits for a silent server.
        public var operationTimeout: Duration
        /// Given to the server on each connection.
        public var digest: Digest?
        /// To go on with a session that another process began, and keeps its hands off from now on: two clients of one
        /// session drive each other out.
        public var credentials: SessionCredentials?
        /// Whether a chroot that is missing is created; where not, every node below it counts as missing.
        public var createsChroot = true
        /// Gets libzookeeper's log lines, one a second at most, without secrets. Called on its threads: it must not
        /// block, nor call the session. Without it the lines go nowhere.
        public var log: (@Sendable (LogLevel, String) -> Void)?

        private var ownACL: ACL?

        /// Of the nodes that the session creates; by default `.open`, with a digest `.readable`.
        public var acl: ACL {
            get { ownACL ?? (digest == nil ? .open : .readable) }
            set { ownACL = newValue }
        }

        public init(
            servers: ConnectString, timeout: Duration = .seconds(6), operationTimeout: Duration? = nil,
            digest: Digest? = nil, acl: ACL? = nil, credentials: SessionCredentials? = nil,
            log: (@Sendable (LogLevel, String) -> Void)? = nil
        ) {
            self.servers = servers
            self.timeout = timeout
            self.operationTimeout = operationTimeout ?? timeout * 2 / 3
            self.digest = digest
            self.ownACL = acl
            self.credentials = credentials
            self.log = log
        }
    }
}

/// What proves to a server that a client owns a session. Whoever has it can take the session over: never log it.
public struct SessionCredentials: Equatable, Sendable {
    /// The session's number; also the `ephemeralOwner` of its ephemeral nodes.
    public var id: Int64
    /// 16 bytes.
    public var password: [UInt8]

    public init(id: Int64, password: [UInt8]) {
        self.id = id
        self.password = password
    }
}

extension SessionCredentials: CustomStringConvertible, CustomReflectable {
    public var description: String { "session 0x\(String(UInt64(bitPattern: id), radix: 16))" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
