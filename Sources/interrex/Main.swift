import ArgumentParser
import Cluster
import Glibc
import Launching
import Local
import Processes

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

    /// What a scheduler starts has no options: `interrex redis [-- ...]`. There is nothing to parse then, and parsing
    /// would cost more than the launch itself (`make bench`).
    private static func launchPlainly(_ arguments: [String]) throws -> Bool {
        guard let name = arguments.first, arguments.count == 1 || arguments[1] == "--" else { return false }
        switch name {
        case "redis": try RedisLaunch.run(.process, Array(arguments.dropFirst(2)))
        case "sentinel": try SentinelLaunch.run(.process, Array(arguments.dropFirst(2)))
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
