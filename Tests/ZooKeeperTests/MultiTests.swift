import Support
import Testing
import Throttle
import ZooKeeper

/// `multi`: all or nothing, and which one was refused.
@Suite(.inTurn) struct MultiTests {
    @Test func eachOperationHasItsResult() async throws {
        let session = try await TestRoot.session()
        try await session.create("/old", [1])
        let results = try await session.multi([
            .check("/old", version: 0),
            .create("/new", [2], .persistent),
            .create("/e-", [], .ephemeralSequential),
            .set("/old", [3], version: 0),
            .set("/new", Array(repeating: 4, count: 1_000), version: nil),
            .delete("/old", version: 1),
        ])
        #expect(results.count == 6)
        #expect(results[0] == .checked)
        #expect(results[1] == .created("/new"))
        #expect(results[2] == .created("/e-0000000002"))
        guard case .set(let stat) = results[4] else { throw TestFailure("no metadata in \(results[4])") }
        #expect(stat.dataLength == 1_000)
        #expect(stat.version == 1)
        #expect(results[5] == .deleted)
        #expect(try await session.exists("/old") == nil)
        #expect(try await session.exists("/e-0000000002")?.ephemeralOwner == session.credentials.id)
        await session.close()
    }

    @Test func noneIsNothing() async throws {
        let session = try await TestRoot.session()
        #expect(try await session.multi([]).isEmpty)
        await session.close()
    }

    @Test(arguments: [0, 1, 2])
    func refusedOneIsNamedAndNothingDone(index: Int) async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root)
        try await session.create("/a", [])
        var operations: [ZooKeeper.Operation] = [
            .create("/b", [], .persistent), .set("/a", [1], version: 0), .create("/c", [], .ephemeral),
        ]
        operations[index] = .check("/a", version: 9)
        let error = await failure { try await session.multi(operations) }
        #expect(error == ZooKeeperError(.badVersion, "multi", root + "/a", failedOperation: index))
        #expect(error?.description == "multi \(root)/a (operation \(index)): bad version")
        #expect(error?.isAmbiguous == false)
        #expect(try await session.children("/") == ["a"])
        #expect(try await session.get("/a").stat.version == 0)
        await session.close()
    }

    @Test func codesOfTheRefusedOne() async throws {
        let session = try await TestRoot.session()
        try await session.create("/a/b", parents: true)
        let cases: [(ZooKeeper.Operation, ZooKeeperError.Code)] = [
            (.create("/a", [], .persistent), .nodeExists), (.create("/x/y", [], .persistent), .noNode),
            (.set("/x", [], version: nil), .noNode), (.delete("/a", version: nil), .notEmpty),
            (.delete("/a/b", version: 4), .badVersion), (.check("/x", version: 0), .noNode),
        ]
        for (operation, code) in cases {
            let error = await failure { try await session.multi([.create("/z", [], .persistent), operation]) }
            #expect(error?.code == code)
            #expect(error?.failedOperation == 1)
        }
        await session.close()
    }

    @Test func manyOperations() async throws {
        let session = try await TestRoot.session()
        let results = try await session.multi((0..<500).map { .create("/\($0)", [UInt8($0 % 256)], .persistent) })
        #expect(results == (0..<500).map { .created("/\($0)") })
        await session.close()
    }
}
