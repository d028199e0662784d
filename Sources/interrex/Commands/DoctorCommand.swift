import ArgumentParser
import Cluster
import Inspection
import Operating

/// `interrex doctor`: what is wrong with the cluster, or will be, and what mends it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for every known misconfiguration, and say what mends it.",
        discussion: """
            Ends with 0 where all is well, with 1 where there is a warning or something
            could not be asked, with 2 where there is a failure.

            Run it on each server's host as well: the kernel, disks and limits are those
            of the machine that it runs on.
            """)

    @OptionGroup var options: OperatorOptions
    @Option(
        help: ArgumentHelp("Run this check alone; may be given several times.", valueName: "name"),
        completion: .list(Checks.all.map(\.name)))
    var check: [String] = []
    @Flag(help: "List the checks.")
    var list = false
    @Flag(help: "Show what passes, too.")
    var verbose = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let unknown = check.first(where: { Checks.named($0) == nil }) {
            throw ValidationError("there is no check \(unknown); --list names them")
        }
    }

    func run() throws {
        guard !list else { return try Doctor.list(options.environment) }
        try Doctor(only: check.isEmpty ? nil : check, isVerbose: verbose, printsJSON: json).run(options.environment)
    }
}
