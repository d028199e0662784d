import Cluster
import Glibc
import Runtime
import Succession
import Vocabulary

/// All that a watcher is told by its environment.
struct WatcherSettings: Sendable {
    var registry: RegistrySettings
    var roots: Roots
    var redis: RedisSettings
    /// The address that the HTTP port is bound to.
    var host: String
    var port: Int
    /// Both, as a person writes them.
    var listening: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    /// Where others reach it.
    var address: Address
    var hooks: String?
    /// After so long without a master the best copy may begin, though better ones are missing; nil: never.
    var acceptLossAfter: Duration?

    /// - Throws: `Failure` (78) that names the variable.
    init(_ environment: Environment) throws(Failure) {
        roots = try Roots(environment)
        // One session serves all clusters, whatever their roots.
        var single = environment
        single.set("ZK_ROOT", to: roots.clusters.first ?? roots.parents[0])
        registry = try RegistrySettings(single)
        redis = try RedisSettings(environment)
        port = try environment.number("PORT0", default: 8080, in: 1...65_535)
        host = try environment.text("BIND_IP") ?? "0.0.0.0"
        guard let bound = Host(host), bound.kind != .name else {
            throw environment.bad("BIND_IP", "is \"\(host.prefix(40))\"; it must be an IP address")
        }
        let announced = try environment.text("ANNOUNCE_IP")
        if let announced, Host(announced) == nil {
            throw environment.bad(
                "ANNOUNCE_IP", "is \"\(announced.prefix(40))\"; it must be an IP address or a host name")
        }
        let publicPort = try environment.number("ANNOUNCE_PORT", default: port, in: 1...65_535)
        let ownHost = bound.isWildcard ? try Self.ownAddress(environment) : bound
        let publicHost = announced.flatMap { Host($0) } ?? ownHost
        guard let address = Address(host: publicHost, port: publicPort) else {
            throw environment.bad("ANNOUNCE_PORT", "is no port")
        }
        self.address = address
        acceptLossAfter = try environment.acceptLossAfter()
        hooks = try environment.text("HOOKS_DIR")
        if let hooks, !Self.isReadableFolder(hooks) {
            throw environment.bad(
                "HOOKS_DIR", "is \(hooks.clipped), which can't be read (\(lastError())); check its path and mode")
        }
    }

    /// Where not, `errno` says why.
    private static func isReadableFolder(_ path: String) -> Bool {
        guard let stream = opendir(path) else { return false }
        closedir(stream)
        return access(path, X_OK) == 0
    }

    /// The address to register where all are listened on: that of `NET_IFACE` where this machine has it. Nothing
    /// depends on it but what people read.
    private static func ownAddress(_ environment: Environment) throws(Failure) -> Host {
        let name = try environment.text("NET_IFACE")
        if let name { return try Interface.address(of: name, environment) }
        return (try? Interface.address(of: "eth0", environment)) ?? Host("127.0.0.1")!
    }
}
