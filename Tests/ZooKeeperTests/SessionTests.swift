import Runtime
import Support
import Testing
import Throttle

@testable import ZooKeeper

/// A session's life: states, closing, what is left behind.
@Suite(.inTurn) struct SessionTests {
    @Test func connectedSessionKnowsItself() async throws {
        let session = try await TestRoot.session { $0.timeout = .seconds(4) }
        #expect(session.state == .connected)
        #expect(session.negotiatedTimeout == .seconds(4))
        #expect(session.credentials.id != 0)
        #expect(session.credentials.password.count == 16)
        await session.close()
        #expect(session.state == .closed)
    }

    /// Two to twenty ticks.
    @Test(arguments: [(Duration.milliseconds(100), Duration.seconds(1)), (.seconds(60), .seconds(10))])
    func serverClampsTheTimeout(asked: Duration, given: Duration) async throws {
        let session = try await TestRoot.session { $0.timeout = asked }
        #expect(session.negotiatedTimeout == given)
        await session.close()
    }

    @Test func closeEndsTheSessionAtTheServer() async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root)
        let other = try await TestRoot.session(chroot: root)
        try await session.create("/e", [], .ephemeral)
        await session.close()
        #expect(try await other.exists("/e") == nil)
        await other.close()
    }

    @Test func closedSessionRefusesCalls() async throws {
        let session = try await TestRoot.session()
        await session.close()
        await session.close()
        let errors = [
            await failure { try await session.get("/a") }, await failure { try await session.create("/a") },
            await failure { try await session.multi([.create("/a", [], .persistent)]) },
            await failure { try await session.sync("/a") },
        ]
        for error in errors {
            #expect(error?.code == .closed)
            #expect(error?.isAmbiguous == false)
        }
    }

    @Test func closedByManyAtOnce() async throws {
        let session = try await TestRoot.session()
        await withTaskGroup { group in
            for _ in 0..<10 { group.addTask { await session.close() } }
            for _ in 0..<100 { group.addTask { _ = await failure { try await session.get("/") } } }
        }
        #expect(session.state == .closed)
    }

    @Test func statesBeginWithThePresentOneAndEndWithTheLast() async throws {
        let session = try await TestRoot.session()
        var states = session.states().makeAsyncIterator()
        #expect(await states.next() == .connected)
        await session.close()
        #expect(await states.next() == .closed)
        #expect(await states.next() == nil)
        var late = session.states().makeAsyncIterator()
        #expect(await late.next() == .closed)
        #expect(await late.next() == nil)
        var changes = session.changes().makeAsyncIterator()
        #expect(await changes.next() == nil)
    }

    @Test func forgottenSessionCloses() async throws {
        let root = TestRoot.path()
        let other = try await TestRoot.session(chroot: root)
        do {
            let session = try await TestRoot.session(chroot: root)
            try await session.create("/e", [], .ephemeral)
        }
        try await eventually("the ephemeral node goes") { try await other.exists("/e") == nil }
        await other.close()
    }

    /// Everything that libzookeeper held for us is given back, late and lost completions included.
    @Test(arguments: [false, true])
    func nothingIsKeptAfterClose(answersComeLate: Bool) async throws {
        let kept = try await unansweredCalls(answersComeLate)
        try await eventually("the link is freed") { kept.link == nil }
    }

    private struct Kept {
        weak var link: Link?
    }

    private func unansweredCalls(_ answersComeLate: Bool) async throws -> Kept {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let session = try await TestRoot.session(on: proxy.connectString) { $0.operationTimeout = .milliseconds(50) }
        proxy.goSilent()
        let operations: [ZooKeeper.Operation] = [.create("/a/b", [1], .persistent), .set("/a", [2], version: nil)]
        await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask { #expect(await failure { try await session.get("/") }?.code == .deadline) }
                group.addTask { #expect(await failure { try await session.multi(operations) }?.code == .deadline) }
            }
        }
        if answersComeLate {
            proxy.speak()
            try await eventually("an answer") { await failure { try await session.get("/") } == nil }
        }
        await session.close()
        return Kept(link: session.link)
    }

    @Test func callsUnderWayFailAtCloseAsAmbiguous() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let session = try await TestRoot.session(on: proxy.connectString)
        proxy.goSilent()
        async let write = failure { try await session.create("/never-known") }
        async let read = failure { try await session.get("/") }
        try await eventually("both calls wait") { session.link.calls.withLock { $0.unanswered } == 2 }
        let start = ContinuousClock.now
        async let closed: Void = session.close()
        let errors = await [write, read]
        #expect(errors.map { $0?.code } == [.closing, .closing])
        #expect(errors.map { $0?.isAmbiguous } == [true, false])
        await closed
        #expect(ContinuousClock.now - start < Session.closeLimit + .seconds(1))
    }
}
