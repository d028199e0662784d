import Glibc
import Support
import Testing
import Throttle

@testable import Runtime

@Suite(.inTurn) struct EventLoopRunTests {
    @Test func returns_what_the_body_returns_from_the_calling_thread() throws {
        let caller = UInt(pthread_self())
        let thread = try EventLoop.run { loop in
            try await loop.sleep(for: .milliseconds(1))
            return UInt(pthread_self())
        }
        #expect(thread == caller)
    }

    @Test func throws_what_the_body_throws() {
        #expect(throws: TestFailure.self) {
            try EventLoop.run { loop in
                try await loop.sleep(for: .milliseconds(1))
                throw TestFailure("on purpose")
            }
        }
    }

    @Test func runs_many_tasks_on_the_one_thread() throws {
        let caller = UInt(pthread_self())
        let sum = try EventLoop.run { loop in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...1_000 {
                    group.addTask {
                        try await loop.sleep(for: .microseconds(number))
                        return UInt(pthread_self()) == caller ? number : 0
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(sum == 500_500)
    }

    @Test func waits_that_a_body_leaves_behind_are_cancelled() async throws {
        let left = Protected<Task<Void, any Error>?>(nil)
        try EventLoop.run { loop in
            let task = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(60)) }
            left.withLock { $0 = task }
            try await loop.sleep(for: .milliseconds(5))
        }
        let task = try #require(left.value)
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a waited-for descriptor that stays readable doesn't keep the loop turning")
    func readableDescriptorIsLetGo() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try #require(write(ends[1], "x", 1) == 1)
        let read = ends[0]
        let busy = try EventLoop.run { loop in
            try await loop.readable(read)
            let before = threadTime()
            try await loop.sleep(for: .milliseconds(300))
            return threadTime() - before
        }
        #expect(busy < .milliseconds(100))
    }
}

/// The processor time of the calling thread.
private func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
