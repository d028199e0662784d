import Cluster
import Glibc
import Redis
import ServiceLifecycle

/// Runs the executables of a folder on each event, one after another (DESIGN.md 6).
///
/// It has a queue of its own, so that no hook is ever in the way of a failover. The folder is read anew for each event.
struct HookRunner: Service {
    private let folder: String
    private let limit: Duration
    private let warn: @Sendable (String) -> Void
    private let events: AsyncStream<PublishedEvent>

    /// Events count from here on, not from `run()` on.
    /// - Parameter limit: How long one hook may take.
    init(
        folder: String, feed: EventFeed, limit: Duration = .seconds(10),
        warn: @escaping @Sendable (String) -> Void = { Log.warn($0) }
    ) {
        self.folder = folder
        self.limit = limit
        self.warn = warn
        let isBehind = Protected(false)
        events = feed.stream { result in
            switch result {
            case .dropped:
                guard !isBehind.withLock({ exchange(&$0, true) }) else { return }
                warn(
                    "the hooks in \(folder) can't keep up: of the events that wait for them, only the newest "
                        + "\(EventFeed.limit) are kept")
            case .enqueued(let remaining) where remaining >= EventFeed.limit - 1: isBehind.withLock { $0 = false }
            case .enqueued, .terminated: break
            @unknown default: break
            }
        }
    }

    func run() async throws {
        for await event in events.cancelOnGracefulShutdown() {
            for name in hooks() {
                guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
                let hook = Hook(path: "\(folder)/\(name)", limit: limit)
                // A graceful shutdown ends a hook that runs: it is its own process group that gets the signal.
                let end = await cancelWhenGracefulShutdown { await hook.run(on: event) }
                if let complaint = end.complaint(limit: limit) {
                    warn("hook \(name.oneLine) on \(event.event) \(complaint)")
                }
            }
        }
    }

    /// The names of the executable regular files, and of links to them, sorted by their bytes. Editors leave backups, with
    /// the mode of the original, under names that end with a tilde.
    private func hooks() -> [String] {
        guard let stream = opendir(folder) else {
            warn("the folder of hooks \(folder) can't be read (\(lastError())); check HOOKS_DIR")
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if !name.hasPrefix("."), !name.hasSuffix("~"), isExecutable("\(folder)/\(name)") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}

private func exchange<Value>(_ value: inout Value, _ new: Value) -> Value {
    defer { value = new }
    return value
}
