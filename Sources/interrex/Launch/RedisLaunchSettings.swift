import Cluster
import Redis
import Rendering
import Succession

/// What `interrex redis` needs to know.
struct RedisLaunchSettings: Sendable {
    let launch: LaunchSettings
    let sources: SourceFiles
    let minReplicas: Int
    /// Where the server would look for its data, by the user's own settings.
    let dataFiles: DataFiles
    /// The data that the server would start with.
    let data: Freshness
    /// One line, where a server would not load the data that is there; such data is only good to be set aside.
    let dataProblem: String?

    /// Reads and checks everything, and renders once to see that the templates and the values go together.
    init(_ environment: Environment, arguments: [String], forReal: Bool) throws(Failure) {
        launch = try LaunchSettings(environment, kind: .redis, arguments: arguments, forReal: forReal)
        sources = try SourceFiles(environment, kind: .redis)
        minReplicas = try environment.number("MIN_REPLICAS_TO_WRITE", default: 0, in: 0...1_000)
        let text = try Self.render(
            launch, sources, minReplicas, following: launch.address, clusterID: nil, startsEmpty: false)
        dataFiles = DataFiles(
            folder: launch.dataFolder,
            settings: effectiveSettings(text, arguments: arguments, folder: launch.dataFolder))
        let name = try environment.text(ServerKind.redis.variable, default: ServerKind.redis.program)
        let found = dataFiles.find {
            (try? ServerBinary(name, variable: ServerKind.redis.variable, environment))?.newestRDB ?? .max
        }
        (data, dataProblem) = (found.freshness, found.problem)
        if let credentials = launch.redis.credentials, let user = credentials.username, user != "default",
            !text.split(separator: "\n").contains(where: { $0.hasPrefix("user \(user) ") || $0.hasPrefix("aclfile ") })
        {
            Log.warn(
                "REDIS_USERNAME is \(user), but the settings neither define that user nor name an aclfile; see REDIS_CONF"
            )
        }
    }

    func checkMachine() throws(Failure) { try launch.checkMachine(.redis) }

    /// The file's text: of a replica of `master`, or of a master.
    func render(following master: Address?, clusterID: String?, startsEmpty: Bool) throws(Failure) -> String {
        try Self.render(launch, sources, minReplicas, following: master, clusterID: clusterID, startsEmpty: startsEmpty)
    }

    private static func render(
        _ launch: LaunchSettings, _ sources: SourceFiles, _ minReplicas: Int, following master: Address?,
        clusterID: String?, startsEmpty: Bool
    ) throws(Failure) -> String {
        let file = RedisFile(
            bindIP: launch.bind.description, port: launch.port, announce: launch.announce,
            dataDirectory: launch.dataFolder,
            mark: Rendering.Mark(
                root: launch.registry.root, masterName: launch.redis.masterName, clusterID: clusterID ?? "-"),
            master: master.map { HostPort($0) },
            credentials: launch.redis.credentials.map { Rendering.Credentials($0) },
            minReplicasToWrite: minReplicas,
            // A replica that never finished a synchronisation must not be promoted; Sentinel would (FACTS.md E).
            replicaPriority: master != nil && startsEmpty ? 0 : nil)
        return try rendering { () throws(RenderingError) in
            try file.render(template: sources.template, settings: sources.settings)
        }
    }

    /// The `replica-priority` that the user wants once a replica that started empty has synchronised.
    func userPriority() throws(Failure) -> Int {
        userReplicaPriority(in: try render(following: launch.address, clusterID: nil, startsEmpty: false))
    }
}
