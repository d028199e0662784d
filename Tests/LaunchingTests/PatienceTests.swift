import Redis
import Testing
import Throttle

@testable import Launching

/// How often a lease asks a server that will not answer it.
@Suite(.inTurn) struct PatienceTests {
    private static let shortest = Duration.milliseconds(50)

    @Test(
        "ever more seldom where it will not for long: it is not let in, or it may not",
        arguments: [
            RedisError(.denied, command: "AUTH", user: "ha", message: "WRONGPASS (what it says is left out)"),
            RedisError(.denied, command: "INFO", user: "default", message: "NOAUTH Authentication required."),
            // Before Redis 6.
            RedisError(.denied, command: "AUTH", message: "ERR (what it says is left out: it may repeat a secret)"),
            RedisError(.denied, command: "INFO", message: "NOPERM this user has no permissions"),
            RedisError(.server, command: "INFO", message: "ERR unknown command 'INFO'"),
        ])
    func refused(_ error: RedisError) {
        var patience = Patience(for: "to be tested", shortest: Self.shortest)
        let waits = (0..<12).map { _ in patience.failed(error) }
        #expect(Array(waits.prefix(4)) == [1, 2, 4, 8].map { Self.shortest * $0 })
        #expect(waits == waits.sorted() && waits.last == .seconds(5))
        patience.succeeded()
        #expect(patience.failed(error) == Self.shortest)
    }

    @Test(
        "at once again where it only can't yet",
        arguments: [
            RedisError(.denied, command: "INFO", message: "ERR max number of clients reached"),
            RedisError(.loading, command: "INFO", message: "LOADING Redis is loading the dataset in memory"),
            RedisError(.refused, message: "Connection refused"), RedisError(.closed, message: "closed"),
        ])
    func notThereYet(_ error: RedisError) {
        var patience = Patience(for: "to be tested", shortest: Self.shortest)
        for _ in 0..<12 { #expect(patience.failed(error) == Self.shortest) }
    }
}
