import Cluster
import Glibc
import Runtime
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Whether the watcher does its work", .inTurn) struct PulseTests {
    @Test func aLoopThatTurns() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pulse = Pulse(loop: loop)
        pulse.expect("/redis", within: .seconds(10))
        try await TestServer.run([Sights.healthy()], pulse: pulse) { server in
            try await server.expect("/livez", body: "ok\n")
        }
    }

    @Test func aLoopThatIsStuck() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pulse = Pulse(loop: loop)
        let isStuck = Protected(true)
        Task(executorPreference: loop) { while isStuck.value { usleep(10_000) } }
        try await TestServer.run([Sights.healthy()], pulse: pulse) { server in
            let answer = try await server.get("/livez")
            #expect(answer.code == 503 && answer.body.hasPrefix("the event loop has not turned for "))
            isStuck.withLock { $0 = false }
            try await server.expect("/livez", body: "ok\n")
        }
    }

    @Test func aLookThatDoesNotEnd() async throws {
        let loop = EventLoop()
        defer { loop.close() }
        let pulse = Pulse(loop: loop)
        pulse.expect("/a", within: .seconds(10))
        pulse.expect("/b", within: .zero - Pulse.longestLook)
        #expect(await pulse.complaint()?.hasPrefix("/b: ") == true)
        pulse.forget("/b")
        #expect(await pulse.complaint() == nil)
    }

    @Test func whoIsStuckEnds() async throws {
        await #expect(processExitsWith: .exitCode(69)) {
            let loop = EventLoop()
            guard Pulse(loop: loop, interval: 1, patience: 2).watch() else { exit(1) }
            Task(executorPreference: loop) { while true { usleep(10_000) } }
            try await Task.sleep(for: .seconds(20))
        }
    }

    @Test func whoTurnsDoesNot() async throws {
        await #expect(processExitsWith: .success) {
            let loop = EventLoop()
            guard Pulse(loop: loop, interval: 1, patience: 1).watch() else { exit(1) }
            try await Task.sleep(for: .seconds(3))
        }
    }
}
