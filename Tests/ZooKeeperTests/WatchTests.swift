import Support
import Testing
import Throttle
import ZooKeeper

/// Watches: which fire, to whom, and after a lost connection.
@Suite(.inTurn) struct WatchTests {
    @Test func kinds() async throws {
        let session = try await TestRoot.session()
        var changes = session.changes().makeAsyncIterator()
        _ = try await session.exists("/a", watch: true)
        try await session.create("/a")
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .created))
        _ = try await session.get("/a", watch: true)
        try await session.set("/a", [1])
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .changed))
        _ = try await session.children("/a", watch: true)
        try await session.create("/a/b")
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .children))
        try await session.delete("/a/b")
        _ = try await session.exists("/a", watch: true)
        try await session.delete("/a")
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .deleted))
        await session.close()
        #expect(await changes.next() == nil)
    }

    @Test func fireOnceAndWithoutWatchNotAtAll() async throws {
        let session = try await TestRoot.session()
        var changes = session.changes().makeAsyncIterator()
        try await session.create("/a")
        _ = try await session.get("/a")
        try await session.set("/a", [1])
        _ = try await session.get("/a", watch: true)
        try await session.set("/a", [2])
        try await session.set("/a", [3])
        _ = try await session.exists("/end", watch: true)
        try await session.create("/end")
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .changed))
        #expect(await changes.next() == WatchEvent(path: "/end", kind: .created))
        await session.close()
    }

    @Test func everyStreamGetsThem() async throws {
        let session = try await TestRoot.session()
        var first = session.changes().makeAsyncIterator()
        var second = session.changes().makeAsyncIterator()
        _ = try await session.exists("/a", watch: true)
        try await session.create("/a")
        #expect(await first.next()?.path == "/a")
        #expect(await second.next()?.path == "/a")
        await session.close()
    }

    /// libzookeeper sets the watches again, and the server tells at once what changed meanwhile.
    @Test func changeDuringDisconnectIsTold() async throws {
        let root = TestRoot.path()
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let watcher = try await TestRoot.session(on: proxy.connectString, chroot: root)
        let writer = try await TestRoot.session(chroot: root)
        try await writer.create("/a")
        var changes = watcher.changes().makeAsyncIterator()
        var states = watcher.states().makeAsyncIterator()
        _ = try await watcher.get("/a", watch: true)
        #expect(await states.next() == .connected)
        proxy.refuse()
        #expect(await states.next() == .connecting)
        try await writer.set("/a", [1])
        proxy.allow()
        #expect(await states.next() == .connected)
        #expect(await changes.next() == WatchEvent(path: "/a", kind: .changed))
        await watcher.close()
        await writer.close()
    }
}
