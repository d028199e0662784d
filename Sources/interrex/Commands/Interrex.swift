import ArgumentParser
import Cluster

/// The command line: what there is, and what every run may end with.
struct Interrex: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interrex",
        abstract: "Highly available Redis wherever its processes come up.",
        discussion: """
            Launchers find their role in ZooKeeper, render the configuration file
            and become the real server. Options that say where the cluster is, and
            how to start a server, have a variable each, which their help names: an
            option overrides the variable, the variable the default. Options that
            say what to do now (--yes, --why, --watch) have none.

            Exit codes:
            \(exitCodes)
            """,
        version: OwnProgram.version,
        subcommands: [
            StatusCommand.self, MasterCommand.self, SentinelsCommand.self, ReplicasCommand.self, HistoryCommand.self,
            DoctorCommand.self, SwitchoverCommand.self, PauseCommand.self, ResumeCommand.self, FailoverCommand.self,
            ForgetCommand.self, AcceptLossCommand.self, ConfigCommand.self, PasswordCommand.self, RedisCommand.self,
            SentinelCommand.self, LocalCommand.self, AsideCommand.self,
            RenewLeaseCommand.self,
        ])

    private static var exitCodes: String {
        ExitCode.meanings.map { codes, meaning in
            "  \(codes)\(String(repeating: " ", count: 9 - codes.count))\(meaning)"
        }.joined(separator: "\n")
    }
}
