import FoundationEssentials
import Testing

@testable import Succession

/// The JSON of what launchers, leases and watchers of several versions read from each other: the names are a contract,
/// what is written is read the same, and what can't be is taken for no argument.
@Suite(.timeLimit(.minutes(5))) struct WrittenFormsTests {
    private static func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private static func written(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func aCandidatesCopy() throws {
        let text =
            #"{"cluster":"0123456789abcdef","epoch":3,"holds_data":true,"kept":true,"keys":100,"loadable":true,"#
            + #""modified":1000,"offset":1000,"replication_id":"\#(Cast.line)"}"#
        #expect(try Self.read(Freshness.self, text) == Cast.current)
        #expect(try Self.written(Cast.current) == text)
        #expect(try Self.read(Freshness.self, #"{"holds_data":true}"#) == Freshness(holdsData: true))
        #expect(try Self.read(Freshness.self, #"{"holds_data":false,"kept":false}"#) == Cast.cache)
        #expect(try Self.read(Freshness.self, #"{"holds_data":true,"loadable":false}"#).isLoadable == false)
    }

    @Test(arguments: [
        #""epoch":-1"#, #""epoch":9223372036854775807"#, #""epoch":9007199254740992"#, #""offset":-1"#,
        #""offset":-9223372036854775808"#, #""keys":-1"#, #""modified":-1"#, #""replication_id":"x""#,
        #""replication_id":"a b""#, #""cluster":"""#, #""cluster":"01234567\nrequirepass""#, #""cluster":"{{{{{{{{""#,
    ])
    func whatCanNotBeIsNotSaid(_ field: String) throws {
        #expect(try Self.read(Freshness.self, #"{"holds_data":true,\#(field)}"#) == Freshness(holdsData: true))
    }

    @Test(arguments: [
        #""epoch":"3""#, #""epoch":1.5"#, #""offset":9223372036854775808"#, #""kept":1"#, #""cluster":7"#,
        #""keys":[]"#,
    ])
    func anotherTypeIsNoCopy(_ field: String) {
        #expect(throws: (any Error).self) { try Self.read(Freshness.self, #"{"holds_data":true,\#(field)}"#) }
    }

    static let records = [
        ClusterRecord(id: "01234567", members: 1),
        ClusterRecord(id: "01234567", members: 3, epoch: 2, replicationID: Cast.line),
        ClusterRecord(
            id: Cast.clusterID, members: 4, epoch: 7, sentinelEpoch: 6, replicationID: Cast.line,
            holdings: Holdings(epoch: 7, offset: 12, rate: 3, keys: 2, isKept: false, seen: "2026-01-01T00:00:00.000Z"),
            reigns: [
                Reign(epoch: 5, replicationID: Cast.otherLine, until: 4),
                Reign(epoch: 6, replicationID: Cast.fileLine, until: 9),
            ],
            holders: [
                Holder(Cast.first, epoch: 7, offset: 12), Holder(Cast.address("[2001:db8::1]:1"), epoch: 6, offset: 0),
                Holder(Cast.address("redis-1.example.com:7"), epoch: 0, offset: 1),
            ], missingSince: 1_700_000_000_000),
    ]

    @Test(arguments: records)
    func theClustersRecord(_ record: ClusterRecord) throws {
        #expect(try Self.read(ClusterRecord.self, record.json).validated() == record)
        #expect(try Self.read(ClusterRecord.self, try Self.written(record)) == record)
        #expect(ZnodeTextLimit.holds(record.json))
    }

    @Test func theNamesOfTheRecordAreKept() throws {
        #expect(Self.records[0].json == #"{"epoch":0,"id":"01234567","members":1}"#)
        #expect(
            Self.records[2].json == #"{"epoch":7,"holders":[{"at":"10.0.0.3:7003","e":7,"to":12},"#
                + #"{"at":"[2001:db8::1]:1","e":6,"to":0},{"at":"redis-1.example.com:7","e":0,"to":1}],"#
                + #""holds":{"epoch":7,"keys":2,"kept":false,"offset":12,"rate":3,"seen":"2026-01-01T00:00:00.000Z"},"#
                + #""id":"0123456789abcdef","members":4,"missing_since":1700000000000,"#
                + #""reigns":[{"e":5,"id":"\#(Cast.otherLine)","to":4},{"e":6,"id":"\#(Cast.fileLine)","to":9}],"#
                + #""replication_id":"\#(Cast.line)","sentinel_epoch":6}"#)
        let least = try Self.read(ClusterRecord.self, #"{"id":"01234567","members":1}"#)
        #expect(least == Self.records[0])
    }

    /// The longest that may be written is read again.
    @Test func theFullestRecordHasRoom() throws {
        let host = Cast.address("[1111:2222:3333:4444:5555:6666:7777:8888]:65535")
        var record = ClusterRecord(
            id: String(repeating: "a", count: 64), members: 100_000, epoch: (1 << 53) - 1, sentinelEpoch: (1 << 53) - 1,
            replicationID: Cast.line,
            holdings: Holdings(
                epoch: (1 << 53) - 1, offset: .max, rate: .max, keys: .max, seen: String(repeating: "0", count: 40)),
            missingSince: .max)
        record.reigns = (0..<16).map { _ in Reign(epoch: (1 << 53) - 1, replicationID: Cast.line, until: .max) }
        record.holders = (0..<16).map { _ in Holder(host, epoch: (1 << 53) - 1, offset: .max) }
        #expect(try record.validated() == record)
        #expect(record.json.utf8.count <= ClusterRecord.byteLimit)
        #expect(try Self.read(ClusterRecord.self, record.json) == record)
    }

    @Test(arguments: [
        #"{"id":"01234567"}"#, #"{"members":1}"#, #"{"id":7,"members":1}"#, #"{"id":"01234567","members":"1"}"#,
        #"{"id":"01234567","members":1,"epoch":1.5}"#, #"{"id":"01234567","members":1,"epoch":9223372036854775808}"#,
        #"{"id":"01234567","members":1,"reigns":{}}"#, #"{"id":"01234567","members":1,"reigns":[{"e":1}]}"#,
        #"{"id":"01234567","members":1,"holders":[{"at":"nowhere","e":1,"to":1}]}"#,
        #"{"id":"01234567","members":1,"holders":[{"at":"10.0.0.1:0","e":1,"to":1}]}"#,
        #"{"id":"01234567","members":1,"holds":7}"#, #"{"id":"01234567","members":1,"holds":{"epoch":1}}"#, "[]", "7",
    ])
    func whatIsNoRecord(_ text: String) {
        #expect(throws: (any Error).self) { try Self.read(ClusterRecord.self, text) }
    }

    static let passport = Passport(
        cluster: Cast.clusterID, epoch: 3, replicationID: Cast.line, previousID: Cast.otherLine, previousOffset: 901,
        offset: 1_000, role: .replica, keys: 100, persistence: .aof, runID: Cast.fileLine, modified: 5)

    @Test func aPassport() throws {
        let text =
            #"{"cluster":"0123456789abcdef","epoch":3,"keys":100,"modified":5,"offset":1000,"persistence":"aof","#
            + #""previous_id":"\#(Cast.otherLine)","previous_offset":901,"replication_id":"\#(Cast.line)","role":"replica","#
            + #""run_id":"\#(Cast.fileLine)","synchronised":true}"#
        #expect(try Self.written(Self.passport) == text)
        #expect(try Self.read(Passport.self, text).validated() == Self.passport)
        #expect(text.utf8.count < Passport.limit)
        #expect(Self.passport.position == Position(epoch: 3, offset: 1_000))
    }

    @Test(arguments: [
        (#""epoch":3"#, #""epoch":-3"#), (#""epoch":3"#, #""epoch":9007199254740992"#),
        (#""epoch":3"#, #""epoch":9223372036854775807"#), (#""offset":1000"#, #""offset":-1"#),
        (#""keys":100"#, #""keys":-1"#), (#""modified":5"#, #""modified":-5"#),
        (#""previous_offset":901"#, #""previous_offset":-901"#), (#""cluster":"0123"#, #""cluster":"0 23"#),
        (#""replication_id":"a"#, #""replication_id":"g"#), (#""previous_id":"c"#, #""previous_id":"cc"#),
        (#""run_id":"b"#, #""run_id":"/"#), (#""role":"replica""#, #""role":"slave""#),
        (#""persistence":"aof""#, #""persistence":"both""#), (#""offset":1000"#, #""offset":"1000""#),
        (#""synchronised":true"#, #""synchronised":"yes""#), (#""run_id""#, #""run""#),
    ])
    func whatIsNoPassport(_ good: String, _ bad: String) throws {
        let text = try Self.written(Self.passport)
        #expect(text.contains(good))
        let changed = text.split(separator: good, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: bad)
        #expect(throws: (any Error).self) { try Self.read(Passport.self, changed).validated() }
    }

    /// Files that are much newer than the passport were written without it; older ones were put in their place.
    @Test(
        arguments: [
            (0, true), (-1_000, true), (-1_001, false), (60_000, true), (65_000, true), (65_001, false),
            (9_000_000, false),
        ] as [(Int64, Bool)])
    func whichFilesAPassportSpeaksOf(_ written: Int64, _ speaks: Bool) {
        let known: Int64 = 1_700_000_000_000
        #expect(Passport.speaks(ofFilesFrom: known + written, asOf: known + 60_000, knowing: known) == speaks)
    }
}

private enum ZnodeTextLimit {
    static func holds(_ text: String) -> Bool {
        (try? ZnodeText.line(Array(text.utf8), limit: ClusterRecord.byteLimit)) != nil
    }
}
