import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// A look in the midst of a failover waits for nobody who need not be waited for.
@Suite(.inTurn) struct HastySurveyTests {
    /// Longer than a failover may take by far.
    private static let limit = Duration.seconds(5)

    /// The host of one of three sentinels is gone: the other two can't forget it, or nobody could be promoted any more.
    @Test func a_dead_sentinel_that_the_others_list_is_not_waited_for() async throws {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef")
        let master = try await RedisServer.start(["--proc-title-template", mark.template()])
        let dead = try ScriptedPeer { peer in while !peer.receive().isEmpty {} }
        let (ids, deadID) = ([UUIDText.random(), UUIDText.random()], UUIDText.random())
        let listed = "sentinel known-sentinel mymaster 127.0.0.1 \(dead.port) \(SentinelClaim.runID(of: deadID))"
        var nodes: [View.Registration] = []
        var sentinels: [SentinelServer] = []
        for id in ids {
            let sentinel = try await SentinelServer.start(monitor: master.port, identity: id, extra: [listed])
            sentinels.append(sentinel)
            nodes.append(View.Registration(id: id, address: Address(sentinel.port), isLeased: true))
        }
        var view = WatcherView(
            record: Record(Address(master.port), version: 1), cluster: nil, clusterVersion: 0)
        view.sentinels = nodes
        view.identities = nodes + [View.Registration(id: deadID, address: Address(dead.port), isLeased: true)]

        let loop = EventLoop()
        defer { loop.close() }
        let settings = RedisSettings(masterName: "mymaster", credentials: nil, sentinelCredentials: nil)
        let contacts = Contacts(on: loop)
        let prober = Prober(settings, on: loop, limit: Self.limit, contacts: contacts)
        let surveyor = Surveyor(prober, contacts: contacts, mark: mark)
        let calm = await surveyor.survey(view, isHasty: false, isCalm: false)
        #expect(calm.sentinels.opinions.count == 2)
        let start = ContinuousClock.now
        let hasty = await surveyor.survey(view, isHasty: true, isCalm: false)
        #expect(.now - start < Self.limit)
        #expect(hasty.sentinels.opinions.count == 2)
        await contacts.retain([])
    }
}
