import CLinux
import Cluster
import Glibc
import Logging
import Runtime
import ServiceLifecycle

/// Runs the executables of a folder on each event.
///
/// It has a queue of its own, so that no hook is ever in the way of a failover. The folder is read anew for each event.
struct HookRunner: Service {
    private let folder: String
    private let limit: Duration
    private let metrics: ProcessMetrics?
    private let say: @Sendable (Logger.Level, String, [LogField]) -> Void
    private let events: AsyncStream<PublishedEvent>

    private enum Signal {
        case event(PublishedEvent)
        case ended(HookSchedule.Run)
        /// One that waits need not wait any more.
        case turn
    }

    /// Events count from here on, not from `run()` on.
    /// - Parameters:
    ///   - limit: How long one hook may take.
    ///   - say: Hears each line that a hook writes, and what is wrong with one.
    init(
        folder: String, feed: EventFeed, limit: Duration = .seconds(10), metrics: ProcessMetrics? = nil,
        say: @escaping @Sendable (Logger.Level, String, [LogField]) -> Void = { Log.say($0, $1, $2) }
    ) {
        self.folder = folder
        self.limit = limit
        self.metrics = metrics
        self.say = say
        events = feed.stream()
    }

    func run() async throws {
        let (signals, sender) = AsyncStream<Signal>.makeStream()
        // One of its own: a hook that writes without end must be in nobody's way.
        let loop = EventLoop()
        defer { loop.close() }
        var schedule = HookSchedule()
        var behind: Set<String> = []
        var troubles: [String: Int32] = [:]
        /// When a timer rings.
        var nextTurn: ContinuousClock.Instant?
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await event in events.cancelOnGracefulShutdown() { sender.yield(.event(event)) }
                sender.finish()
            }
            for await signal in signals {
                guard !Task.isShuttingDownGracefully, !Task.isCancelled else { break }
                switch signal {
                case .event(let event): note(schedule.add(hooks(on: event, &troubles), event, at: .now), &behind)
                case .ended(let run):
                    schedule.end(run)
                    behind.remove(run.path)
                case .turn: nextTurn = nil
                }
                // One moment for both: a turn between two would never come.
                let now = ContinuousClock.now
                for run in schedule.start(at: now) {
                    group.addTask {
                        await perform(run, on: loop)
                        sender.yield(.ended(run))
                    }
                }
                if let turn = schedule.nextTurn(after: now), nextTurn.map({ turn < $0 }) ?? true {
                    nextTurn = turn
                    group.addTask {
                        // The moment at which one that waits for a slow one is no longer held up.
                        try? await Task.sleep(until: turn)
                        sender.yield(.turn)
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func perform(_ run: HookSchedule.Run, on loop: EventLoop) async {
        let name = name(of: run)
        let fields: [LogField] = [.hook(name), .event(run.event.event), .cluster(run.event.cluster).inJSONOnly]
        // A graceful shutdown ends a hook that runs: it is its own process group that gets the signal.
        let (end, lines) = await cancelWhenGracefulShutdown {
            await Hook(path: run.path, limit: limit).run(on: run.event, outputOn: loop)
        }
        for line in lines { say(.info, "hook \(name) on \(run.event.event): \(line)", fields) }
        if let outcome = end.outcome { metrics?.hookFailed(name, outcome) }
        if let complaint = end.complaint(limit: limit) {
            say(.warning, "hook \(name) on \(run.event.event) \(complaint)", fields)
        }
    }

    /// Counts what was dropped, and says so once until one of that hook's runs has ended.
    private func note(_ dropped: [HookSchedule.Run], _ behind: inout Set<String>) {
        for run in dropped {
            metrics?.droppedHookEvent()
            guard behind.insert(run.path).inserted else { continue }
            say(
                .warning,
                "hook \(name(of: run)) can't keep up: of the events \(run.event.event) that wait for it, only the newest "
                    + "\(HookSchedule.limit) are kept", [.hook(name(of: run)), .event(run.event.event)])
        }
    }

    /// As it is found below the folder: `notify`, `master-changed.d/notify`.
    private func name(of run: HookSchedule.Run) -> String { run.path.dropFirst(folder.utf8.count + 1).oneLine }

    /// The paths of the hooks on an event: those of the folder itself, and of the one that is named after the event,
    /// all sorted by their own names.
    private func hooks(on event: PublishedEvent, _ troubles: inout [String: Int32]) -> [String] {
        let own = "\(folder)/\(event.event).d"
        var found: [(name: String, path: String)] = []
        for (path, advice) in [(folder, "check HOOKS_DIR"), (own, "check its mode")] {
            found += names(in: path, advice, &troubles).map { ($0, "\(path)/\($0)") }
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.path)
    }

    /// The executables of a folder. Why it can't be read is said once, until that changes.
    private func names(in path: String, _ advice: String, _ troubles: inout [String: Int32]) -> [String] {
        if let names = executables(in: path) {
            troubles[path] = nil
            return names
        }
        let number = errno
        // An event need not have one, and a file of that name is a hook as any other.
        let isNone = path != folder && [ENOENT, ENOTDIR].contains(number)
        if troubles.updateValue(number, forKey: path) != number, !isNone {
            say(.warning, "the folder of hooks \(path) can't be read (\(lastError(number))); \(advice)", [])
        }
        return []
    }

    /// The names of the executable regular files, and of links to them; nil, and `errno`, where the folder can't be
    /// read. Editors leave backups, with the mode of the original, under names that end with a tilde.
    private func executables(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if !name.hasPrefix("."), !name.hasSuffix("~"), isExecutable("\(folder)/\(name)") { names.append(name) }
        }
        return names
    }

    private func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
