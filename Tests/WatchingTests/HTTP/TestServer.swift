import Logging
import ServiceLifecycle
import Succession
import Support
import Testing
import Vocabulary

@testable import Watching

/// A watcher's HTTP port with nothing behind it but what a test puts on its board.
struct TestServer: Sendable {
    /// It ends within half a second on an idle machine, and never where something holds it up; a loaded machine gets
    /// more.
    static let longestEnd = Duration.seconds(3)

    let port: Int
    let board = StatusBoard()
    let feed = EventFeed()
    let metrics = PrometheusBackend()
    private let group: ServiceGroup

    /// Runs a server for as long as `body` does, and ends it gracefully.
    @discardableResult
    static func run(
        _ statuses: [ClusterStatus] = [], expectedRoots: Int? = 1, commentInterval: Duration = .seconds(10),
        limits: HTTPLimits? = nil, pulse: Pulse? = nil,
        probe: @escaping @Sendable (Address) async -> Instance? = { _ in Instance(.silent) },
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws -> Duration {
        let server = try TestServer(
            expectedRoots: expectedRoots, commentInterval: commentInterval, limits: limits, pulse: pulse, probe: probe)
        for status in statuses { server.board.put(status) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.group.run() }
            do {
                try await eventually("the server listens") { (try? HTTPClient(port: server.port)) != nil }
                try await body(server)
            } catch {
                await server.group.triggerGracefulShutdown()
                throw error
            }
            let start = ContinuousClock.now
            await server.group.triggerGracefulShutdown()
            try await group.waitForAll()
            return ContinuousClock.now - start
        }
    }

    private init(
        expectedRoots: Int?, commentInterval: Duration, limits: HTTPLimits?,
        pulse: Pulse?, probe: @escaping @Sendable (Address) async -> Instance?
    ) throws {
        port = try freePort()
        let server = HTTPServer(
            host: "127.0.0.1", port: port, board: board, feed: feed, metrics: metrics, expectedRoots: expectedRoots,
            probe: probe, commentInterval: commentInterval, limits: limits,
            stuck: { await pulse?.complaint() })
        group = ServiceGroup(
            services: [server], logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func get(_ path: String, accept: String? = nil, method: String = "GET") async throws -> HTTPAnswer {
        let accepting = accept.map { "Accept: \($0)\r\n" } ?? ""
        return try await raw("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(accepting)Connection: close\r\n\r\n")
    }

    /// Asks, and checks the status or the body.
    func expect(
        _ path: String, accept: String? = nil, code: Int = 200, body: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await get(path, accept: accept)
        #expect(answer.code == code, "\(path): \(answer.body)", sourceLocation: location)
        if let body { #expect(answer.body == body, "\(path)", sourceLocation: location) }
    }

    /// Sends a request as it stands.
    func raw(_ request: String) async throws -> HTTPAnswer {
        let client = try HTTPClient(port: port)
        client.send(request)
        return try HTTPAnswer(await client.end())
    }
}
