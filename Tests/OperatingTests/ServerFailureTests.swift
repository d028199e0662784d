import Cluster
import Operating
import Redis
import Testing
import Vocabulary

/// What is said where a server does not do what it is told: an exit code, and what to do.
@Suite(.timeLimit(.minutes(5))) struct ServerFailureTests {
    private static let address = Address("10.0.0.1:6379")!

    @Test(arguments: [
        (
            RedisError.Code.denied, "WRONGPASS invalid username-password pair", ExitCode.notAuthorised,
            "check SENTINEL_PASSWORD"
        ),
        (.denied, "NOPERM this user has no permissions", .notAuthorised, "RENAMED_COMMANDS"),
        (.denied, "DENIED Redis is running in protected mode", .notAuthorised, "run this on its host"),
        (.denied, "ERR max number of clients reached", .unavailable, "maxclients"),
        (.loading, "LOADING Redis is loading the dataset in memory", .unavailable, "wait until it has loaded"),
        (.loading, "BUSY Redis is busy running a script", .unavailable, "SCRIPT KILL"),
        (.server, "ERR No such master with that name", .badConfiguration, "check MASTER_NAME"),
        (.server, "ERR something else", .badConfiguration, "see the log"),
        (.timedOut, "no reply within 3 s", .unavailable, "start it again"),
    ])
    func eachAnswerHasItsRemedy(_ code: RedisError.Code, _ message: String, _ exit: ExitCode, _ remedy: String) {
        let error = RedisError(code, address: Self.address, command: "CONFIG SET", message: message)
        let failure = Failure(of: error, by: Self.address, .sentinel)
        #expect(failure.code == exit, "\(failure)")
        #expect(failure.description.contains("sentinel 10.0.0.1:6379"), "\(failure)")
        #expect(failure.description.contains(message) || message.hasPrefix("DENIED"), "\(failure)")
        #expect(failure.description.contains(remedy), "\(failure)")
    }
}
