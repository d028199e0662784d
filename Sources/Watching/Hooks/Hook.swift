import Cluster
import Glibc
import Runtime
import Subprocess
import Succession
import SystemPackage
import Vocabulary

/// One executable of the hooks' folder, and one run of it.
struct Hook: Sendable {
    /// How a run ended.
    enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        /// Because the watcher ends.
        case cancelled
        case notStarted(String)

        /// One word for the metrics; nil where all went well.
        var outcome: String? {
            switch self {
            case .exited(0), .cancelled: nil
            case .exited: "exit"
            case .signalled: "signal"
            case .timedOut: "timeout"
            case .notStarted: "unstartable"
            }
        }

        /// What an operator should hear of it; nil where all went well.
        func complaint(limit: Duration) -> String? {
            switch self {
            case .exited(0), .cancelled: nil
            case .exited(let code): "ended with exit code \(code)"
            case .signalled(let signal): "was ended by signal \(signal)"
            case .timedOut: "was ended because it ran longer than \(limit)"
            case .notStarted(let why): "can't be run (\(why))"
            }
        }
    }

    /// What a hook has no business to know: it is another's program, and may show its environment.
    static let secrets = Environment.secrets

    /// Between SIGTERM and SIGKILL.
    private static let grace = Duration.milliseconds(200)

    let path: String
    let limit: Duration

    /// Runs it to its end. Where the time is over, or the task is cancelled, its process group gets SIGTERM and, 200 ms
    /// later, SIGKILL.
    /// - Returns: how it ended, and what it wrote.
    func run(on event: PublishedEvent, outputOn loop: EventLoop) async -> (End, [String]) {
        guard let output = HookOutput(on: loop) else { return (.notStarted("no pipe: \(lastError())"), []) }
        let end = await withTaskGroup(of: Void.self) { group in
            group.addTask { await output.drain() }
            defer { group.cancelAll() }
            return await run(on: event, to: output)
        }
        return (end, output.lines())
    }

    private func run(on event: PublishedEvent, to output: HookOutput) async -> End {
        await withTaskGroup(of: End?.self) { group in
            group.addTask { await end(on: event, to: output) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            let wasCancelled = Task.isCancelled
            group.cancelAll()
            await group.waitForAll()
            return wasCancelled ? .cancelled : first ?? .timedOut
        }
    }

    private func end(on event: PublishedEvent, to output: HookOutput) async -> End {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        let group = Protected<pid_t?>(nil)
        let isHandedOver = Protected(false)
        let handOver: @Sendable () -> Void = {
            isHandedOver.withLock { isDone in
                if !isDone { output.handedOver() }
                isDone = true
            }
        }
        defer {
            handOver()
            // What TERM did not end of the group, where the hook itself is gone already.
            if Task.isCancelled, let leader = group.withLock({ $0 }) { kill(-leader, SIGKILL) }
        }
        let written = FileDescriptorOutput.fileDescriptor(
            FileDescriptor(rawValue: output.writeEnd), closeAfterSpawningProcess: false)
        do {
            let result = try await Subprocess.run(
                .path(FilePath(path)), environment: environment(for: event), platformOptions: options,
                input: .inputWriter, output: written, error: written
            ) { execution in
                handOver()
                group.withLock { $0 = execution.processIdentifier.value }
                OutOfMemory.expose(child: execution.processIdentifier.value)
                // A hook need not read: one that has closed its input, or has ended, is no failure.
                do {
                    _ = try await execution.standardInputWriter.write("\(event.json)\n")
                    try await execution.standardInputWriter.finish()
                } catch {}
            }
            switch result.terminationStatus {
            case .exited(let code): return .exited(code)
            case .signaled(let signal): return .signalled(signal)
            }
        } catch {
            return .notStarted("\(error)".oneLine)
        }
    }

    private func environment(for event: PublishedEvent) -> Subprocess.Environment {
        var changes: [Subprocess.Environment.Key: String?] = [:]
        let secrets = Self.secrets.map { ($0, String?.none) }
        for (name, value) in event.variables.map({ ($0, Optional($1)) }) + secrets {
            if let key = Subprocess.Environment.Key(rawValue: name) { changes.updateValue(value, forKey: key) }
        }
        return .inherit.updating(changes)
    }
}
