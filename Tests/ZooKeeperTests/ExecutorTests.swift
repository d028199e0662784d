import Dispatch
import Runtime
import Support
import Testing
import Throttle
import ZooKeeper

/// A caller that brings its own executor stays on it: no call hops to the global pool.
@Suite(.inTurn) struct ExecutorTests {
    @Test func callsStayOnTheCallersExecutor() async throws {
        let servers = try await ZooKeeperServer.shared().connectString
        let executor = QueueExecutor()
        let root = TestRoot.path()
        let jobs = try await Task(executorPreference: executor) {
            let session = try await TestRoot.session(on: servers)
            let before = executor.jobs
            try await session.create(root)
            #expect(executor.isCurrent)
            _ = try await session.get(root)
            #expect(executor.isCurrent)
            try await session.multi([.check(root, version: 0)])
            #expect(executor.isCurrent)
            let after = executor.jobs
            await session.close()
            #expect(executor.isCurrent)
            return after - before
        }.value
        // One resumption a call, or none for a reply that was there before the call could wait.
        #expect(jobs <= 3)
    }
}

private final class QueueExecutor: TaskExecutor {
    private static let key = DispatchSpecificKey<Bool>()
    private let queue = DispatchQueue(label: "test")
    private let count = Protected(0)

    init() { queue.setSpecific(key: Self.key, value: true) }

    var jobs: Int { count.value }
    var isCurrent: Bool { DispatchQueue.getSpecific(key: Self.key) == true }

    func enqueue(_ job: consuming ExecutorJob) {
        count.withLock { $0 += 1 }
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
