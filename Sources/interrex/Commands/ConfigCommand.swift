import ArgumentParser
import Cluster
import Operating
import Vocabulary

/// `interrex config`: what servers run with, looked at and changed.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show what a server runs with; change a setting on all servers at once.",
        subcommands: [ConfigShowCommand.self, ConfigSetCommand.self])
}

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show where a server's running settings are not those of its rendered file.",
        discussion: """
            The file can only be read on the server's own host, as its user.
            Elsewhere its settings are compared with those of the other members and
            with Redis's defaults. Exit code 1 says that there is a difference.
            """)

    @OptionGroup var options: OperatorOptions
    @Argument(help: "The server, as HOST:PORT.", completion: .liveServers)
    var address: String
    @Flag(help: "Print all running settings.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        guard let address = Address(address) else { throw ValidationError("\"\(address.prefix(40))\" is no HOST:PORT") }
        try ConfigShow(of: address, showsAll: all, printsJSON: json).run(options.environment)
    }
}

struct ConfigSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a setting on all live servers, or on none.",
        discussion: """
            Each server must know the setting. The replicas are told first, the
            master last; where one does not take the value, the others get their old
            one back. Then each writes it into its rendered file. A server that
            starts again has what REDIS_CONF on its host says: change it there too.

            With --sentinel it is a setting of the master that the sentinels have,
            such as quorum, down-after-milliseconds or failover-timeout.
            """)

    @OptionGroup var options: OperatorOptions
    @Argument(help: "The setting, as CONFIG GET names it; with --sentinel as SENTINEL SET does.")
    var name: String
    @Argument(
        help: "Its value, as redis.conf takes it (1gb); several words in quotes. Of sentinels also 5s, 500ms, 2m.")
    var value: String
    @Flag(help: "Change it on all sentinels, for our master.")
    var sentinel = false
    @Flag(help: "Only show what would be changed.")
    var dryRun = false
    @Flag(help: "Don't ask.")
    var yes = false
    @Flag(help: "Leave out those that give no answer; without it nothing is changed then.")
    var partial = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let change = ChangeOptions(isDry: dryRun, isAgreed: yes, mayLeaveOut: partial, printsJSON: json)
        if sentinel { return try SentinelSet(name, to: value, change).run(options.environment) }
        try ConfigSet(name, to: value, change).run(options.environment)
    }
}
