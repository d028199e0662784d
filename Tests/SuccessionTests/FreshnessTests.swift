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

    private static let a = Cast.line
    private static let b = Cast.otherLine

    static let table: [(String, Freshness, than: Freshness, Bool)] = [
        ("nothing and nothing", .empty, than: .empty, false),
        ("data and nothing", file(nil, nil, at: 1), than: .empty, true),
        ("nothing and data", .empty, than: file(nil, nil, at: 1), false),
        ("an empty server with a high offset", running(a, 9_999, keys: false), than: file(a, 1, at: 1), false),
        ("two empty ones with different offsets", running(a, 9, keys: false), than: running(a, 1, keys: false), false),
        ("a higher offset of the cluster's line", file(a, 2, at: 1), than: file(a, 1, at: 9), true),
        ("a lower offset of the cluster's line, in a newer file", file(a, 1, at: 9), than: file(a, 2, at: 1), false),
        ("the same offset, in a newer file", file(a, 2, at: 9), than: file(a, 2, at: 1), false),
        ("a replica behind a file of the same line", running(a, 1), than: file(a, 2, at: 1), false),
        ("a replica ahead of a file of the same line", running(a, 3), than: file(a, 2, at: 1), true),
        (
            "offsets of a line that isn't the cluster's: the files count", file(b, 9, at: 1), than: file(b, 1, at: 2),
            false
        ),
        ("offsets of two lines: the files count", file(a, 1, at: 2), than: file(b, 9, at: 1), true),
        ("a line without an offset: the files count", file(a, nil, at: 2), than: file(a, 9, at: 1), true),
        ("no line (AOF): the files count", file(nil, nil, at: 2), than: file(nil, nil, at: 1), true),
        ("no line, files of one second", file(nil, nil, at: 1), than: file(nil, nil, at: 1), false),
        ("a running copy of another line, and a file", running(b, 1), than: file(a, 9, at: 1), true),
        ("a file, and a running copy of another line", file(a, 9, at: 1), than: running(b, 1), false),
        ("two running copies of different lines", running(a, 9), than: running(b, 1), false),
    ]

    @Test(arguments: table.indices)
    func compares(row: Int) {
        let (name, one, other, fresher) = Self.table[row]
        #expect(one.isFresher(than: other, clusterReplicationID: Self.a) == fresher, "\(name)")
    }

    @Test func withoutTheClustersLineOffsetsSayNothing() {
        #expect(!Self.file(Self.a, 2, at: 1).isFresher(than: Self.file(Self.a, 1, at: 1), clusterReplicationID: nil))
        #expect(Self.file(Self.a, 1, at: 2).isFresher(than: Self.file(Self.a, 2, at: 1), clusterReplicationID: nil))
    }

    /// Never both of two: each would wait for the other.
    @Test func noTwoAreFresherThanEachOther() {
        var all: [Freshness] = []
        for holds in [true, false] {
            for line in [Self.a, Self.b, nil] {
                for offset in [1, 2, nil] as [Int64?] {
                    for modified in [1, 2, nil] as [Int64?] {
                        let copy = Freshness(holdsData: holds, replicationID: line, offset: offset, modified: modified)
                        all.append(copy)
                    }
                }
            }
        }
        for line in [Self.a, nil] {
            for one in all {
                for other in all where one.isFresher(than: other, clusterReplicationID: line) {
                    #expect(!other.isFresher(than: one, clusterReplicationID: line))
                }
            }
        }
    }

    /// Launchers of two versions read each other's candidates: the names of the fields are a contract.
    @Test func theNamesInJSONAreKept() throws {
        let text = #"{"holds_data":true,"modified":7,"offset":5,"replication_id":"\#(Self.a)"}"#
        let copy = try JSONDecoder().decode(Freshness.self, from: Data(text.utf8))
        #expect(copy == Self.file(Self.a, 5, at: 7))
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
