import ArgumentParser
import Cluster

/// Options that every command has: where ZooKeeper is, and how to log.
struct RegistryOptions: ParsableArguments {
    @Option(
        help:
            "ZooKeeper servers: host:port,...; zk://... and a /chroot are accepted (ZK_HOSTS; default: localhost:2181)."
    )
    var zkHosts: String?
    @Option(help: "Root path of the cluster in ZooKeeper (ZK_ROOT; default: /redis).")
    var zkRoot: String?
    @Option(help: "File that holds user:password for ZooKeeper (ZK_AUTH_FILE; or ZK_AUTH; default: none).")
    var zkAuthFile: String?
    @Option(help: "Session timeout to ask for (ZK_SESSION_TIMEOUT; default: 6s).")
    var zkSessionTimeout: String?
    @Option(help: "Name under which Sentinel monitors the master (MASTER_NAME; default: mymaster).")
    var masterName: String?
    @Option(help: "User of the redis-servers (REDIS_USERNAME; default: none).")
    var redisUsername: String?
    @Option(
        help:
            "File that holds the password of the redis-servers (REDIS_PASSWORD_FILE; or REDIS_PASSWORD; default: none)."
    )
    var redisPasswordFile: String?
    @Option(
        help:
            "What commands of the redis-servers are called, where rename-command has changed that: CONFIG=x,... (RENAMED_COMMANDS; default: nothing is renamed)."
    )
    var renamedCommands: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (LOG_LEVEL; default: info).")
    var logLevel: String?
    @Option(help: "text or json, always on standard error (LOG_FORMAT; default: text).")
    var logFormat: String?

    func override(_ environment: inout Environment) {
        environment.override("ZK_HOSTS", with: zkHosts)
        environment.override("ZK_ROOT", with: zkRoot)
        environment.override("ZK_AUTH_FILE", with: zkAuthFile)
        environment.override("ZK_SESSION_TIMEOUT", with: zkSessionTimeout)
        environment.override("MASTER_NAME", with: masterName)
        environment.override("REDIS_USERNAME", with: redisUsername)
        environment.override("REDIS_PASSWORD_FILE", with: redisPasswordFile)
        environment.override("RENAMED_COMMANDS", with: renamedCommands)
        environment.override("LOG_LEVEL", with: logLevel)
        environment.override("LOG_FORMAT", with: logFormat)
    }
}

/// Options of the launchers.
struct LaunchOptions: ParsableArguments {
    @Option(
        help: "Interface to bind to: its first IPv4, else its first global IPv6 address (NET_IFACE; default: eth0).")
    var netIface: String?
    @Option(help: "IP address to bind to, instead of an interface (BIND_IP).")
    var bindIp: String?
    @Option(help: "Port to listen on (PORT0; default: 6379, for a sentinel 26379).")
    var port0: String?
    @Option(help: "Address that others use, where it is not the bind IP; a name is resolved once (ANNOUNCE_IP).")
    var announceIp: String?
    @Option(help: "Port that others use (ANNOUNCE_PORT; default: PORT0).")
    var announcePort: String?
    @Option(help: "How long to wait for a usable master (MASTER_TIMEOUT; default: 60s).")
    var masterTimeout: String?
    @Option(help: "The server's working directory (DATA_DIR; default: the current directory).")
    var dataDir: String?
    @Option(help: "Where the rendered file goes (CONFIG_DIR; default: MESOS_SANDBOX, else DATA_DIR).")
    var configDir: String?

    func override(_ environment: inout Environment) {
        environment.override("NET_IFACE", with: netIface)
        environment.override("BIND_IP", with: bindIp)
        environment.override("PORT0", with: port0)
        environment.override("ANNOUNCE_IP", with: announceIp)
        environment.override("ANNOUNCE_PORT", with: announcePort)
        environment.override("MASTER_TIMEOUT", with: masterTimeout)
        environment.override("DATA_DIR", with: dataDir)
        environment.override("CONFIG_DIR", with: configDir)
    }
}

/// Options of the commands for operators.
struct OperatorOptions: ParsableArguments {
    @OptionGroup var registry: RegistryOptions
    @Option(
        help:
            "File that holds the password of the sentinels (SENTINEL_PASSWORD_FILE; or SENTINEL_PASSWORD; default: none)."
    )
    var sentinelPasswordFile: String?

    /// The variables as these options override them.
    var environment: Environment {
        var environment = Environment.process
        registry.override(&environment)
        environment.override("SENTINEL_PASSWORD_FILE", with: sentinelPasswordFile)
        return environment
    }
}
