import Support
import Testing
import Throttle
import ZooKeeper

/// The operations, on a real server.
@Suite(.inTurn) struct OperationTests {
    @Test func createGetSetDelete() async throws {
        let session = try await TestRoot.session()
        #expect(try await session.create("/a", [1, 2]) == "/a")
        let node = try await session.get("/a")
        #expect(node.data == [1, 2])
        #expect(node.stat.dataLength == 2)
        #expect(node.stat.version == 0)
        #expect(node.stat.ephemeralOwner == 0)
        #expect(node.stat.created > 1_500_000_000_000)
        let stat = try await session.set("/a", [3], version: 0)
        #expect(stat.version == 1)
        #expect(stat.mzxid > node.stat.mzxid)
        #expect(try await session.get("/a").data == [3])
        #expect(try await session.set("/a", []).version == 2)
        #expect(try await session.get("/a").data.isEmpty)
        #expect(try await session.exists("/a")?.version == 2)
        try await session.sync("/a")
        try await session.delete("/a", version: 2)
        #expect(try await session.exists("/a") == nil)
        await session.close()
    }

    @Test func refusalsNameOperationAndPath() async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root)
        try await session.create("/a/b", parents: true)
        try await session.create("/e", [], .ephemeral)
        let expected: [(ZooKeeperError?, ZooKeeperError)] = [
            (await failure { try await session.get("/x") }, .init(.noNode, "get", root + "/x")),
            (await failure { try await session.set("/x", []) }, .init(.noNode, "set", root + "/x")),
            (await failure { try await session.delete("/x") }, .init(.noNode, "delete", root + "/x")),
            (await failure { try await session.children("/x") }, .init(.noNode, "children", root + "/x")),
            (await failure { try await session.create("/x/y") }, .init(.noNode, "create", root + "/x/y")),
            (await failure { try await session.create("/a") }, .init(.nodeExists, "create", root + "/a")),
            (await failure { try await session.set("/a", [], version: 7) }, .init(.badVersion, "set", root + "/a")),
            (await failure { try await session.delete("/a", version: 7) }, .init(.badVersion, "delete", root + "/a")),
            (await failure { try await session.delete("/a") }, .init(.notEmpty, "delete", root + "/a")),
            (
                await failure { try await session.create("/e/f") },
                .init(.noChildrenForEphemerals, "create", root + "/e/f")
            ),
        ]
        for (seen, wanted) in expected {
            #expect(seen == wanted)
            #expect(seen?.isAmbiguous == false)
        }
        #expect(expected[0].0?.description == "get \(root)/x: no node")
        await session.close()
    }

    @Test(arguments: ["", "a", "/a/", "//", "/a//b", "/a/../b", "/.", "/a\u{1}", "/a\u{0}b", "/\u{e000}", "/\u{1f600}"])
    func badPathIsRefusedUnsent(path: String) async throws {
        let session = try await TestRoot.session()
        #expect(await failure { try await session.get(path) }?.code == .badArguments)
        #expect(await failure { try await session.create(path, parents: true) }?.code == .badArguments)
        let error = await failure { try await session.multi([.check("/", version: 0), .delete(path, version: nil)]) }
        #expect(error?.code == .badArguments)
        #expect(error?.failedOperation == 1)
        #expect(session.state == .connected)
        await session.close()
    }

    @Test func ephemeralAndSequentialNodes() async throws {
        let session = try await TestRoot.session()
        try await session.create("/e", [], .ephemeral)
        #expect(try await session.exists("/e")?.ephemeralOwner == session.credentials.id)
        #expect(try await session.create("/s-", [], .persistentSequential) == "/s-0000000001")
        #expect(try await session.create("/s-", [9], .ephemeralSequential) == "/s-0000000002")
        #expect(try await session.get("/s-0000000002").data == [9])
        #expect(try await session.children("/").sorted() == ["e", "s-0000000001", "s-0000000002"])
        await session.close()
    }

    @Test func parentsAreCreatedOnce() async throws {
        let session = try await TestRoot.session()
        #expect(try await session.create("/a/b/c", [1], parents: true) == "/a/b/c")
        #expect(try await session.create("/a/b/d", [1], parents: true) == "/a/b/d")
        #expect(await failure { try await session.create("/a/b/c", parents: true) }?.code == .nodeExists)
        #expect(try await session.children("/a/b").sorted() == ["c", "d"])
        await session.close()
    }

    @Test func namesInUnicode() async throws {
        let session = try await TestRoot.session()
        try await session.create("/äöü – 日本", Array("ß".utf8))
        #expect(try await session.children("/") == ["äöü – 日本"])
        #expect(try await session.get("/äöü – 日本").data == Array("ß".utf8))
        await session.close()
    }

    /// A server drops the connection of a request beyond its limit, and a retry would for ever.
    @Test func largestRequestPassesAndALargerOneIsRefusedHere() async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root)
        let path = root + "/a"
        // Header, path, data, the open ACL and flags, as zookeeper.jute writes them.
        let overhead = 8 + 4 + path.utf8.count + 4 + (4 + 4 + 4 + 5 + 4 + 6) + 4
        let data = [UInt8](repeating: 7, count: Session.maximumRequestSize - overhead)
        #expect(await failure { try await session.create("/a", data + [7]) }?.code == .tooLarge)
        try await session.create("/a", data)
        #expect(try await session.get("/a").data == data)
        let tooLarge = data + [UInt8](repeating: 0, count: 99)
        #expect(await failure { try await session.set("/a", tooLarge) }?.code == .tooLarge)
        let half = Array(data[..<(data.count / 2)])
        let both = await failure {
            try await session.multi([.set("/a", half, version: nil), .set("/a", half + half, version: nil)])
        }
        #expect(both?.code == .tooLarge)
        #expect(both?.isAmbiguous == false)
        #expect(session.state == .connected)
        await session.close()
    }

    @Test func thousandGetsAtOnce() async throws {
        let session = try await TestRoot.session()
        for number in 0..<10 { try await session.create("/\(number)", [UInt8(number)]) }
        let seen = try await withThrowingTaskGroup { group in
            for number in 0..<1_000 {
                group.addTask { (number, try await session.get("/\(number % 10)").data) }
            }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect(seen.count == 1_000)
        #expect(seen.allSatisfy { $0.value == [UInt8($0.key % 10)] })
        await session.close()
    }
}
