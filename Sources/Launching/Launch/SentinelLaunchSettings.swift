import Cluster
import Processes
import Redis
import Rendering
import Succession
import Vocabulary

/// What `interrex sentinel` needs to know.
struct SentinelLaunchSettings: Sendable {
    private(set) var launch: LaunchSettings
    let sources: SourceFiles
    let quorum: Int
    /// Settings given on our own command line: they are lines of the file, so that nothing follows it.
    let arguments: [String]

    /// Reads and checks everything, and renders once: values that would not survive Sentinel's own rewrite of its file
    /// are refused before anything is written.
    init(_ environment: Environment, arguments: [String], forReal: Bool) throws(Failure) {
        launch = try LaunchSettings(environment, kind: .sentinel, forReal: forReal)
        sources = try SourceFiles(environment, kind: .sentinel)
        quorum = try environment.number("SENTINEL_QUORUM", default: 2, in: 1...1_000)
        self.arguments = arguments
        let (text, flat) = try rendered(
            monitoring: launch.address, identity: UUIDText.random(), clusterID: nil, seeds: Seeds())
        launch.redis.commandNames = try Self.commandNames(in: text, launch)
        let log = LogDestination(text, folder: launch.dataFolder)
        if forReal { try log.check() }
        if let leftOut = flat.leftOutText { Log.info(leftOut) }
        if let elsewhere = log.elsewhere { Log.info(elsewhere) }
    }

    func checkMachine() throws {
        try launch.checkMachine(.sentinel)
        // Its port is free, so nobody else writes the file that bears its number.
        ConfigFile.removeLeftovers(of: [launch.configPath])
        guard launch.redis.sentinelCredentials == nil, !launch.bind.isLoopback else { return }
        Log.warn(
            "SENTINEL_PASSWORD is not set, and others reach \(launch.bind): whoever does may command this sentinel, and name "
                + "another master; set it, or let a firewall decide who does")
    }

    /// - Throws: `Failure` (78) where the master's host is a name that can't be resolved, or a value can't go into the
    ///   file.
    func render(monitoring master: Address, identity: String, clusterID: String?, seeds: Seeds) throws(Failure)
        -> String
    {
        try rendered(monitoring: master, identity: identity, clusterID: clusterID, seeds: seeds).text
    }

    /// The same, with all that the user has set, and where each line stands.
    func rendered(
        monitoring master: Address, identity: String, clusterID: String?, seeds: Seeds
    ) throws(Failure) -> (text: String, flat: FlatSettings) {
        guard let numeric = resolved(master) else {
            throw Failure(
                .badConfiguration,
                "the master's host \"\(master.host)\" can't be resolved here, and Sentinel takes IP addresses only; "
                    + "name the master by its address")
        }
        let file = SentinelFile(
            bind: launch.listener, announce: launch.announce,
            dataDirectory: launch.dataFolder, identity: Identity.runID(identity),
            mark: Mark(root: launch.registry.root, masterName: launch.redis.masterName, clusterID: clusterID),
            master: numeric, quorum: quorum,
            credentials: launch.redis.credentials,
            renamedCommands: launch.redis.commandNames.renamed.map {
                RenamedCommand(command: $0.command, name: $0.name)
            },
            sentinelPassword: launch.redis.sentinelCredentials?.password,
            knownReplicas: seeds.replicas.compactMap { resolved($0) },
            knownSentinels: seeds.sentinels.compactMap { peer in
                resolved(peer.address).map {
                    SentinelFile.Peer(address: $0, identity: Identity.runID(peer.identity))
                }
            })
        return try rendering { () throws(RenderingError) in
            let flat = try file.flattened(settings: sources.settings, arguments: arguments, files: includedFiles)
            return (try file.render(template: sources.template, settings: flat), flat)
        }
    }

    /// As Sentinel takes it: a host name in its file is fatal, unless it was told to resolve names. Interrex registers
    /// addresses only, but a node that another tool wrote may hold a name.
    private func resolved(_ address: Address) -> Address? {
        guard address.host.kind == .name else { return address }
        return Resolution.first(of: address.host.description, like: launch.bind).flatMap {
            Address(host: $0, port: address.port)
        }
    }
}
