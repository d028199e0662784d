import Succession
import Support
import Testing
import Throttle

@testable import Launching

/// Every state of a data folder: our verdict on it, and what a real redis-server makes of it.
@Suite(.inTurn) struct DataVerdictTests {
    enum Verdict: Equatable {
        /// It starts with so many keys.
        case loads(keys: Int)
        /// It ends, and our line holds this word.
        case ends(String)
        /// It starts without a key beside data that it ignores, and our line holds this word.
        case ignores(String)
    }

    struct State: CustomStringConvertible, Sendable {
        let name: String
        let settings: String
        let verdict: Verdict
        /// Whether there is any data, loadable or not.
        let holdsData: Bool
        let make: @Sendable (MadeData, TemporaryFolder) throws -> Void

        var description: String { "\(name), \(settings)" }

        init(
            _ name: String, _ settings: String, _ verdict: Verdict, holdsData: Bool = true,
            _ make: @escaping @Sendable (MadeData, TemporaryFolder) throws -> Void
        ) {
            (self.name, self.settings, self.verdict, self.holdsData) = (name, settings, verdict, holdsData)
            self.make = make
        }
    }

    @Test("the verdict is what redis-server does", arguments: states)
    func verdict(_ state: State) async throws {
        let folder = try TemporaryFolder("redis")
        try state.make(try await MadeData.shared.value, folder)
        let lines = state.settings.split(separator: ",").map(String.init)
        let found = DataFiles(folder: folder.path, settings: lines.joined(separator: "\n")).find()
        #expect(found.freshness.holdsData == state.holdsData, "\(found)")
        #expect(found.freshness.isLoadable == (found.problem == nil))
        #expect((found.problem ?? "").utf8.count < 360, "it must fit into a line of 400: \(found)")
        let keys = try await keysLoaded(in: folder, lines.flatMap { ["--" + $0] })
        switch state.verdict {
        case .loads(let expected):
            #expect(found.problem == nil, "\(found)")
            #expect(keys == expected)
        case .ends(let word):
            #expect(found.problem?.contains(word) == true, "\(found)")
            #expect(keys == nil)
        case .ignores(let word):
            #expect(found.problem?.contains(word) == true, "\(found)")
            #expect(keys == 0)
        }
    }

    @Test("an RDB file that is cut off at any byte ends the server, as we say")
    func cutRDB() async throws {
        let made = try await MadeData.shared.value
        for length in Set(stride(from: 0, to: made.rdb.count, by: 17)).union([made.rdb.count - 1, made.rdb.count]) {
            let folder = try TemporaryFolder("redis")
            try writeBytes(Array(made.rdb.prefix(length)), to: "\(folder.path)/dump.rdb")
            let found = DataFiles(folder: folder.path, settings: "").find()
            #expect(found.freshness.isLoadable == (length == made.rdb.count), "\(length)")
            let keys = try await keysLoaded(in: folder, [])
            #expect((keys != nil) == found.freshness.isLoadable, "\(length)")
        }
    }

    @Test("a log that is cut off at any byte: the server's word is ours", arguments: ["yes", "no"])
    func cutLog(truncated: String) async throws {
        let made = try await MadeData.shared.value
        // Where the first command ends, and around it.
        let end = made.increment.dropFirst().firstIndex(of: UInt8(ascii: "*"))!
        let lengths = Set(stride(from: 0, to: made.increment.count, by: 9)).union([end - 1, end, end + 1])
        for length in lengths {
            let folder = try TemporaryFolder("redis")
            try made.putLog(folder)
            let path = "\(folder.path)/\(MadeData.incrementPath)"
            try writeBytes(Array(made.increment.prefix(length)), to: path)
            let settings = ["appendonly yes", "aof-load-truncated \(truncated)"]
            let found = DataFiles(folder: folder.path, settings: settings.joined(separator: "\n")).find()
            let keys = try await keysLoaded(in: folder, settings.map { "--" + $0 })
            #expect((keys != nil) == found.freshness.isLoadable, "\(length): \(found)")
            #expect(found.freshness.holdsData == (length > 0))
        }
    }

    @Test("a manifest that is cut off at any byte: the server's word is ours")
    func cutManifest() async throws {
        let made = try await MadeData.shared.value
        let lineEnd = made.manifest.firstIndex(of: UInt8(ascii: "\n"))! + 1
        for length in Set(stride(from: 0, through: made.manifest.count, by: 11)).union([lineEnd - 1, lineEnd]) {
            let folder = try TemporaryFolder("redis")
            try made.putLog(folder)
            try writeBytes(Array(made.manifest.prefix(length)), to: "\(folder.path)/\(MadeData.manifestPath)")
            let found = DataFiles(folder: folder.path, settings: "appendonly yes").find()
            let keys = try await keysLoaded(in: folder, ["--appendonly", "yes"])
            #expect((keys != nil) == found.freshness.isLoadable, "\(length): \(found)")
        }
    }
}
