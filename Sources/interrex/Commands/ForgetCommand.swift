import ArgumentParser
import Cluster
import Operating
import Vocabulary

/// `interrex forget`: a server or sentinel that will not come back.
struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Take out a server or sentinel that is gone for good.",
        discussion: """
            Makes the sentinels forget it, one at a time (SENTINEL RESET), deletes
            what is left of it in ZooKeeper, and has it not counted any more. A
            watcher does the same after a while; this says that there is nothing to
            wait for. It refuses where the address answers or has a lease.
            """)

    @OptionGroup var options: OperatorOptions
    @Argument(help: "Where it was, as HOST:PORT.")
    var address: String
    @Flag(help: "Say what would be done; do nothing.")
    var dryRun = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        guard let place = Address(address) else { throw ValidationError("\"\(address.prefix(40))\" is no HOST:PORT") }
        try ForgetOrder(place, isDry: dryRun, printsJSON: json).run(options.environment)
    }
}
