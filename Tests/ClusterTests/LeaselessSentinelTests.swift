import Redis
import Succession
import Support
import Testing

@testable import Cluster

/// Sentinels that ask for a password and have lost their leases: who is let in on by whom, for a launcher and for a watcher.
@Suite(.serialized) struct LeaselessSentinelTests {
    private static let secret = "sentinels-4712"
    private static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)

    private struct Trio {
        var master: RedisServer
        var sentinels: [SentinelServer]
        var nodes: [View.Registration]
    }

    /// Three that have heard each other.
    private func trio() async throws -> Trio {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef")
        let master = try await RedisServer.start(["--proc-title-template", mark.template])
        let ids = (0..<3).map { _ in UUIDText.random() }
        var sentinels: [SentinelServer] = []
        for id in ids {
            sentinels.append(
                try await SentinelServer.start(
                    monitor: master.port, identity: id,
                    extra: ["requirepass \(Self.secret)", "sentinel sentinel-pass \(Self.secret)"]))
        }
        try await eventually("they hear each other", within: .seconds(30)) {
            for sentinel in sentinels {
                let peers = try await redis(sentinel.port, "SENTINEL", "SENTINELS", "mymaster", password: Self.secret)
                let hellos = peers.split(separator: "\n").enumerated().filter { $0.element == "last-hello-message" }
                guard hellos.count == 2, !peers.contains("s_down"), !peers.contains("disconnected") else {
                    return false
                }
            }
            return true
        }
        let nodes = zip(ids, sentinels).map { View.Registration(id: $0, address: Address($1.port), isLeased: true) }
        return Trio(master: master, sentinels: sentinels, nodes: nodes)
    }

    private func asking<Value>(
        limit: Duration = .seconds(5), _ body: (Prober, Surveyor) async throws -> Value
    ) async throws -> Value {
        let loop = EventLoop()
        defer { loop.close() }
        let settings = RedisSettings(
            masterName: "mymaster", credentials: nil, sentinelCredentials: Credentials(password: Self.secret))
        let contacts = Contacts(on: loop)
        let prober = Prober(settings, on: loop, limit: limit, contacts: contacts)
        let value = try await body(prober, Surveyor(prober, contacts: contacts, mark: Self.mark))
        await contacts.retain([])
        return value
    }

    private func view(_ trio: Trio, registered: Int, recorded: Int? = nil) -> (launcher: View, watcher: WatcherView) {
        let record = Record(Address(recorded ?? trio.master.port), version: 4)
        var (launcher, watcher) = (View(), WatcherView(record: record, cluster: nil, clusterVersion: 0))
        launcher.record = record
        launcher.sentinels = Array(trio.nodes.prefix(registered))
        watcher.sentinels = launcher.sentinels
        (launcher.identities, watcher.identities) = (trio.nodes, trio.nodes)
        return (launcher, watcher)
    }

    @Test func the_first_look_counts_those_that_a_registered_one_hears() async throws {
        let trio = try await trio()
        // Where the recorded master is gone, launchers need them as well.
        let view = view(trio, registered: 1, recorded: try freePort())
        let addresses = trio.nodes.map(\.address).sorted()
        try await asking { prober, _ in
            let observer = Observer(prober, me: Address(1), mark: Self.mark, data: .empty, limit: .seconds(60))
            let seen = await observer.observe(view.launcher).sentinels
            #expect(seen.filter { $0.opinion != nil }.map(\.address) == addresses)
            #expect(seen.majorityAddress == Address(trio.master.port))
        }
        try await asking { _, surveyor in
            let seen = await surveyor.survey(view.watcher, isHasty: false, isCalm: false)
            #expect(seen.sentinels.filter { $0.opinion != nil }.map(\.address) == addresses)
            #expect(seen.unregistered.count == 2 && seen.sentinels.unheard.isEmpty)
            // A calm look as well: whom the others hear is asked each time.
            let calm = await surveyor.survey(view.watcher, isHasty: false, isCalm: true)
            #expect(calm.sentinels.opinions.count == 3)
        }
    }

    /// Over connections on which it was let in before.
    @Test func a_moment_s_silence_costs_no_connection_that_could_not_be_opened_again() async throws {
        let trio = try await trio()
        try await asking(limit: .milliseconds(300)) { _, surveyor in
            try await eventually("all three answer") {
                await surveyor.survey(self.view(trio, registered: 3).watcher, isHasty: false, isCalm: false)
                    .sentinels.opinions.count == 3
            }
            let leaseless = view(trio, registered: 0).watcher
            #expect(await surveyor.survey(leaseless, isHasty: false, isCalm: false).sentinels.opinions.count == 3)
            for sentinel in trio.sentinels { sentinel.freeze() }
            for _ in 0..<2 {
                let silent = await surveyor.survey(leaseless, isHasty: false, isCalm: false)
                #expect(silent.sentinels.isEmpty)
            }
            for sentinel in trio.sentinels { sentinel.thaw() }
            try await eventually("all three answer again", within: .seconds(5)) {
                await surveyor.survey(leaseless, isHasty: false, isCalm: false).sentinels.opinions.count == 3
            }
        }
    }

    @Test func where_all_have_lost_their_leases_a_new_watcher_says_that_it_is_locked_out() async throws {
        let trio = try await trio()
        try await asking { _, surveyor in
            let seen = await surveyor.survey(view(trio, registered: 0).watcher, isHasty: false, isCalm: false)
            #expect(
                seen.sentinels.isEmpty && Set(seen.sentinels.unheard.map(\.address)) == Set(trio.nodes.map(\.address)))
            let alerts = plan(seen, after: []).compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
            let text = alerts.first { $0.name == "no-sentinels" }?.text ?? ""
            for node in trio.nodes { #expect(text.contains("\(node.address)"), "\(text)") }
            #expect(text.contains("SENTINEL_PASSWORD") && text.contains("interrex renew-lease PID"), "\(text)")
        }
    }
}
