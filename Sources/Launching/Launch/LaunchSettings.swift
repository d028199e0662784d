import Cluster
import Glibc
import Processes
import Rendering
import Succession
import Vocabulary

/// What both launchers need to know, read and checked before ZooKeeper is touched.
struct LaunchSettings: Sendable {
    let registry: RegistrySettings
    var redis: RedisSettings
    let bind: Host
    let port: Int
    /// The address that others use.
    let address: Address
    let masterTimeout: Duration
    let dataFolder: String
    /// The rendered file.
    let configPath: String
    /// The real server; nil where it is only rendered for.
    let server: ServerBinary?

    /// - Throws: `Failure` (78) that names the variable, or 127/126 for the server.
    init(_ environment: Environment, kind: ServerKind, forReal: Bool) throws(Failure) {
        registry = try RegistrySettings(environment)
        Log.always(.cluster(registry.root))
        redis = try RedisSettings(environment)
        port = try environment.number("PORT0", default: kind.port, in: 1...65_535)
        bind = try Self.bind(environment)
        address = try Self.address(environment, bind: bind, port: port)
        Log.always(.cluster(registry.root), .address(address))
        masterTimeout = try environment.duration(
            "MASTER_TIMEOUT", default: .seconds(60), in: .milliseconds(1)...(.seconds(86_400)))
        dataFolder = try Folder.absolute(environment.text("DATA_DIR", default: "."), "DATA_DIR")
        let sandbox = try environment.text("MESOS_SANDBOX", default: dataFolder)
        let configFolder = try Folder.absolute(environment.text("CONFIG_DIR", default: sandbox), "CONFIG_DIR")
        configPath = "\(configFolder)/\(kind.fileStem)-\(port).conf"
        let name = try environment.text(kind.variable, default: kind.program)
        server = forReal ? try ServerBinary(name, variable: kind.variable, environment) : nil
    }

    /// Where the server listens.
    var listener: Address { Address(host: bind, port: port)! }

    /// The address that others use; nil where that is the listener's.
    var announce: Address? { address == listener ? nil : address }

    /// Where this machine reaches its own server.
    var localAddress: Address {
        let host = bind.isWildcard ? (bind.kind == .ipv6 ? "::1" : "127.0.0.1") : bind.description
        return Address(host: host, port: port)!
    }

    /// What only the machine can tell: that the folders can be written, that no other redis-server uses the data
    /// folder, and that the port is free.
    /// - Returns: the lock on the data folder; nil for a sentinel, whose folder may be shared.
    /// - Throws: `Failure` (78); `Stopped`.
    @discardableResult
    func checkMachine(_ kind: ServerKind) throws -> FolderLock? {
        try Folder.checkWritable(dataFolder, variable: "DATA_DIR")
        let configFolder = String(configPath[..<configPath.lastIndex(of: "/")!])
        if configFolder != dataFolder { try Folder.checkWritable(configFolder, variable: "CONFIG_DIR") }
        let lock =
            kind == .redis
            ? try FolderLock.take(
                dataFolder, as: address.description, advice: "set DATA_DIR to a folder of this server's own")
            : nil
        try Port.checkFree(bind, port)
        return lock
    }

    private static func bind(_ environment: Environment) throws(Failure) -> Host {
        if let text = try environment.text("BIND_IP") {
            guard let host = Host(text), host.kind != .name else {
                throw environment.bad("BIND_IP", "is \"\(text.prefix(60))\"; it must be an IP address")
            }
            return host
        }
        return try Interface.address(of: environment.text("NET_IFACE", default: "eth0"), environment)
    }

    private static func address(_ environment: Environment, bind: Host, port: Int) throws(Failure) -> Address {
        let port = try environment.number("ANNOUNCE_PORT", default: port, in: 1...65_535)
        guard let text = try environment.text("ANNOUNCE_IP") else {
            guard !bind.isWildcard else {
                throw environment.bad(
                    "ANNOUNCE_IP", "is needed, because BIND_IP is a wildcard: set the address that others use")
            }
            return Address(host: bind, port: port)!
        }
        guard let host = Host(text), !host.isWildcard else {
            throw environment.bad("ANNOUNCE_IP", "is \"\(text.prefix(60))\"; it must be an IP address or a host name")
        }
        // Sentinel refuses host names, so a name is resolved here, once.
        guard host.kind == .name else { return Address(host: host, port: port)! }
        let line =
            "waiting, as long as the system does: ANNOUNCE_IP=\(text.clipped) is looked up, and no name server has answered yet"
        guard let resolved = sayingIfLong(line, { Resolution.first(of: host.description, like: bind) }) else {
            throw environment.bad(
                "ANNOUNCE_IP", "is \"\(text.prefix(60))\", which can't be resolved; use an IP address")
        }
        return Address(host: resolved, port: port)!
    }
}
