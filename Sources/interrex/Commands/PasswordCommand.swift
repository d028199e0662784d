import ArgumentParser
import Operating

/// `interrex password`: another password for the servers, while they go on.
struct PasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change the password of the redis-servers while they go on.",
        discussion: """
            1. interrex password add: all servers take the new password as well.
            2. Put the new one in the place of the old one wherever REDIS_PASSWORD or
               REDIS_PASSWORD_FILE is set, and give it to all clients. What starts from
               now on takes both too. What has it from a file need not start again.
            3. interrex password retire: the old one counts for nothing any more.
            """,
        subcommands: [PasswordAddCommand.self, PasswordRetireCommand.self])
}

struct PasswordAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Have all servers take a new password besides REDIS_PASSWORD.")

    @OptionGroup var options: OperatorOptions
    @Option(help: "File that holds the new password (default: it is asked for).", completion: .file())
    var newPasswordFile: String?
    @OptionGroup var change: PasswordOptions

    func run() throws { try PasswordAdd(file: newPasswordFile, change.options).run(options.environment) }
}

struct PasswordRetireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Have all servers take REDIS_PASSWORD only, and forget any other.",
        discussion: """
            Run it with the new password in REDIS_PASSWORD or REDIS_PASSWORD_FILE.
            With the old one there it takes interrex password add back.
            """)

    @OptionGroup var options: OperatorOptions
    @OptionGroup var change: PasswordOptions

    func run() throws { try PasswordRetire(change.options).run(options.environment) }
}

/// Options of both.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Only show what would be changed.")
    var dryRun = false
    @Flag(help: "Don't ask.")
    var yes = false
    @Flag(help: "Print JSON.")
    var json = false

    var options: ChangeOptions {
        ChangeOptions(isDry: dryRun, isAgreed: yes, mayLeaveOut: false, printsJSON: json)
    }
}
