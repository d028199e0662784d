import Cluster
import Redis
import Rendering
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// What a lease needs to know, as it goes through the pipe: `name value` lines, because no value holds a line end.
///
/// It holds the session's password and Redis's, and so never stands in `argv` or in a file.
struct LeaseOrder: Equatable, Sendable {
    var servers: String
    var root: String
    var digest: String?
    var sessionTimeout: Duration
    var session: SessionCredentials
    /// The node that stands for the server, and what it holds.
    var node: String
    var address: Address
    /// The identity of a sentinel; nil for a redis-server.
    var identity: String?
    /// Where the server is asked, from this machine.
    var server: Address
    var credentials: Credentials?
    /// The rendered file, as the server may have rewritten it.
    var file: String?
    /// What its commands are called; a sentinel's always have their own names.
    var commandNames: CommandNames
    /// What `/redis/master` said when the start was decided; nil where nothing was recorded, or for a sentinel.
    var startedUnder: Address?
    /// The data of a redis-server; nil for a sentinel.
    var data: Data?
    /// The `replica-priority` to set once the replica has synchronised; nil where it is left alone.
    var priority: Int?

    /// - Parameter identity: of a sentinel; nil for a redis-server.
    init(
        _ launch: LaunchSettings, _ registry: Registry, node: String, address: Address, identity: String? = nil
    ) {
        servers = launch.registry.servers.description
        root = launch.registry.root
        digest = launch.registry.digest?.text
        sessionTimeout = launch.registry.sessionTimeout
        session = registry.session.credentials
        self.node = node
        self.address = address
        server = launch.localAddress
        self.identity = identity
        credentials = identity == nil ? launch.redis.credentials : launch.redis.sentinelCredentials
        file = launch.configPath
        commandNames = identity == nil ? launch.redis.commandNames : CommandNames()
    }

    /// For a server that runs and has lost its lease.
    init(_ server: RunningServer, _ settings: RegistrySettings, _ session: SessionCredentials, node: String) {
        servers = settings.servers.description
        root = settings.root
        digest = settings.digest?.text
        sessionTimeout = settings.sessionTimeout
        self.session = session
        self.node = node
        address = server.address
        self.server = server.local
        credentials = server.credentials
        file = server.path
        commandNames = server.commandNames
        identity = server.identity
    }

    /// Where a redis-server keeps its data, and what it was started with.
    struct Data: Equatable, Sendable {
        /// `DATA_DIR`
        var folder: String
        /// The RDB file, then the files and folders of the log, whether they are there or not.
        var paths: [String]
        /// What the settings keep.
        var persistence: Passport.Persistence
        /// The cluster's id; nil where it was not known.
        var cluster: String?
        /// Whether no passport speaks of the data that the server starts with: it went with the data that it spoke of,
        /// or was found to be of others.
        var isUnknown: Bool

        /// What is there of them at this moment.
        var seen: SeenFiles {
            SeenFiles(snapshot: fileMarks(in: Array(paths.prefix(1))), log: fileMarks(in: Array(paths.dropFirst())))
        }
    }

    var text: String {
        let fields: [(String, String?)] = [
            ("servers", servers), ("root", root), ("digest", digest),
            ("timeout", String(sessionTimeout.wholeMilliseconds)), ("session", String(session.id)),
            ("password", session.password.map(String.init).joined(separator: ",")),
            ("node", node), ("address", address.description), ("identity", identity), ("server", server.description),
            ("username", credentials?.username), ("secret", credentials?.password.text),
            ("file", file), ("renamed", commandNames.text),
            ("started-under", startedUnder?.description), ("priority", priority.map(String.init)),
            ("folder", data?.folder), ("persistence", data?.persistence.rawValue), ("cluster", data?.cluster),
            ("unknown", data?.isUnknown ?? false ? "yes" : nil),
        ]
        let paths: [(String, String?)] = (data?.paths ?? []).enumerated().map { ("path-\($0.offset)", $0.element) }
        return (fields + paths).compactMap { name, value in value.map { "\(name) \($0)\n" } }.joined() + Self.end
    }

    /// More than a server can name: an RDB file, a folder of logs with its manifest, an older log.
    private static let pathLimit = 8

    /// The last line: without it the order is not whole, however well its fields read.
    private static let end = "end\n"

    /// Reads what `text` wrote; nil where a field is missing or malformed, or the end is: the launcher died while it
    /// wrote.
    init?(_ text: String) {
        guard text.hasSuffix("\n\(Self.end)") else { return nil }
        var fields: [Substring: Substring] = [:]
        for line in text.dropLast(Self.end.count).split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { return nil }
            fields[line[..<space]] = line[line.index(after: space)...]
        }
        guard let servers = fields["servers"], let root = fields["root"], let node = fields["node"],
            let timeout = fields["timeout"].flatMap({ Int64($0) }), let id = fields["session"].flatMap({ Int64($0) }),
            let address = fields["address"].flatMap({ Address($0) }),
            let server = fields["server"].flatMap({ Address($0) })
        else { return nil }
        self.servers = String(servers)
        self.root = String(root)
        digest = fields["digest"].map(String.init)
        sessionTimeout = .milliseconds(timeout)
        session = SessionCredentials(
            id: id, password: fields["password", default: ""].split(separator: ",").compactMap { UInt8($0) })
        self.node = String(node)
        self.address = address
        identity = fields["identity"].map(String.init)
        self.server = server
        let file = fields["file"].map(String.init)
        self.file = file
        let isServer = identity == nil
        credentials = fields["secret"].map { secret in
            let renewable = RenewableSecret(String(secret)) { file.flatMap { writtenPassword(in: $0, isServer) } }
            return Credentials(username: fields["username"].map(String.init), password: Secret(renewable))
        }
        commandNames = CommandNames(text: fields["renamed"].map(String.init))
        startedUnder = fields["started-under"].flatMap { Address($0) }
        priority = fields["priority"].flatMap { Int($0) }
        if let folder = fields["folder"],
            let kind = fields["persistence"].flatMap({ Passport.Persistence(rawValue: String($0)) })
        {
            let paths = (0..<Self.pathLimit).compactMap { fields["path-\($0)"].map(String.init) }
            data = Data(
                folder: String(folder), paths: paths, persistence: kind, cluster: fields["cluster"].map(String.init),
                isUnknown: fields["unknown"] != nil)
        }
    }
}

/// The password in a server's rendered file: `interrex password` has it written there before the old one counts for
/// nothing.
private func writtenPassword(in file: String, _ isServer: Bool) -> String? {
    guard let bytes = try? readWholeFile(file) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    if isServer { return loginToMaster(in: text).password }
    return settingsValue(of: ["requirepass"], in: text).flatMap { $0.isEmpty ? nil : $0 }
}
