import Cluster
import Processes
import Rendering
import Succession
import Vocabulary

/// What `interrex redis` needs to know.
struct RedisLaunchSettings: Sendable {
    let launch: LaunchSettings
    let sources: SourceFiles
    let minReplicas: Int
    /// Settings given on our own command line: they are lines of the file, so that nothing follows it.
    let arguments: [String]
    /// Kept from before the data is looked at; nil where nothing is launched.
    let lock: FolderLock?
    /// Where the server would look for its data, by the user's own settings.
    let dataFiles: DataFiles
    /// What the server would find there at its start.
    let inPlace: StoredCopy
    /// The freshest copy in the folder: that one, or one that was set aside before.
    let copy: StoredCopy
    let acceptLossAfter: Duration?
    /// All that the user has set, with where each line stands.
    let flat: FlatSettings
    /// The `replica-priority` that the user wants once a replica has synchronised; 0: it must never be master.
    let userPriority: Int

    /// Reads and checks everything, and renders once to see that the templates and the values go together.
    /// - Parameter forReal: whether to check the machine, too, and to lock the data folder.
    /// - Throws: `Failure`; `Stopped`.
    init(_ environment: Environment, arguments: [String], forReal: Bool) throws {
        launch = try LaunchSettings(environment, kind: .redis, forReal: forReal)
        sources = try SourceFiles(environment, kind: .redis)
        minReplicas = try environment.number("MIN_REPLICAS_TO_WRITE", default: 0, in: 0...1_000)
        self.arguments = arguments
        let (text, flat) = try Self.render(
            launch, sources, minReplicas, arguments, following: launch.address, clusterID: nil, startsEmpty: false)
        userPriority = userReplicaPriority(in: text)
        if let user = flat.undefinedUser, !definesUser(user, in: text) {
            throw environment.bad(
                "REDIS_USERNAME",
                "is \(user.clipped), and neither a user line nor an aclfile of the settings defines that user; add it to REDIS_CONF"
            )
        }
        self.flat = flat
        let log = LogDestination(text, folder: launch.dataFolder)
        if forReal { try log.check() }
        lock = forReal ? try launch.checkMachine(.redis) : nil
        if forReal {
            ConfigFile.removeLeftovers(of: [launch.configPath, "\(launch.dataFolder)/\(Passport.fileName)"])
        }
        dataFiles = DataFiles(folder: launch.dataFolder, settings: text)
        let name = try environment.text(ServerKind.redis.variable, default: ServerKind.redis.program)
        var knownRDB: Int?
        // The same answer for every copy: a program may take a while to give it.
        let newestRDB: () -> Int = {
            let newest =
                knownRDB ?? (try? ServerBinary(name, variable: ServerKind.redis.variable, environment))?.newestRDB
                ?? .max
            knownRDB = newest
            return newest
        }
        let found = dataFiles.find(newestRDB: newestRDB)
        let inPlace = StoredCopy(found, of: dataFiles)
        let asides = dataFiles.asides.times.map { [dataFiles] time in
            StoredCopy(dataFiles.aside(time).find(newestRDB: newestRDB), of: dataFiles, asideTime: time)
        }
        self.inPlace = inPlace
        copy = StoredCopy.freshest(of: [inPlace] + asides.filter(inPlace.mayBeReplaced))
        acceptLossAfter = try environment.acceptLossAfter()
        if let leftOut = flat.leftOutText { Log.info(leftOut) }
        if let elsewhere = log.elsewhere { Log.info(elsewhere) }
        if let doubt = found.doubt { Log.warn(doubt) }
        // A door of the settings' own that Interrex has no key to was refused.
        if forReal, launch.redis.credentials == nil, !launch.bind.isLoopback {
            Log.warn(
                "REDIS_PASSWORD is not set, and others reach \(launch.bind): whoever does may read, write and command this "
                    + "server; set it, or let a firewall decide who does")
        }
    }

    /// The file's text: of a replica of `master`, or of a master.
    /// - Throws: `Failure` (78), also where the server would load other files than those that were looked at.
    func render(following master: Address?, clusterID: String?, startsEmpty: Bool) throws(Failure) -> String {
        let (text, _) = try Self.render(
            launch, sources, minReplicas, arguments, following: master, clusterID: clusterID, startsEmpty: startsEmpty)
        let files = DataFiles(folder: launch.dataFolder, settings: text)
        guard files.loaded == dataFiles.loaded else {
            throw Failure(
                .badConfiguration,
                "the settings name \(files.loaded.clipped) as the data of a \(master == nil ? "master" : "replica"), and "
                    + "\(dataFiles.loaded.clipped) when they were read first; let them name the same in every role")
        }
        return text
    }

    private static func render(
        _ launch: LaunchSettings, _ sources: SourceFiles, _ minReplicas: Int, _ arguments: [String],
        following master: Address?, clusterID: String?, startsEmpty: Bool
    ) throws(Failure) -> (text: String, flat: FlatSettings) {
        var file = RedisFile(
            bind: launch.listener, announce: launch.announce,
            dataDirectory: launch.dataFolder,
            mark: Mark(root: launch.registry.root, masterName: launch.redis.masterName, clusterID: clusterID),
            master: master,
            credentials: launch.redis.credentials,
            minReplicasToWrite: minReplicas)
        return try rendering { () throws(RenderingError) in
            let flat = try file.flattened(settings: sources.settings, arguments: arguments, files: includedFiles)
            let text = try file.render(template: sources.template, settings: flat)
            let priority = userReplicaPriority(in: text)
            guard master != nil, startsEmpty, priority > 0 else { return (text, flat) }
            // A replica that never finished a synchronisation must not be promoted; Sentinel looks at no copy
            // (sentinel.c, sentinelSelectSlave).
            (file.replicaPriority, file.awaitedPriority) = (0, priority)
            // The settings may show either.
            let shown = try file.flattened(settings: sources.settings, arguments: arguments, files: includedFiles)
            return (try file.render(template: sources.template, settings: shown), shown)
        }
    }
}
