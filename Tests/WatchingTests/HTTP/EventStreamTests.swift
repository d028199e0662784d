import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Event streams", .inTurn) struct EventStreamTests {
    private func event(_ text: String, cluster: String = "/redis") -> PublishedEvent {
        PublishedEvent(
            time: "2026-01-02T03:04:05.678Z", event: "master-changed", cluster: cluster, old: nil,
            new: Sights.address(2), text: text)
    }

    private func open(_ path: String, _ server: TestServer) throws -> HTTPClient {
        let client = try HTTPClient(port: server.port)
        client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        return client
    }

    @Test func eventsAsTheyHappen() async throws {
        try await TestServer.run([Sights.healthy()], commentInterval: .milliseconds(50)) { server in
            let client = try open("/events", server)
            try await client.wait(for: ": interrex\n\n")
            #expect(client.text.hasPrefix("HTTP/1.1 200 OK\r\n") && client.text.contains("text/event-stream"))
            server.feed.send(event("one\ntwo"))
            try await client.wait(
                for: #"""
                    event: master-changed
                    data: {"cluster":"/redis","event":"master-changed","new":"10.0.0.1:2","text":"one\ntwo",\#
                    "time":"2026-01-02T03:04:05.678Z"}


                    """#)
            // Comments go on by themselves.
            let count = client.text.count { $0 == ":" }
            try await eventually("more comments") { client.text.count { $0 == ":" } > count + 3 }
        }
    }

    @Test func onlyTheClusterThatIsAskedFor() async throws {
        try await TestServer.run([Sights.healthy("/a"), Sights.healthy("/p/b")], expectedRoots: nil) { server in
            let clients = try [
                "/events?cluster=b", "/events?cluster=/p/b", "/events?cluster=p%2Fb", "/clusters/b/events",
                "/clusters/p/b/events",
            ].map { try open($0, server) }
            let all = try open("/events", server)
            for client in clients + [all] { try await client.wait(for: ": interrex") }
            server.feed.send(event("first", cluster: "/a"))
            server.feed.send(event("second", cluster: "/p/b"))
            for client in clients + [all] { try await client.wait(for: "second") }
            #expect(all.text.contains("first"))
            #expect(clients.allSatisfy { !$0.text.contains("first") })
            try await server.expect("/events?cluster=c", code: 404)
        }
    }

    @Test(.alone) func aHundredStreamsEndWithTheServer() async throws {
        let clients = Protected<[HTTPClient]>([])
        let time = try await TestServer.run([Sights.healthy()]) { server in
            for _ in 0..<100 {
                let client = try open("/events", server)
                clients.withLock { $0.append(client) }
            }
            for client in clients.value { try await client.wait(for: ": interrex") }
            server.feed.send(event("to all"))
            for client in clients.value { try await client.wait(for: "to all") }
            #expect(server.feed.count == 100)
        }
        #expect(time < .seconds(1))
        // Each ended in order: the last chunk is the empty one.
        for client in clients.value {
            let text = try await client.end()
            #expect(text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func aClientThatIsGoneIsNoticed() async throws {
        try await TestServer.run([Sights.healthy()], commentInterval: .milliseconds(20)) { server in
            var clients = try (0..<10).map { _ in try open("/events", server) }
            for client in clients { try await client.wait(for: ": interrex") }
            #expect(server.feed.count == 10)
            clients = []
            try await eventually("nobody listens") { server.feed.count == 0 }
        }
    }

    /// Its buffers are full: no event waits for it, and the end doesn't either.
    @Test func aClientThatDoesNotReadHoldsUpNobody() async throws {
        let held = Protected<HTTPClient?>(nil)
        let time = try await TestServer.run([Sights.healthy()]) { server in
            let idle = try open("/events", server)
            held.withLock { $0 = idle }
            try await eventually("it listens") { server.feed.count == 1 }
            // Until nothing more arrives there, however much is sent: the server's write waits.
            let text = String(repeating: "x", count: 200_000)
            var (arrived, since) = (0, 0)
            while since < 60 {
                server.feed.send(event(text))
                try await Task.sleep(for: .milliseconds(5))
                (arrived, since) = idle.waiting > arrived ? (idle.waiting, 0) : (arrived, since + 1)
            }
            #expect(arrived > 0)
            let reader = try open("/events", server)
            try await reader.wait(for: ": interrex")
            server.feed.send(event("to all"))
            try await reader.wait(for: "to all")
        }
        #expect(time < TestServer.longestEnd)
    }
}
