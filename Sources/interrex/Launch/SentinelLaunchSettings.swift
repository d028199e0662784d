import Cluster
import Redis
import Rendering
import Succession

/// Whom a new sentinel is told of besides the master: only those that answer.
struct Seeds: Equatable, Sendable {
    var replicas: [Address] = []
    /// Address and identity.
    var sentinels: [Peer] = []

    struct Peer: Equatable, Sendable {
        var address: Address
        var identity: String
    }
}

/// What `interrex sentinel` needs to know.
struct SentinelLaunchSettings: Sendable {
    let launch: LaunchSettings
    let sources: SourceFiles
    let quorum: Int

    /// Reads and checks everything, and renders once: values that would not survive Sentinel's own rewrite of its file are
    /// refused before anything is written.
    init(_ environment: Environment, arguments: [String], forReal: Bool) throws(Failure) {
        launch = try LaunchSettings(environment, kind: .sentinel, arguments: arguments, forReal: forReal)
        sources = try SourceFiles(environment, kind: .sentinel)
        quorum = try environment.number("SENTINEL_QUORUM", default: 2, in: 1...1_000)
        _ = try render(monitoring: launch.address, identity: UUIDText.random(), clusterID: nil, seeds: Seeds())
    }

    func checkMachine() throws(Failure) { try launch.checkMachine(.sentinel) }

    func render(monitoring master: Address, identity: String, clusterID: String?, seeds: Seeds) throws(Failure)
        -> String
    {
        let file = SentinelFile(
            bindIP: launch.bind.description, port: launch.port, announce: launch.announce,
            dataDirectory: launch.dataFolder, identity: Identity.runID(identity),
            mark: Rendering.Mark(
                root: launch.registry.root, masterName: launch.redis.masterName, clusterID: clusterID ?? "-"),
            master: HostPort(master), quorum: quorum,
            credentials: launch.redis.credentials.map { Rendering.Credentials($0) },
            sentinelPassword: launch.redis.sentinelCredentials.map { Secret($0.password) },
            knownReplicas: seeds.replicas.map { HostPort($0) },
            knownSentinels: seeds.sentinels.map {
                SentinelFile.Peer(address: HostPort($0.address), identity: Identity.runID($0.identity))
            })
        return try rendering { () throws(RenderingError) in
            try file.render(template: sources.template, settings: sources.settings)
        }
    }
}
