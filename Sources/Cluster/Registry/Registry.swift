public import Succession
import Vocabulary
public import ZooKeeper

/// One cluster's nodes in ZooKeeper, as values: every byte that comes back is checked, every write is conditional.
public struct Registry: Sendable {
    public let session: Session
    public let paths: Paths
    let notes = NodeNotes()

    public init(_ session: Session, root: String) {
        self.session = session
        paths = Paths(root: root)
    }

    /// Opens a session.
    /// - Throws: `Failure` 69 when ZooKeeper can't be reached within `limit`, 77 when it does not let us in.
    public static func open(_ settings: RegistrySettings, within limit: Duration) async throws -> Registry {
        try await translated { try await connect(settings, nil, within: limit) }
    }

    /// Opens a session that is only to read: a chroot that is missing is not created, as every other session would.
    /// - Throws: as `open` does.
    public static func look(_ settings: RegistrySettings, within limit: Duration) async throws -> Registry {
        try await translated { try await connect(settings, nil, creatingChroot: false, within: limit) }
    }

    /// Takes over a session that another process opened and has let go of; nil where that session is gone.
    public static func attach(
        _ settings: RegistrySettings, _ credentials: SessionCredentials, within limit: Duration
    ) async throws -> Registry? {
        do {
            return try await connect(settings, credentials, within: limit)
        } catch  where error.code == .sessionExpired {
            return nil
        } catch {
            throw Failure(error)
        }
    }

    private static func connect(
        _ settings: RegistrySettings, _ credentials: SessionCredentials?, creatingChroot: Bool = true,
        within limit: Duration
    ) async throws(ZooKeeperError) -> Registry {
        var configuration = Session.Configuration(servers: settings.servers)
        configuration.createsChroot = creatingChroot
        configuration.timeout = settings.sessionTimeout
        configuration.digest = settings.digest
        configuration.credentials = credentials
        configuration.log = { _, line in Log.debug(line) }
        return Registry(try await Session.connect(configuration, within: limit), root: settings.root)
    }

    /// `/redis/master`, or nil where it does not exist.
    /// - Throws: `Failure` 65 for a value that is no address.
    public func record(watch: Bool = false) async throws -> Record? {
        guard let node = try await node(paths.master, watch: watch) else { return nil }
        return Record(try address(node, at: paths.master), version: node.stat.version)
    }

    /// Waits for nothing but notices: sets a watch that fires when `/redis/master` is created, changed or deleted.
    public func watchMaster() async throws {
        _ = try await translated { try await session.exists(paths.master, watch: true) }
    }

    /// `/redis/cluster` with its version, or nil where it does not exist.
    public func cluster() async throws -> (record: ClusterRecord, version: Int32)? {
        guard let node = try await node(paths.cluster) else { return nil }
        do throws(BadZnode) {
            return (try Self.clusterRecord(node.data), node.stat.version)
        } catch {
            throw Failure(badZnode: error, at: paths.cluster)
        }
    }

    static func clusterRecord(_ data: [UInt8]) throws(BadZnode) -> ClusterRecord {
        try decode(ClusterRecord.self, data, limit: ClusterRecord.byteLimit).validated()
    }

    func node(_ path: String, watch: Bool = false) async throws -> Node? {
        do {
            return try await session.get(path, watch: watch)
        } catch  where error.code == .noNode {
            return nil
        } catch {
            throw Failure(error)
        }
    }

    /// The names below `path`, or nil where there is no such node.
    public func children(_ path: String, watch: Bool = false) async throws -> [String]? {
        do {
            return try await session.children(path, watch: watch)
        } catch  where error.code == .noNode {
            return nil
        } catch {
            throw Failure(error)
        }
    }

    func address(_ node: Node, at path: String) throws -> Address {
        do {
            return try Address(znode: node.data)
        } catch {
            throw Failure(badZnode: error, at: path)
        }
    }
}

/// Runs `body` and turns what ZooKeeper's wrapper throws into the failure that an operator reads.
func translated<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as ZooKeeperError {
        throw Failure(error)
    }
}

extension Failure {
    public init(_ error: ZooKeeperError) {
        switch error.code {
        case .authenticationRequired:
            self.init(
                .notAuthorised,
                "ZooKeeper does not let us in (\(error)); set ZK_AUTH to a user and password, as user:password")
        case .noAuth, .authFailed:
            self.init(.notAuthorised, "ZooKeeper does not let us in (\(error)); check ZK_AUTH and the ACL of that node")
        default:
            self.init(
                .unavailable, "ZooKeeper can't be reached or did not answer (\(error)); check ZK_HOSTS and the servers")
        }
    }

    init(badZnode error: BadZnode, at path: String) {
        self.init(.badData, "\(path) in ZooKeeper can't be used: \(error); repair or delete that node")
    }
}
