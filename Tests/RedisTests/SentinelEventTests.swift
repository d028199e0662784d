import Testing
import Throttle

@testable import Redis

/// Which master an event of a sentinel is about.
@Suite(.inTurn) struct SentinelEventTests {
    @Test(
        arguments: [
            ("+switch-master", "mymaster 10.0.0.1 1 10.0.0.2 2"), ("+sdown", "master mymaster 10.0.0.1 1"),
            ("+slave", "slave 10.0.0.3:1 10.0.0.3 1 @ mymaster 10.0.0.1 1"),
            ("+sdown", "sentinel 0f1e 10.0.0.4 1 @ mymaster 10.0.0.1 1"),
            // To Swift, a space and the accent after it are one character.
            ("+sdown", "slave x 10.0.0.3 1 @ mymaster \u{301}x"),
        ])
    func namesItsMaster(channel: String, payload: String) {
        let message = Message(channel: channel, pattern: "*", payload: Array(payload.utf8))
        #expect(message.concerns(masterNamed: "mymaster"))
        #expect(!message.concerns(masterNamed: "mymaster2"))
        #expect(!message.concerns(masterNamed: "10.0.0.1"))
    }

    @Test(arguments: [("+tilt", "#tilt mode entered"), ("+monitor", ""), ("-x", "slave a @"), ("+sdown", "master")])
    func thatNamesNoneConcernsAll(channel: String, payload: String) {
        #expect(Message(channel: channel, payload: Array(payload.utf8)).concerns(masterNamed: "mymaster"))
    }
}
