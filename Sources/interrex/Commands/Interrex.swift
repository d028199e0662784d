import ArgumentParser
import Cluster

/// The command line: what there is, and what every run may end with.
struct Interrex: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interrex",
        abstract: "Highly available Redis wherever its processes come up.",
        discussion: """
            Launchers find their role in ZooKeeper, render the configuration file
            and become the real server. Every option has a variable of its own; an
            option overrides the variable, the variable the default.

            Exit codes:
            \(exitCodes)
            """,
        version: OwnProgram.version,
        subcommands: [
            RedisCommand.self, SentinelCommand.self, LocalCommand.self, AsideCommand.self, RenewLeaseCommand.self,
        ])

    private static var exitCodes: String {
        ExitCode.meanings.map { codes, meaning in
            "  \(codes)\(String(repeating: " ", count: 9 - codes.count))\(meaning)"
        }.joined(separator: "\n")
    }
}
