import Runtime
import Support
import Testing
import Throttle

@testable import ZooKeeper

/// libzookeeper's own lines: where they go, and how many.
@Suite(.inTurn) struct LogTests {
    @Test func lineWithoutItsFrame() {
        let line = LogLine("2024-11-22 15:33:01,123:4711(0x7f12):ZOO_ERROR@check_events@2456: it: failed")
        #expect(line == LogLine(level: .error, text: "it: failed"))
        #expect(LogLine("x:ZOO_WARN@f@1: a").level == .warning)
        #expect(LogLine("x:ZOO_INFO@f@1: a").level == .info)
        #expect(LogLine("something else") == LogLine(level: .warning, text: "something else"))
    }

    @Test func oneASecondAndTheOthersCounted() {
        var limiter = LogLimiter()
        let start = ContinuousClock.now
        #expect(limiter.admit("a", at: start) == "a")
        #expect(limiter.admit("b", at: start + .milliseconds(1)) == nil)
        #expect(limiter.admit("c", at: start + .milliseconds(999)) == nil)
        #expect(limiter.admit("d", at: start + .seconds(1)) == "d (2 lines left out)")
        #expect(limiter.admit("e", at: start + .milliseconds(1_500)) == nil)
        #expect(limiter.admit("f", at: start + .seconds(3)) == "f (1 line left out)")
        #expect(limiter.admit("g", at: start + .seconds(9)) == "g")
    }

    @Test func closureGetsLinesOneASecond() async throws {
        let times = Protected<[ContinuousClock.Instant]>([])
        var configuration = Session.Configuration(servers: try ConnectString("127.0.0.1:\(try freePort())"))
        configuration.log = { _, text in
            #expect(!text.contains("ZOO_"))
            times.withLock { $0.append(.now) }
        }
        let start = ContinuousClock.now
        _ = await failure { try await Session.connect(configuration, within: .milliseconds(1_500)) }
        let lines = times.value.count
        #expect(lines >= 1)
        #expect(lines <= 1 + Int((ContinuousClock.now - start) / LogLimiter.pause))
    }

    /// In a process of its own, whose standard error is read.
    @Test func nothingReachesStandardError() async throws {
        let port = try await ZooKeeperServer.shared().port
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            [port = port as Int] in
            let session = try await TestRoot.session(on: "127.0.0.1:\(port),127.0.0.1:1")
            await session.close()
            let nowhere = Session.Configuration(servers: try ConnectString("127.0.0.1:1"))
            _ = await failure { try await Session.connect(nowhere, within: .milliseconds(300)) }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(!text.contains("ZOO_"))
    }
}
