import Cluster
import Glibc
import Support
import Testing
import Throttle

@testable import Local

/// What `interrex local` says to who reads slowly, or for a while not at all.
@Suite(.inTurn) struct LocalConsoleTests {
    @Test("a reader that was slow for long sees what comes later, and how much was dropped")
    func slowReader() async throws {
        let pipe = try FullPipe()
        let file = open(pipe.path, O_WRONLY)
        let console = LocalConsole(Environment([:]), to: file)
        var (text, said) = ("", 0)
        // Twice as much as may ever wait, again and again, and a read for each.
        for _ in 0..<20 {
            for _ in 0..<4_000 {
                said += 1
                console.say("line \(said) of those that are said to nobody in particular")
            }
            text += pipe.drain()
        }
        try await eventually("what was dropped is said") {
            text += pipe.drain()
            return text.hasSuffix("dropped because nobody read them)\n")
        }
        console.say("the end")
        try await eventually("what comes later is seen") {
            text += pipe.drain()
            return text.hasSuffix("\nthe end\n")
        }
        let lines = text.split(separator: "\n")
        let dropped = lines.compactMap { $0.wholeMatch(of: /\((\d+) lines? w\w+ dropped because nobody read them\)/) }
            .compactMap { Int($0.output.1) }
        #expect(lines.count { $0.hasPrefix("line ") } + dropped.reduce(0, +) == said)
        close(file)
    }
}
