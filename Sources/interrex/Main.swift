import ArgumentParser
import Cluster
import Glibc
import Launching
import Local
import Operating
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
            Log.exit(report(error, arguments))
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
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        switch error {
        case let failure as Failure:
            Log.fail(failure)
            return failure.code.rawValue
        case let finished as OperatorRun.Finished: return finished.code
        case let stopped as Stopped:
            return 128 + stopped.signal
        default:
            let code = Interrex.exitCode(for: error)
            guard code != .success else {
                print(BashAddresses.completed(Interrex.fullMessage(for: error)))
                return 0
            }
            let names = command(in: arguments)
            // The line is to have the form that was asked for; a wrong one is not what this is about.
            if !Log.isStarted {
                var environment = Environment.process
                environment.override("LOG_FORMAT", with: logFormat(in: arguments))
                try? Log.start(environment, command: names.joined(separator: " "))
            }
            let message = Interrex.message(for: error)
            let help = (["interrex"] + names + ["--help"]).joined(separator: " ")
            Log.fail(message.hasSuffix("?") ? "\(message) See \(help)" : "\(message); see \(help)")
            return code == .validationFailure ? ExitCode.usage.rawValue : code.rawValue
        }
    }

    /// The names of the command that is meant, below `interrex`: no option stands before them.
    private static func command(in arguments: [String]) -> [String] {
        var (command, names): (any ParsableCommand.Type, [String]) = (Interrex.self, [])
        for argument in arguments {
            let named = command.configuration.subcommands.first { $0.configuration.commandName == argument }
            guard let named else { break }
            command = named
            names.append(argument)
        }
        return names
    }

    /// Of arguments that can't be parsed.
    private static func logFormat(in arguments: [String]) -> String? {
        let option = "--log-format"
        return zip(arguments, arguments.dropFirst() + [""]).reduce(nil) { found, pair in
            if pair.0 == option { return pair.1 }
            return pair.0.hasPrefix("\(option)=") ? String(pair.0.dropFirst(option.count + 1)) : found
        }
    }
}
