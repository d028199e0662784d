import ArgumentParser
import Cluster
import Operating
import Vocabulary

/// `interrex pause`: no watcher changes a server.
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Keep the watchers from changing servers.",
        discussion: """
            Masters are still recorded, and Sentinel's own failovers go on. Nobody
            else replaces a master that fails, and no switchover is made.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(help: "Why, for whoever finds it paused.")
    var why: String
    @Option(name: .customLong("for"), help: "How long: 1s to 7d, as 10m, 3h or 3600 (default: until interrex resume).")
    var time: String?
    @Option(help: "Who pauses (default: USER@HOST).")
    var who: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try PauseOrder(
            why: line(why, of: "--why"),
            for: time.map { try duration($0, of: "--for", in: .seconds(1)...(.seconds(7 * 86_400))) },
            who: who.map { try line($0, of: "--who") }, printsJSON: json
        ).run(options.environment)
    }
}

/// `interrex resume`: the watchers go on.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a pause.",
        discussion: "Where the cluster is not paused it says so, and ends with 0.")

    @OptionGroup var options: OperatorOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws { try ResumeOrder(printsJSON: json).run(options.environment) }
}
