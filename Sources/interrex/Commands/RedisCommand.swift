import ArgumentParser
import Cluster
import Launching
import Rendering
import Vocabulary

/// `interrex redis`: find this server's role, render `redis.conf`, become `redis-server`.
struct RedisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis", abstract: "Find this server's role, render redis.conf and become redis-server.")

    enum Role: String, ExpressibleByArgument, CaseIterable { case master, replica }

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var launch: LaunchOptions

    @Option(help: "Template around the settings (REDIS_TEMPLATE; default: the shipped one).")
    var redisTemplate: String?
    @Option(help: "Your own settings, a template too (REDIS_CONF; default: the shipped conf/redis.conf).")
    var redisConf: String?
    @Option(help: "The real server (REDIS_SERVER; default: redis-server, found on PATH).")
    var redisServer: String?
    @Option(help: "Replicas that must be linked before a master takes writes (MIN_REPLICAS_TO_WRITE; default: 0).")
    var minReplicasToWrite: String?
    @Option(
        help:
            "After so long without a master the best copy present may begin, though better ones are missing (ACCEPT_LOSS_AFTER; default: never)."
    )
    var acceptLossAfter: String?

    @Flag(help: "Print the file and the decision with its reason; write nothing anywhere.")
    var renderOnly = false
    @Flag(help: "With --render-only: print secrets instead of hiding them.")
    var showSecrets = false
    @Option(help: "With --render-only: take this role instead of asking ZooKeeper.")
    var role: Role?
    @Option(help: "With --role replica: the master to follow, as HOST:PORT.")
    var master: String?
    @Argument(
        parsing: .postTerminator,
        help: "Settings as redis-server takes them (--maxmemory 64mb); they become lines of the file.")
    var serverArguments: [String] = []

    func validate() throws {
        if role != nil || showSecrets, !renderOnly {
            throw ValidationError("--role and --show-secrets go with --render-only")
        }
        if (role == .replica) != (master != nil) {
            throw ValidationError("--role replica and --master HOST:PORT go together")
        }
        if let master, Address(master) == nil { throw ValidationError("--master is no HOST:PORT") }
    }

    func run() throws {
        var environment = Environment.process
        registry.override(&environment)
        launch.override(&environment)
        environment.override("REDIS_TEMPLATE", with: redisTemplate)
        environment.override("REDIS_CONF", with: redisConf)
        environment.override("REDIS_SERVER", with: redisServer)
        environment.override("MIN_REPLICAS_TO_WRITE", with: minReplicasToWrite)
        environment.override("ACCEPT_LOSS_AFTER", with: acceptLossAfter)
        guard renderOnly else { return try RedisLaunch.run(environment, serverArguments) }
        let text = try RedisLaunch.preview(environment, serverArguments, as: givenRole)
        print(showSecrets ? text : redacted(text), terminator: "")
    }

    private var givenRole: RedisLaunch.GivenRole? {
        switch (role, master.flatMap(Address.init)) {
        case (.master?, _): .master
        case (.replica?, let master?): .replica(of: master)
        default: nil
        }
    }
}
