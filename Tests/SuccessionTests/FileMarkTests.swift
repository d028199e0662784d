import Succession
import Testing

/// Which file is still the one that a passport speaks of.
@Suite(.timeLimit(.minutes(5))) struct FileMarkTests {
    private static let mark = FileMark(name: "appendonly.aof.2.incr.aof", inode: 7, size: 900, modified: 5_000_500)

    struct Case: CustomTestStringConvertible {
        var name: String
        var file: FileMark
        var isContinued: Bool

        var testDescription: String { name }

        init(_ name: String, _ isContinued: Bool, _ change: (inout FileMark) -> Void) {
            var file = FileMarkTests.mark
            change(&file)
            (self.name, self.file, self.isContinued) = (name, file, isContinued)
        }
    }

    @Test(arguments: [
        Case("as it was", true) { _ in },
        Case("appended to", true) { ($0.size, $0.modified) = (901, 5_000_900) },
        Case("touched", true) { $0.modified = 9_000_000 },
        Case("cut off by a power failure", true) { $0.size = 899 },
        Case("copied with its time", true) { $0.inode = 8 },
        Case("copied without its time", false) { ($0.inode, $0.modified) = (8, 5_000_501) },
        Case("another of the same time", false) { ($0.inode, $0.size) = (8, 901) },
        Case("of another name", false) { $0.name = "appendonly.aof.1.incr.aof" },
    ])
    func aLog(_ test: Case) { #expect(Self.mark.isContinued(by: test.file) == test.isContinued) }

    /// A snapshot bears the second in which it was begun.
    @Test(arguments: [(4_999, false), (5_000, true), (5_001, true)] as [(Int64, Bool)])
    func aSnapshot(_ begun: Int64, _ isReplaced: Bool) {
        #expect(Self.mark.isReplaced(bySnapshotFrom: begun) == isReplaced)
    }
}
