import Support
import Testing
import Throttle

@testable import Watching

/// What clients may take of the watcher.
@Suite("HTTP limits", .inTurn) struct LimitTests {
    /// Files that the process may open, and that are open; clusters, hooks; connections and event streams.
    @Test(arguments: [
        (256, 30, 1, false, 174, 87, 43), (1_024, 30, 1, false, 942, 256, 128), (1_024, 30, 40, false, 162, 81, 40),
        (1_048_576, 30, 1_000, true, 1_024, 256, 128), (1_024, 120, 1, false, 852, 256, 128),
        (1_024, 30, 1, true, 750, 256, 128), (64, 30, 1, false, 8, 4, 2),
    ])
    func areWhatTheRestLeaves(
        _ files: Int, _ open: Int, _ clusters: Int, _ hasHooks: Bool, _ connections: Int, _ streams: Int, _ own: Int
    ) {
        let reserve = HTTPLimits.reserve(open: open, clusters: clusters, hasHooks: hasHooks)
        let limits = HTTPLimits(descriptors: files, reserve: reserve)
        #expect(limits.connections == connections && limits.streams == streams && limits.streamsPerClient == own)
    }

    @Test(arguments: ["", "Connection: keep-alive\r\n"]) func http10EndsWithItsAnswer(_ header: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let answer = try await server.raw("GET /livez HTTP/1.0\r\n\(header)\r\n")
            #expect(answer.code == 200 && answer.body == "ok\n" && answer.headers["connection"] == "close")
        }
    }

    /// HTTP/1.0 knows no chunks.
    @Test func aStreamForHTTP10() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let client = try HTTPClient(port: server.port)
            client.send("GET /events HTTP/1.0\r\n\r\n")
            try await client.wait(for: "\r\n\r\n: interrex\n\n")
            #expect(!client.text.contains("chunked"))
        }
    }

    @Test func http11StaysOpenUntilItIsToBeClosed() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let client = try HTTPClient(port: server.port)
            for count in 1...3 {
                client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                try await eventually("answer \(count)") { client.text.components(of: "ok\n") == count }
            }
            client.send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n")
            #expect(try await client.end().components(of: "ok\n") == 4)
        }
    }

    /// Sent so far, and what is to come of it: nothing, as its time is over.
    @Test(arguments: ["", "GET /livez HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"])
    func aRequestMustComeInTime(_ part: String) async throws {
        var limits = HTTPLimits(connections: 10)
        limits.requestTime = .milliseconds(200)
        try await TestServer.run([Sights.healthy()], limits: limits) { server in
            let client = try HTTPClient(port: server.port)
            client.send(part)
            _ = try await client.end(within: .seconds(5))
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        var limits = HTTPLimits(connections: 10)
        limits.idleTime = .milliseconds(200)
        try await TestServer.run([Sights.healthy()], limits: limits) { server in
            let client = try HTTPClient(port: server.port)
            client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.end(within: .seconds(5)).hasSuffix("ok\n"))
        }
    }

    @Test(arguments: [
        "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n",
        "GET / HTTP/1.1\r\n\(String(repeating: "X: 1\r\n", count: 200))\r\n",
        "GET / HTTP/1.1\r\n\((0..<90).map { "X\($0): \(String(repeating: "a", count: 500))\r\n" }.joined())\r\n",
    ])
    func aHeaderHasItsSize(_ request: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let client = try HTTPClient(port: server.port)
            client.send(request)
            let text = try await client.end(within: .seconds(5))
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400 "))
        }
    }

    /// Whoever says nothing gives way to who does.
    @Test func idleConnectionsKeepNobodyOut() async throws {
        try await TestServer.run([Sights.healthy()], limits: HTTPLimits(connections: 8)) { server in
            let idle = try (0..<50).map { _ in try HTTPClient(port: server.port) }
            for _ in 0..<20 { try await server.expect("/livez") }
            try await eventually("all but eight are closed") { idle.count { !$0.hasEnded } <= 8 }
        }
    }

    @Test func eventStreamsAreCounted() async throws {
        let limits = HTTPLimits(connections: 20, streams: 3, streamsPerClient: 3)
        try await TestServer.run([Sights.healthy()], commentInterval: .milliseconds(20), limits: limits) { server in
            var clients = try (0..<3).map { _ in try HTTPClient(port: server.port) }
            for client in clients {
                client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                try await client.wait(for: ": interrex")
            }
            for path in ["/events", "/events?cluster=redis", "/clusters/redis/events"] {
                let answer = try await server.get(path)
                #expect(answer.code == 503 && answer.body.hasPrefix("too many event streams: 3 may be open"))
            }
            // They are not the ones that give way.
            let idle = try (0..<50).map { _ in try HTTPClient(port: server.port) }
            try await server.expect("/livez")
            #expect(clients.allSatisfy { !$0.hasEnded } && idle.contains { $0.hasEnded })
            clients.removeLast()
            try await eventually("a place is free") {
                let client = try HTTPClient(port: server.port)
                client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                try await eventually("it is answered") { client.text.contains("\r\n\r\n") }
                return client.text.contains("200 OK")
            }
        }
    }

    @Test func oneClientHasItsShareOfTheStreams() async throws {
        let limits = HTTPLimits(connections: 20, streams: 3, streamsPerClient: 1)
        try await TestServer.run([Sights.healthy()], limits: limits) { server in
            let client = try HTTPClient(port: server.port)
            client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            try await client.wait(for: ": interrex")
            try await server.expect("/events", code: 503)
        }
    }

    @Test func aStreamThatIsNotReadEnds() async throws {
        var limits = HTTPLimits(connections: 10)
        limits.stallTime = .milliseconds(500)
        try await TestServer.run([Sights.healthy()], limits: limits) { server in
            let client = try HTTPClient(port: server.port)
            client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("it listens") { server.feed.count == 1 }
            let event = PublishedEvent(
                time: "2026-01-02T03:04:05.678Z", event: "x", cluster: "/redis", old: nil, new: nil,
                text: String(repeating: "x", count: 200_000))
            try await eventually("it is given up") {
                server.feed.send(event)
                return server.feed.count == 0
            }
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
