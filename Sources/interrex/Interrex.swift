import ArgumentParser
import Cluster
import Glibc

/// Where every run begins. A lease is told apart before ArgumentParser is touched: it stays resident beside every
/// server, and the parser's pages would cost it more than its whole budget allows.
@main
enum Main {
    static func main() {
        StandardStreams.fill()
        let arguments = Array(OwnProgram.arguments.dropFirst())
        if arguments == ["lease"] { Log.exit(Lease.main()) }
        if arguments.first == "hand-over" { Log.exit(HandOver.main(Array(arguments.dropFirst()))) }
        if arguments.count == 2, arguments[0] == LocalGuard.command { exit(LocalGuard.main(arguments[1])) }
        do {
            if try !launchPlainly(arguments) {
                var command = try Interrex.parseAsRoot(arguments)
                try command.run()
            }
        } catch {
            Log.exit(report(error))
        }
        Log.exit(0)
    }

    /// What a scheduler starts has no options: `interrex redis [-- ...]`. There is nothing to parse then, and parsing would
    /// cost more than the launch itself (`make bench`).
    private static func launchPlainly(_ arguments: [String]) throws -> Bool {
        guard let name = arguments.first, arguments.count == 1 || arguments[1] == "--" else { return false }
        switch name {
        case "redis": try RedisCommand.launch(.process, Array(arguments.dropFirst(2)))
        case "sentinel": try SentinelCommand.launch(.process, Array(arguments.dropFirst(2)))
        default: return false
        }
        return true
    }

    /// One line on standard error, and the exit code that goes with it. Help goes to standard output, whole.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let failure as Failure:
            Log.fail(failure.description)
            return failure.code.rawValue
        case let stopped as Stopped:
            return 128 + stopped.signal
        default:
            let code = Interrex.exitCode(for: error)
            guard code != .success else {
                print(Interrex.fullMessage(for: error))
                return 0
            }
            Log.fail("\(Interrex.message(for: error)); see --help")
            return code == .validationFailure ? ExitCode.usage.rawValue : code.rawValue
        }
    }
}

struct Interrex: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interrex",
        abstract: "Highly available Redis wherever its processes come up.",
        discussion: """
            Launchers find their role in ZooKeeper, render the configuration file
            and become the real server. Every option has a variable of its own; an
            option goes over the variable, the variable over the default.

            Exit codes:
              0        done
              64       wrong usage
              65       bad data in ZooKeeper
              69       ZooKeeper or Redis can't be reached
              75       no usable master in time
              77       not authorised
              78       bad configuration
              126/127  the real server can't be executed / isn't found
              128+n    ended by signal n
            """,
        version: "0.1.0",
        subcommands: [
            RedisCommand.self, SentinelCommand.self, LocalCommand.self, AsideCommand.self, RenewLeaseCommand.self,
        ])
}
