import ArgumentParser
import Cluster
import Operating

/// `interrex master`: where to write.
struct MasterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master", abstract: "Print the master's HOST:PORT, if it answers as one.",
        discussion: "Exit code 75 where nobody answers as master.")

    @OptionGroup var options: OperatorOptions
    @Flag(help: "Wait until there is one.")
    var wait = false
    @Option(help: "With --wait: for how long, 1ms to 1d (default: 60s).")
    var timeout: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if timeout != nil, !wait { throw ValidationError("--timeout goes with --wait") }
    }

    func run() throws {
        let limit = try duration(timeout ?? "60s", of: "--timeout", in: .milliseconds(1)...(.seconds(86_400)))
        try Listing(.master(wait: wait ? limit : nil), printsJSON: json).run(options.environment)
    }
}

/// `interrex sentinels`: whom clients ask.
struct SentinelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sentinels", abstract: "Print HOST:PORT of each sentinel that answers.",
        discussion: """
            Exit code 69 where none answers. With --json those that do not answer are
            listed, too.
            """)

    @OptionGroup var options: OperatorOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws { try Listing(.sentinels, printsJSON: json).run(options.environment) }
}

/// `interrex replicas`: where to read.
struct ReplicasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replicas", abstract: "Print HOST:PORT of each replica that is linked to the master.")

    @OptionGroup var options: OperatorOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws { try Listing(.replicas, printsJSON: json).run(options.environment) }
}

/// `interrex history`: who was master, since when, and why.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the changes of the master: when, why, who, and how long each took.",
        discussion: """
            The newest stands last. Times are of this machine's time zone. What a
            change took is counted from the first sign of it to its record. For how
            long clients could not write is another time: interrex switchover says
            that of itself.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(name: .customShort("n"), help: "Show so many of the newest: 1 to 100, which are all that are kept.")
    var count = 100
    @Flag(help: "Show times in UTC, with milliseconds.")
    var utc = false
    @Flag(help: "Print JSON; times are in UTC.")
    var json = false

    func validate() throws {
        if !(1...100).contains(count) { throw ValidationError("-n takes a number from 1 to 100") }
    }

    func run() throws {
        try Listing(.history(count: count, inUTC: utc), printsJSON: json).run(options.environment)
    }
}
