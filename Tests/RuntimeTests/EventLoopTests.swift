import CLinux
import Glibc
import Support
import Testing
import Throttle

@testable import Runtime

@Suite(.inTurn) struct EventLoopTests {
    @Test func sleeps_as_long_as_asked_and_not_less() async throws {
        try await onLoop { loop in
            let start = ContinuousClock.now
            try await loop.sleep(for: .milliseconds(20))
            let passed = ContinuousClock.now - start
            #expect(passed >= .milliseconds(20) && passed < .seconds(2))
        }
    }

    @Test func sleepers_wake_in_order() async throws {
        try await onLoop { loop in
            let order = Protected<[Int]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in [5, 1, 4, 2, 3] {
                    group.addTask(executorPreference: loop) {
                        try await loop.sleep(for: .milliseconds(number * 20))
                        order.withLock { $0.append(number) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(order.value == [1, 2, 3, 4, 5])
        }
    }

    @Test(arguments: [0, 1, 10]) func a_cancelled_sleep_returns_at_once(after: Int) async throws {
        try await onLoop { loop in
            let start = ContinuousClock.now
            let task = Task { try await loop.sleep(for: .seconds(60)) }
            if after > 0 { try await loop.sleep(for: .milliseconds(after)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test func a_sleep_of_ages_can_be_asked_for() async throws {
        try await withLoop { loop in
            for length in [Duration.seconds(4_000), .seconds(Int64.max), .seconds(-1)] {
                let task = Task { try await loop.sleep(for: length) }
                try await loop.sleep(for: .milliseconds(1))
                task.cancel()
                _ = try? await task.value
            }
        }
    }

    @Test func waits_for_a_pipe_to_be_readable_and_for_its_end() async throws {
        try await withLoop { loop in
            var ends: [Int32] = [0, 0]
            #expect(pipe2(&ends, O_CLOEXEC) == 0)
            defer { close(ends[0]) }
            let reader = ends[0]
            async let first: Void = loop.readable(reader)
            async let second: Void = loop.readable(reader)
            write(ends[1], "x", 1)
            try await first
            try await second
            var byte: UInt8 = 0
            #expect(read(reader, &byte, 1) == 1)
            close(ends[1])
            try await loop.readable(reader)
            #expect(read(reader, &byte, 1) == 0)
        }
    }

    @Test func waits_for_a_process_to_end() async throws {
        try await withLoop { loop in
            let child = try ChildProcess("sleep", ["0.05"], output: "/dev/null")
            let pidfd = linux_pidfd_open(child.pid)
            defer { close(pidfd) }
            try await loop.readable(pidfd)
            #expect(child.exitCode == 0)
        }
    }

    @Test func what_cannot_be_watched_counts_as_readable() async throws {
        try await withLoop { loop in
            let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            try await loop.readable(file)
            try await loop.readable(-1)
        }
    }

    @Test func a_cancelled_wait_returns_at_once() async throws {
        try await withLoop { loop in
            let descriptor = eventfd(0, Int32(EFD_CLOEXEC))
            defer { close(descriptor) }
            let task = Task { try await loop.readable(descriptor) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func closing_ends_every_wait() async throws {
        let loop = EventLoop()
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        defer { close(descriptor) }
        let sleeper = Task { try await loop.sleep(for: .seconds(60)) }
        let waiter = Task { try await loop.readable(descriptor) }
        try await loop.sleep(for: .milliseconds(1))
        loop.close()
        loop.close()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        await #expect(throws: CancellationError.self) { try await waiter.value }
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .zero) }
    }

    @Test func actors_of_a_loop_run_one_at_a_time_on_its_thread() async throws {
        actor Counter {
            let loop: EventLoop
            nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
            var count = 0
            init(_ loop: EventLoop) { self.loop = loop }
            func add() {
                loop.preconditionIsolated()
                count += 1
            }
        }
        try await withLoop { loop in
            let counter = Counter(loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { for _ in 0..<200 { await counter.add() } }
                }
            }
            #expect(await counter.count == 10_000)
        }
    }
}
