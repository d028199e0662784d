import ArgumentParser
import Cluster
import Launching

/// `interrex aside`: what was set aside in a server's folder, and whether it is needed.
struct AsideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aside", abstract: "List the copies of data that were set aside in DATA_DIR, and prune them.",
        discussion: """
            A launcher sets data aside that is no part of its master's history, and
            never deletes it. A server's lease deletes a copy once the server provably
            holds all that is in it. What is left is listed here: it may hold writes
            that are nowhere else.

            --yes deletes the copies that are contained in what the server holds;
            --prune TIME or --prune all, with --yes, deletes others too.
            """)

    @OptionGroup var registry: RegistryOptions
    @Option(help: "The server's folder (DATA_DIR; default: the current directory).")
    var dataDir: String?
    @Option(help: "What to delete: \"contained\", \"all\", or the time of one copy as it is listed; only with --yes.")
    var prune: String?
    @Flag(help: "Delete; without it only what would be deleted is said.")
    var yes = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var environment = Environment.process
        registry.override(&environment)
        environment.override("DATA_DIR", with: dataDir)
        try Aside(prune: prune, deletes: yes, printsJSON: json).run(environment)
    }
}
