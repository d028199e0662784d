import Glibc
import Logging
import Runtime
import ServiceLifecycle
import Succession
import Support

@testable import Watching

/// A folder of hooks, and a runner on it that a test feeds.
final class HookFolder: Sendable {
    let folder: TemporaryFolder
    let feed = EventFeed()
    let warnings = Protected<[String]>([])
    /// What the hooks wrote.
    let said = Protected<[String]>([])
    let metrics = PrometheusBackend()
    private let limit: Duration

    init(limit: Duration = .seconds(10)) throws {
        // As the watcher's own main does: a hook that doesn't read must not end us.
        signal(SIGPIPE, SIG_IGN)
        folder = try TemporaryFolder("hooks")
        self.limit = limit
        try makeFolder("\(folder.path)/hooks")
    }

    /// Where a hook writes; it gets the path as `$OUT`.
    func output(_ name: String) -> String { "\(folder.path)/\(name)" }

    func text(_ name: String) -> String { contents(of: output(name)) }

    /// Writes a shell script; `name` may lie in a folder that is made for it. `OUT` in it is the folder for its output.
    func add(_ name: String, mode: UInt32 = 0o755, _ script: String) throws {
        let path = "\(folder.path)/hooks/\(name)"
        if let slash = name.firstIndex(of: "/") { mkdir("\(folder.path)/hooks/\(name[..<slash])", 0o755) }
        try Support.write("#!/bin/sh\nOUT=\(folder.path)\n\(script)\n", to: path)
        chmod(path, mode)
    }

    func send(_ event: String, old: Int? = nil, new: Int? = nil) {
        feed.send(
            PublishedEvent(
                time: "2026-01-02T03:04:05.678Z", event: event, cluster: "/redis", old: old.map(Sights.address),
                new: new.map(Sights.address), text: "a \"text\""))
    }

    /// Runs the hooks while `body` runs, then ends gracefully; returns how long that took.
    @discardableResult
    func run(_ body: () async throws -> Void) async throws -> Duration {
        let (warnings, said) = (warnings, said)
        let runner = HookRunner(
            folder: "\(folder.path)/hooks", feed: feed, limit: limit, metrics: ProcessMetrics(factory: metrics),
            say: { level, line, _ in (level == .warning ? warnings : said).withLock { $0.append(line) } })
        return try await run(runner, body)
    }

    func run(_ runner: HookRunner, _ body: () async throws -> Void) async throws -> Duration {
        let group = ServiceGroup(
            services: [runner], logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body() } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            let start = ContinuousClock.now
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return ContinuousClock.now - start
        }
    }
}
