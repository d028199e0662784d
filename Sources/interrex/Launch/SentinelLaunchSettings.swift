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

    func checkMachine() throws { try launch.checkMachine(.sentinel) }

    /// - Throws: `Failure` (78) where the master's host is a name that can't be resolved, or a value can't go into the file.
    func render(monitoring master: Address, identity: String, clusterID: String?, seeds: Seeds) throws(Failure)
        -> String
    {
        guard let numeric = resolved(master) else {
            throw Failure(
                .badConfiguration,
                "the master's host \"\(master.host)\" can't be resolved here, and Sentinel takes IP addresses only; "
                    + "name the master by its address")
        }
        let file = SentinelFile(
            bindIP: launch.bind.description, port: launch.port, announce: launch.announce,
            dataDirectory: launch.dataFolder, identity: Identity.runID(identity),
            mark: Rendering.Mark(
                root: launch.registry.root, masterName: launch.redis.masterName, clusterID: clusterID ?? "-"),
            master: HostPort(numeric), quorum: quorum,
            credentials: launch.redis.credentials.map { Rendering.Credentials($0) },
            sentinelPassword: launch.redis.sentinelCredentials.map { Secret($0.password) },
            knownReplicas: seeds.replicas.compactMap { resolved($0).map { HostPort($0) } },
            knownSentinels: seeds.sentinels.compactMap { peer in
                resolved(peer.address).map {
                    SentinelFile.Peer(address: HostPort($0), identity: Identity.runID(peer.identity))
                }
            })
        return try rendering { () throws(RenderingError) in
            try file.render(template: sources.template, settings: sources.settings)
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
