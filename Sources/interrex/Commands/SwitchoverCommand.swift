import ArgumentParser
import Cluster
import Operating
import Vocabulary

/// `interrex switchover`: another master in the place of one that lives.
struct SwitchoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchover", abstract: "Let a replica take the master's place, without losing a write.",
        discussion: """
            It shows what it will do and asks, has the leading watcher do it, and
            says for how long clients could not write. Where it is refused, it says
            why and what to do, and nothing was done.

            As a scheduler's stop hook: --away-from HOST:PORT --yes, with the address
            of the server that is about to be stopped. Where that is not the master,
            it ends at once with 0.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(
        help: "The next master, as HOST:PORT (default: the replica that is furthest on).", completion: .liveReplicas)
    var to: String?
    @Option(help: "Only if this one, as HOST:PORT, is master.", completion: .liveServers)
    var awayFrom: String?
    @Flag(help: "Say what would be done, and whether it could begin; do nothing.")
    var dryRun = false
    @Flag(help: "Don't ask.")
    var yes = false
    @Option(help: "How long it may take until it begins: 1s to 1h.")
    var timeout = "30s"
    @Option(help: "Who asks, for the history (default: USER@HOST).")
    var who: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard let to, to == awayFrom else { return }
        throw ValidationError("--to and --away-from are both \(to.prefix(40)); nobody can give way to himself")
    }

    func run() throws {
        try SwitchoverOrder(
            to: to.map { try address($0, of: "--to") }, awayFrom: awayFrom.map { try address($0, of: "--away-from") },
            isDry: dryRun, isAgreed: yes,
            timeout: duration(timeout, of: "--timeout", in: .seconds(1)...(.seconds(3_600))),
            who: who.map { try line($0, of: "--who") }, printsJSON: json
        ).run(options.environment)
    }
}
