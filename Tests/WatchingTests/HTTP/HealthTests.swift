import Cluster
import Runtime
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Health and refusals", .inTurn) struct HealthTests {
    @Test func readiness() async throws {
        try await TestServer.run { server in
            try await server.expect("/livez", body: "ok\n")
            let none = try await server.get("/readyz")
            #expect(none.code == 503 && none.body == "only 0 of 1 clusters have been looked at\n")
            var status = Sights.unseen()
            server.board.put(status)
            let unseen = try await server.get("/readyz")
            #expect(unseen.code == 503 && unseen.body == "/redis has not been looked at yet\n")
            status = Sights.healthy()
            server.board.put(status)
            try await server.expect("/readyz", code: 200)
            status.isConnected = false
            server.board.put(status)
            try await server.expect("/readyz", code: 503, body: "/redis: ZooKeeper does not answer\n")
            status.isConnected = true
            status.seen = .now - .seconds(31)
            server.board.put(status)
            let old = try await server.get("/readyz")
            #expect(old.code == 503 && old.body == "/redis was last looked at more than 30 s ago\n")
            try await server.expect("/livez", code: 200)
        }
    }

    @Test func readinessOfSeveral() async throws {
        try await TestServer.run([Sights.healthy("/a"), Sights.unseen("/b"), Sights.unseen("/c")], expectedRoots: nil) {
            server in
            server.board.isListed = true
            let answer = try await server.get("/readyz")
            #expect(answer.code == 503 && answer.body == "/b has not been looked at yet (and 1 more)\n")
            try await server.expect("/clusters/a/readyz", code: 200)
            try await server.expect("/clusters/b/readyz", code: 503)
        }
    }

    /// A replica that is down is no reason to take the watcher away; a root at which there is nothing to watch is.
    @Test func readinessWithAlerts() async throws {
        var lame = Sights.healthy()
        lame.alerts = [Alert("nobody-promotable", about: "/redis", "x")]
        let unsure = Sights.empty()
        var empty = unsure
        empty.alerts = [Alert(.emptyRoot, about: "/redis", "there is nothing below /redis in ZooKeeper")]
        try await TestServer.run([lame]) { [empty] server in
            try await server.expect("/readyz", code: 200)
            // At first it may be about to come.
            server.board.put(unsure)
            try await server.expect("/readyz", code: 200)
            server.board.put(empty)
            try await server.expect("/readyz", code: 503, body: "there is nothing below /redis in ZooKeeper\n")
            try await server.expect("/livez", code: 200)
        }
        var typo = Sights.empty("/typo")
        typo.alerts = empty.alerts
        try await TestServer.run([Sights.healthy("/a"), typo], expectedRoots: 2) { server in
            try await server.expect("/readyz", code: 200)
            try await server.expect("/clusters/typo/readyz", code: 503)
        }
    }

    /// A parent may be misspelt, as a root may.
    @Test func readinessWithoutAnyCluster() async throws {
        try await TestServer.run(expectedRoots: nil) { server in
            let unread = "which clusters there are has not been read: ZooKeeper does not answer\n"
            try await server.expect("/readyz", code: 503, body: unread)
            server.board.isListed = true
            try await server.expect(
                "/readyz", code: 503,
                body: "there is nothing to watch below any parent that ZK_ROOT names; check ZK_ROOT and ZK_HOSTS\n")
            server.board.put(Sights.healthy("/p/a"))
            try await server.expect("/readyz", code: 200)
            server.board.remove(root: "/p/a")
            server.board.isListed = false
            try await server.expect("/readyz", code: 503, body: unread)
        }
    }

    /// HAProxy checks by OPTIONS where it is not told otherwise.
    @Test func optionsHaveTheStatusOfGet() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            for path in ["/master", "/livez", "/primary/10.0.0.1:1", "/primary/10.0.0.1:2", "/nothing"] {
                let (get, options) = (try await server.get(path), try await server.get(path, method: "OPTIONS"))
                #expect(options.code == get.code && options.body.isEmpty)
                #expect(options.headers["allow"] == "GET, HEAD, OPTIONS")
                #expect(options.headers["content-length"] == "0", "a body is waited for")
            }
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH"])
    func onlyReading(_ method: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            for path in ["/master", "/livez", "/nothing"] {
                let answer = try await server.get(path, method: method)
                #expect(answer.code == 405 && answer.headers["allow"] == "GET, HEAD, OPTIONS")
                #expect(answer.body == "only GET, HEAD and OPTIONS: everything here is read-only\n")
            }
        }
    }

    @Test func headIsGetWithoutABody() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            for path in ["/master", "/status", "/metrics", "/livez", "/primary/10.0.0.1:2", "/nothing", "/sentinels"] {
                let (get, head) = (try await server.get(path), try await server.get(path, method: "HEAD"))
                #expect(head.code == get.code && head.body.isEmpty)
                #expect(head.headers["content-type"] == get.headers["content-type"])
                if path != "/status" { #expect(head.headers["content-length"] == "\(get.body.utf8.count)") }
            }
            // A stream isn't opened for its headers.
            let events = try await server.get("/events", method: "HEAD")
            #expect(events.headers["content-type"] == "text/event-stream" && events.body.isEmpty)
            try await eventually("nobody listens") { server.feed.count == 0 }
        }
    }

    @Test(arguments: [
        "/", "/nothing", "/master/", "//master", "/primary", "/primary/10.0.0.1:1/x", "/livez/x", "/Master",
    ])
    func unknownPaths(_ path: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let answer = try await server.get(path)
            #expect(answer.code == 404 && answer.body.hasPrefix("there is no such path; there are /sentinel, "))
            #expect(answer.body.hasSuffix("\n") && answer.body.split(separator: "\n").count == 1)
        }
    }

    /// Requests that no client of ours sends: the server answers or hangs up, and lives on.
    @Test func hostileRequests() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let requests = [
                "GET /? HTTP/1.1\r\nHost: x\r\n", "GET ? HTTP/1.1\r\nHost: x\r\n", "GET * HTTP/1.1\r\nHost: x\r\n",
                "GET http://x HTTP/1.1\r\nHost: x\r\n", "GET http://x/master HTTP/1.1\r\nHost: x\r\n",
                "GET http:// HTTP/1.1\r\nHost: x\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n",
                "GET /%f HTTP/1.1\r\nHost: x\r\n",
                "GET /%ff%fe HTTP/1.1\r\nHost: x\r\n", "GET /%00 HTTP/1.1\r\nHost: x\r\n",
                "GET /clusters/%0d%0aSet-Cookie:x/master HTTP/1.1\r\nHost: x\r\n",
                "GET /replica/10.0.0.1:2?max-lag&max-lag=&=&&%=1 HTTP/1.1\r\nHost: x\r\n",
                "GET /events?cluster=%ff HTTP/1.1\r\nHost: x\r\n", "GET /events?cluster= HTTP/1.1\r\nHost: x\r\n",
                "GET /\(String(repeating: "a", count: 60_000)) HTTP/1.1\r\nHost: x\r\n",
                "GET /\(String(repeating: "/", count: 20_000)) HTTP/1.1\r\nHost: x\r\n",
                "GET /clusters\(String(repeating: "/a", count: 30_000)) HTTP/1.1\r\nHost: x\r\n",
                "GET /master HTTP/1.1\r\nHost: x\r\nAccept: \(String(repeating: ",;", count: 10_000))\r\n",
                "GET /master HTTP/9.9\r\nHost: x\r\n", "\u{0}\u{1}\u{2}\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n",
            ]
            for request in requests {
                let client = try HTTPClient(port: server.port)
                client.send(request + "Connection: close\r\n\r\n")
                let text = try await client.end()
                #expect(!text.contains("\r\nSet-Cookie"))
                if let answer = try? HTTPAnswer(text) {
                    #expect(answer.code < 500 && answer.body.split(separator: "\n").count <= 1, "\(request.prefix(60))")
                }
            }
            try await server.expect("http://x/master", body: "10.0.0.1 1\n")
            try await server.expect("/livez", code: 200)
        }
    }

    @Test func takenPort() async throws {
        try await TestServer.run { server in
            let second = HTTPServer(
                host: "127.0.0.1", port: server.port, board: server.board, feed: server.feed, metrics: server.metrics,
                expectedRoots: 1, probe: { _ in Sights.master })
            let failure = await #expect(throws: Failure.self) { try await second.run() }
            #expect(failure?.code == .badConfiguration)
            #expect(
                failure?.description == "PORT0 is \(server.port): can't listen on 127.0.0.1:\(server.port) "
                    + "(Address already in use; choose another port)")
        }
    }

    @Test func metricsAreServed() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            #expect(try await server.get("/metrics").body.isEmpty)
            WatcherMetrics(factory: server.metrics, cluster: "/redis").show(Sights.healthy())
            let answer = try await server.get("/metrics")
            #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let samples = try PrometheusParser.parse(answer.body)
            #expect(samples[#"interrex_master_up{cluster="/redis"}"#] == 1)
        }
    }

    /// Connections that are kept open, or send nothing at all, don't hold up the end.
    @Test func idleConnectionsDoNotHoldUpTheEnd() async throws {
        let clients = Protected<[HTTPClient]>([])
        let time = try await TestServer.run([Sights.healthy()]) { server in
            for number in 0..<20 {
                let client = try HTTPClient(port: server.port)
                if number % 2 == 0 {
                    client.send("GET /master HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                    try await client.wait(for: "10.0.0.1 1\n")
                    try await client.wait(for: "ok\n")
                } else if number % 3 == 0 {
                    client.send("GET /mas")
                }
                clients.withLock { $0.append(client) }
            }
        }
        #expect(time < TestServer.longestEnd)
    }

    /// A probe that takes for ever doesn't either.
    @Test func slowProbeDoesNotHoldUpTheEnd() async throws {
        let client = Protected<HTTPClient?>(nil)
        let isAsked = Protected(false)
        let time = try await TestServer.run([Sights.healthy()]) { _ in
            isAsked.withLock { $0 = true }
            // A server that does not answer: the shutdown has to cancel this.
            try? await Task.sleep(for: .seconds(60))
            return Sights.replica()
        } _: { server in
            let waiting = try HTTPClient(port: server.port)
            waiting.send("GET /replica/10.0.0.1:2 HTTP/1.1\r\nHost: x\r\n\r\n")
            client.withLock { $0 = waiting }
            try await eventually("the probe has begun") { isAsked.value }
        }
        #expect(time < TestServer.longestEnd)
    }
}
