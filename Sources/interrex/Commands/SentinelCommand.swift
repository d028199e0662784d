import ArgumentParser
import Cluster
import Launching
import Rendering
import Vocabulary

/// `interrex sentinel`: wait for a master, render `sentinel.conf`, become `redis-sentinel`.
struct SentinelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sentinel", abstract: "Wait for a master, render sentinel.conf and become redis-sentinel.")

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var launch: LaunchOptions

    @Option(help: "Template around the settings (SENTINEL_TEMPLATE; default: the shipped one).")
    var sentinelTemplate: String?
    @Option(help: "Your own settings, a template too (SENTINEL_CONF; default: the shipped conf/sentinel.conf).")
    var sentinelConf: String?
    @Option(help: "The real server (REDIS_SENTINEL; default: redis-sentinel, found on PATH).")
    var redisSentinel: String?
    @Option(help: "How many sentinels must consider the master down (SENTINEL_QUORUM; default: 2).")
    var sentinelQuorum: String?
    @Option(help: "File that holds the sentinels' own password (SENTINEL_PASSWORD_FILE; or SENTINEL_PASSWORD).")
    var sentinelPasswordFile: String?

    @Flag(help: "Print the file and the decision with its reason; write nothing anywhere.")
    var renderOnly = false
    @Flag(help: "With --render-only: print secrets instead of hiding them.")
    var showSecrets = false
    @Option(help: "With --render-only: monitor this master, as HOST:PORT, instead of asking ZooKeeper.")
    var master: String?
    @Argument(
        parsing: .postTerminator,
        help: "Settings as redis-sentinel takes them (--loglevel verbose); they become lines of the file.")
    var serverArguments: [String] = []

    func validate() throws {
        if master != nil || showSecrets, !renderOnly {
            throw ValidationError("--master and --show-secrets go with --render-only")
        }
        if let master, Address(master) == nil { throw ValidationError("--master is no HOST:PORT") }
    }

    func run() throws {
        var environment = Environment.process
        registry.override(&environment)
        launch.override(&environment)
        environment.override("SENTINEL_TEMPLATE", with: sentinelTemplate)
        environment.override("SENTINEL_CONF", with: sentinelConf)
        environment.override("REDIS_SENTINEL", with: redisSentinel)
        environment.override("SENTINEL_QUORUM", with: sentinelQuorum)
        environment.override("SENTINEL_PASSWORD_FILE", with: sentinelPasswordFile)
        guard renderOnly else { return try SentinelLaunch.run(environment, serverArguments) }
        let text = try SentinelLaunch.preview(environment, serverArguments, monitoring: master.flatMap(Address.init))
        print(showSecrets ? text : redacted(text), terminator: "")
    }
}
