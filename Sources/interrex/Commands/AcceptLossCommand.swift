import ArgumentParser
import Cluster
import Operating

/// `interrex accept-loss`: what is missing is given up.
struct AcceptLossCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-loss", abstract: "Let a cold start begin with less than there was.",
        discussion: """
            Where all servers were down and the best copy that came back lacks what
            there was, its launcher waits for a better one. This shows which copies
            are here, which are missing and what would be lost, asks, and lets the
            best one begin. It counts once.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(help: "Why, for whoever asks later.")
    var why: String?
    @Option(help: "Who accepts it (default: USER@HOST).")
    var who: String?
    @Flag(help: "Don't ask.")
    var yes = false
    @Flag(help: "Take back what was accepted and nobody has begun with.")
    var withdraw = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if withdraw == (why != nil) { throw ValidationError("say either --why or --withdraw") }
    }

    func run() throws {
        guard let why, !withdraw else { return try LossWithdrawal(printsJSON: json).run(options.environment) }
        try LossOrder(
            why: line(why, of: "--why"), who: who.map { try line($0, of: "--who") }, isAgreed: yes, printsJSON: json
        ).run(options.environment)
    }
}
