import ArgumentParser
import Cluster
import Operating
import Vocabulary

/// `interrex failover`: another master where the cluster can't help itself.
struct FailoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover", abstract: "Force another master where the cluster can't help itself.",
        discussion: """
            For a master that hangs and that nobody replaces: no majority of
            sentinels, no watcher, or a freeze that they do not see. It says what
            would be lost, has the cluster's root typed, then promotes, records, and
            tells the sentinels and the other replicas.

            Where the master answers it refuses: a switchover loses nothing.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(help: "The next master, as HOST:PORT (default: whoever is freshest).", completion: .liveReplicas)
    var to: String?
    @Option(help: "Why, for the history.")
    var why: String?
    @Option(help: "The cluster's root (ZK_ROOT): don't ask.")
    var confirm: String?
    @Flag(help: "Say what would be done and lost; do nothing.")
    var dryRun = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try FailoverOrder(
            to: to.map { try address($0, of: "--to") }, why: why.map { try line($0, of: "--why") }, isDry: dryRun,
            confirmation: confirm, printsJSON: json
        ).run(options.environment)
    }
}
