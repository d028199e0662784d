import Cluster
import Runtime
import Succession
import Testing
import Throttle

@testable import Watching

@Suite("What a watch tells", .inTurn) struct JournalTests {
    private static let loop = EventLoop()
    private let watcher = WatcherContext(
        loop: Self.loop, redis: RedisSettings(masterName: "mymaster", credentials: nil, sentinelCredentials: nil),
        address: Sights.address(8_080), board: StatusBoard(), feed: EventFeed(), hookFeed: EventFeed(),
        metrics: PrometheusBackend(), limiter: PassLimiter(loop: Self.loop),
        pulse: Pulse(loop: Self.loop))

    private var view: WatcherView {
        WatcherView(
            watchers: [
                .init(path: "/redis/watchers/n-1", number: 1, address: Sights.address(8_081), owner: 1, version: 0)
            ])
    }

    /// The servers were asked, ZooKeeper was not: no complete look, and who leads is not known.
    @Test func aLookWithoutZooKeeper() throws {
        var journal = Journal(root: "/redis", watcher: watcher)
        let snapshot = try #require(Sights.healthy().snapshot)
        for isConnected in [true, false] {
            journal.show(snapshot, view: view, isConnected: isConnected, alerts: [])
            journal.passed(in: .milliseconds(3), isComplete: isConnected)
            let status = try #require(watcher.board.status(ofRoot: "/redis"))
            #expect(status.leader == (isConnected ? Sights.address(8_081) : nil))
        }
        let samples = watcher.metrics.text()
        #expect(samples.contains(#"interrex_passes_total{cluster="/redis"} 1"# + "\n"))
        #expect(samples.contains(#"interrex_failed_passes_total{cluster="/redis"} 1"# + "\n"))
        #expect(samples.contains(#"interrex_session_connected{cluster="/redis"} 0"# + "\n"))
    }

    /// Whatever action wrote it down, a promotion as well: what this watcher recorded it tells once.
    @Test func anOwnRecordIsToldOnce() async throws {
        var journal = Journal(root: "/redis", watcher: watcher)
        var snapshot = try #require(Sights.healthy().snapshot)
        var stream = watcher.feed.stream().makeAsyncIterator()
        journal.saw(snapshot, isFresh: true)
        let notice = Notice("master-changed", old: Sights.address(1), new: Sights.address(2), "promoted")
        journal.note(
            .init(notice: notice, cause: "promoted", recorded: Sights.address(2)), of: .promote(Sights.address(2)))
        snapshot.record = Record(Sights.address(2), version: 8)
        journal.saw(snapshot, isFresh: true)
        journal.publish(Notice("last", "x"))
        #expect(await stream.next()?.text == "promoted")
        #expect(await stream.next()?.event == "last")
    }

    /// Streams hear everything; hooks what is of the time when this watcher leads.
    @Test func whoHearsWhat() async throws {
        var journal = Journal(root: "/redis", watcher: watcher)
        var snapshot = try #require(Sights.healthy().snapshot)
        var stream = watcher.feed.stream().makeAsyncIterator()
        var hooks = watcher.hookFeed.stream().makeAsyncIterator()
        journal.saw(snapshot, isFresh: true)
        snapshot.record = Record(Sights.address(2), version: 8)
        journal.saw(snapshot, isFresh: true)
        #expect(await stream.next()?.new == Sights.address(2))
        journal.publish(Notice("other", "x"))
        snapshot.leads = true
        journal.saw(snapshot, isFresh: true)
        journal.publish(Notice("own", "x"))
        var events: [String] = []
        for _ in 0..<3 { if let event = await hooks.next() { events.append(event.event) } }
        #expect(events == ["master-changed", "other", "own"])
        // A look without ZooKeeper shows the master of the one before.
        snapshot.record = Record(Sights.address(1), version: 7)
        journal.saw(snapshot, isFresh: false)
        journal.publish(Notice("last", "x"))
        #expect(await hooks.next()?.event == "last")
    }
}
