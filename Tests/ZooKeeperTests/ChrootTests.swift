import Support
import Testing
import Throttle
import ZooKeeper

/// Paths below a chroot, and the chroot's own creation.
@Suite(.inTurn) struct ChrootTests {
    @Test func createdWhenMissing() async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root + "/b/c")
        #expect(try await session.children("/").isEmpty)
        #expect(try await session.exists("/") != nil)
        try await session.set("/", [1])
        let outside = try await TestRoot.session(on: ZooKeeperServer.shared().connectString)
        #expect(try await outside.get(root + "/b/c").data == [1])
        #expect(try await outside.children(root) == ["b"])
        await session.close()
        await outside.close()
    }

    @Test func createdByManyAtOnce() async throws {
        let root = TestRoot.path() + "/x/y"
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    let session = try await TestRoot.session(chroot: root)
                    try await session.create("/\(number)")
                    await session.close()
                }
            }
            try await group.waitForAll()
        }
        let session = try await TestRoot.session(chroot: root)
        #expect(try await session.children("/").count == 8)
        await session.close()
    }

    @Test func pathsOfResultsAndWatchesAreTheCallers() async throws {
        let session = try await TestRoot.session(chroot: TestRoot.path() + "/b")
        #expect(try await session.create("/s-", [], .persistentSequential) == "/s-0000000000")
        #expect(try await session.multi([.create("/m", [], .persistent)]) == [.created("/m")])
        var changes = session.changes().makeAsyncIterator()
        _ = try await session.get("/m", watch: true)
        try await session.set("/m", [1])
        #expect(await changes.next() == WatchEvent(path: "/m", kind: .changed))
        _ = try await session.children("/", watch: true)
        try await session.create("/n")
        #expect(await changes.next() == WatchEvent(path: "/", kind: .children))
        await session.close()
    }

    @Test func hasTheSessionsACL() async throws {
        let root = TestRoot.path()
        let owner = try await TestRoot.session(chroot: root) { $0.digest = Digest(user: "me", password: "secret") }
        let stranger = try await TestRoot.session(chroot: root)
        #expect(try await stranger.get("/").data.isEmpty)
        #expect(await failure { try await stranger.create("/a") }?.code == .noAuth)
        await owner.close()
        await stranger.close()
    }

    /// In a chroot whose creation is forbidden the refusal is told at once, not at the limit.
    @Test func forbiddenCreationFails() async throws {
        let root = TestRoot.path()
        let owner = try await TestRoot.session(chroot: root) { $0.digest = Digest(user: "me", password: "secret") }
        let error = await #expect(throws: ZooKeeperError.self) { try await TestRoot.session(chroot: root + "/b") }
        #expect(error == ZooKeeperError(.noAuth, "create", root + "/b"))
        await owner.close()
    }
}
