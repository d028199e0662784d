import Glibc
import Runtime
import Support
import Testing
import Throttle

@testable import Cluster

/// Saying something never waits, whoever reads.
@Suite(.inTurn) struct LogQueueTests {
    private func queue(_ descriptor: Int32) -> LogQueue {
        LogQueue(to: descriptor) { Array("dropped \($0)\n".utf8) }
    }

    private func line(_ number: Int) -> [UInt8] { Array("line \(number) \(String(repeating: "x", count: 990))\n".utf8) }

    @Test func lines_come_in_order_and_are_flushed() throws {
        let folder = try TemporaryFolder()
        let file = open("\(folder.path)/log", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let queue = queue(file)
        for number in 0..<50 { queue.add(Array("\(number)\n".utf8)) }
        #expect(queue.flush(within: .seconds(10)))
        #expect(contents(of: "\(folder.path)/log") == (0..<50).map { "\($0)\n" }.joined())
    }

    @Test func a_full_pipe_holds_nobody_up_and_what_was_dropped_is_counted_and_said() async throws {
        let pipe = try FullPipe()
        let file = open(pipe.path, O_WRONLY)
        let (queue, dropped) = (queue(file), Protected(0))
        queue.observeDrops { count in dropped.withLock { $0 += count } }
        let start = ContinuousClock.now
        for number in 0..<100 { queue.add(line(number)) }
        #expect(!queue.flush(within: .milliseconds(50)))
        #expect(ContinuousClock.now - start < .seconds(1))
        let kept = LogQueue.capacity / line(10).count
        #expect(abs(dropped.value - (100 - kept)) <= 1, "\(dropped.value) of 100, \(kept) fit")
        // Once dropping has begun nothing is let in between: the gap is one.
        queue.add(Array("small\n".utf8))
        let expected = dropped.value

        var text = ""
        try await eventually("it says so: \(text.suffix(100))") {
            text += pipe.drain()
            return text.contains("dropped \(expected)\n")
        }
        queue.add(Array("after\n".utf8))
        #expect(queue.flush(within: .seconds(10)))
        text += pipe.drain()
        let lines = text.split(separator: "\n").map { $0.split(separator: " x")[0] }
        #expect(lines == (0..<(101 - expected)).map { "line \($0)" } + ["dropped \(expected)", "after"])
        close(file)
    }

    /// It must not silence what comes behind it.
    @Test func a_line_that_is_longer_than_the_room_is_written_alone() async throws {
        let pipe = try FullPipe()
        let file = open(pipe.path, O_WRONLY)
        let queue = queue(file)
        let long = String(repeating: "y", count: LogQueue.capacity + 1)
        queue.add(Array("\(long)\n".utf8))
        queue.add(Array("dropped with it\n".utf8))
        var text = ""
        try await eventually("it is written, and what was dropped is said") {
            text += pipe.drain()
            return text.hasSuffix("dropped 1\n")
        }
        queue.add(Array("after\n".utf8))
        #expect(queue.flush(within: .seconds(10)))
        text += pipe.drain()
        #expect(text.drop { $0 == "\n" } == "\(long)\ndropped 1\nafter\n")
        close(file)
    }

    @Test(arguments: [true, false])
    func what_nobody_can_read_is_no_trouble(isClosed: Bool) throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        close(ends[0])
        // The number of a closed descriptor may be another's at once: one far above what is open.
        let queue = queue(isClosed ? 1_000_000 : ends[1])
        for number in 0..<200 { queue.add(line(number)) }
        #expect(queue.flush(within: .seconds(10)))
        close(ends[1])
    }

    @Test func a_file_that_somebody_made_non_blocking_gets_whole_lines() async throws {
        let pipe = try FullPipe()
        let file = open(pipe.path, O_WRONLY | O_NONBLOCK)
        let queue = queue(file)
        for number in 0..<5 { queue.add(line(number)) }
        #expect(!queue.flush(within: .milliseconds(50)))
        var text = pipe.drain()
        #expect(queue.flush(within: .seconds(10)))
        text += pipe.drain()
        #expect(text.drop { $0 == "\n" } == (0..<5).map { String(decoding: line($0), as: UTF8.self) }.joined())
        close(file)
    }
}
