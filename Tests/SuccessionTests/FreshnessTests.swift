import FoundationEssentials
import Testing

@testable import Succession

/// Which of two copies of the data is newer.
@Suite struct FreshnessTests {
    private static func file(_ line: String?, _ offset: Int64?, at modified: Int64?) -> Freshness {
        Freshness(holdsData: true, replicationID: line, offset: offset, modified: modified)
    }

    private static func running(_ line: String, _ offset: Int64, keys: Bool = true) -> Freshness {
        Cast.history(line, offset: offset, keys: keys).freshness
    }

    private static func damaged(at modified: Int64) -> Freshness {
        Freshness(holdsData: true, isLoadable: false, replicationID: a, offset: 1_000 * modified, modified: modified)
    }

    private static let a = Cast.line
    private static let b = Cast.otherLine

    static let table: [(String, Freshness, than: Freshness, Bool)] = [
        ("nothing and nothing", .empty, than: .empty, false),
        ("data and nothing", file(nil, nil, at: 1), than: .empty, true),
        ("nothing and data", .empty, than: file(nil, nil, at: 1), false),
        ("an empty server with a high offset", running(a, 9_999, keys: false), than: file(a, 1, at: 1), false),
        ("two empty ones with different offsets", running(a, 9, keys: false), than: running(a, 1, keys: false), false),
        ("a higher offset of one line", file(a, 2, at: 1), than: file(a, 1, at: 9), true),
        ("a lower offset of one line, in a newer file", file(a, 1, at: 9), than: file(a, 2, at: 1), false),
        ("the same offset, in a newer file", file(a, 2, at: 9), than: file(a, 2, at: 1), false),
        ("a replica behind a file of the same line", running(a, 1), than: file(a, 2, at: 1), false),
        ("a replica ahead of a file of the same line", running(a, 3), than: file(a, 2, at: 1), true),
        ("a higher offset, whichever line it is", file(b, 9, at: 1), than: file(b, 1, at: 2), true),
        ("offsets of two lines in files of one moment", file(a, 9, at: 1), than: file(b, 1, at: 1), false),
        ("damaged data and nothing", damaged(at: 1), than: .empty, true),
        ("nothing and damaged data", .empty, than: damaged(at: 1), false),
        ("damaged data and an older file", damaged(at: 9), than: file(a, 1, at: 1), false),
        ("a file and newer damaged data", file(a, 1, at: 1), than: damaged(at: 9), true),
        ("damaged data, the newer file", damaged(at: 2), than: damaged(at: 1), true),
        (
            "an empty file that can't be read and nothing", Freshness(holdsData: false, isLoadable: false),
            than: .empty, false
        ),
        ("offsets of two lines: the files count", file(a, 1, at: 2), than: file(b, 9, at: 1), true),
        ("a line without an offset: the files count", file(a, nil, at: 2), than: file(a, 9, at: 1), true),
        ("no line (AOF): the files count", file(nil, nil, at: 2), than: file(nil, nil, at: 1), true),
        ("no line, files of one moment", file(nil, nil, at: 1), than: file(nil, nil, at: 1), false),
        ("a running copy of another line, and a file", running(b, 1), than: file(a, 9, at: 1), true),
        ("a file, and a running copy of another line", file(a, 9, at: 1), than: running(b, 1), false),
        ("two running copies of different lines", running(a, 9), than: running(b, 1), false),
    ]

    @Test(arguments: table.indices)
    func compares(row: Int) {
        let (name, one, other, fresher) = Self.table[row]
        #expect(one.isFresher(than: other) == fresher, "\(name)")
    }

    /// Launchers of two versions read each other's candidates: the names of the fields are a contract.
    @Test func theNamesInJSONAreKept() throws {
        let text = #"{"holds_data":true,"loadable":true,"modified":7,"offset":5,"replication_id":"\#(Self.a)"}"#
        let copy = try JSONDecoder().decode(Freshness.self, from: Data(text.utf8))
        #expect(copy == Self.file(Self.a, 5, at: 7))
        let short = try JSONDecoder().decode(Freshness.self, from: Data(#"{"holds_data":true}"#.utf8))
        #expect(short == Freshness(holdsData: true))
        let broken = #"{"holds_data":true,"loadable":false}"#
        #expect(try JSONDecoder().decode(Freshness.self, from: Data(broken.utf8)).isLoadable == false)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(copy), as: UTF8.self) == text)

        let record = ClusterRecord(id: "01234567", members: 3, replicationID: Self.a, epoch: 2)
        let written = #"{"epoch":2,"id":"01234567","members":3,"replication_id":"\#(Self.a)"}"#
        #expect(record.json == written)
        #expect(ClusterRecord(id: "01234567", members: 1).json == #"{"id":"01234567","members":1}"#)
        let least = try JSONDecoder().decode(ClusterRecord.self, from: Data(#"{"id":"01234567","members":1}"#.utf8))
        #expect(least == ClusterRecord(id: "01234567", members: 1))
    }
}
