import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Sentinels that ask for a password and have lost their leases: who is let in on by whom, for a launcher and for a
/// watcher.
@Suite(.inTurn) struct LeaselessSentinelTests {
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
        let master = try await RedisServer.start(["--proc-title-template", mark.template()])
        let ids = (0..<3).map { _ in UUIDText.random() }
        var sentinels: [SentinelServer] = []
        for id in ids {
            sentinels.append(
                try await SentinelServer.start(
                    monitor: master.port, identity: id,
                    extra: ["requirepass \(Self.secret)", "sentinel sentinel-pass \(Self.secret)"]))
        }
        try await eventually("they hear each other") {
            for sentinel in sentinels {
                let peers = try await redis(sentinel.port, "SENTINEL", "SENTINELS", "mymaster", password: Self.secret)
                let lines = peers.split(separator: "\n")
                let hellos = lines.indices.filter { lines[$0] == "last-hello-message" }.compactMap {
                    lines.indices.contains($0 + 1) ? Int(lines[$0 + 1]) : nil
                }
                // A peer that another told of has not been heard yet.
                guard hellos.count == 2, hellos.allSatisfy({ $0 < 2_000 }), !peers.contains("s_down"),
                    !peers.contains("disconnected")
                else { return false }
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
            masterName: "mymaster", credentials: nil, sentinelCredentials: Credentials(password: Secret(Self.secret)))
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
        // Each try is a first look: nothing is known from the one before. A sentinel that is late with its hellos,
        // because the machine is, is not heard in one of them.
        try await eventually("a launcher's first look counts them") {
            try await asking { prober, _ in
                let observer = Observer(prober, me: Address(1), mark: Self.mark)
                let seen = await observer.observe(view.launcher).sentinels
                return seen.filter { $0.opinion != nil }.map(\.address) == addresses
                    && seen.majorityAddress == Address(trio.master.port)
            }
        }
        try await eventually("a watcher's first look counts them, and so does a calm one") {
            try await asking { _, surveyor in
                let seen = await surveyor.survey(view.watcher, isHasty: false, isCalm: false)
                // Whom the others hear is asked each time.
                let calm = await surveyor.survey(view.watcher, isHasty: false, isCalm: true)
                return seen.sentinels.filter { $0.opinion != nil }.map(\.address) == addresses
                    && seen.unregistered.count == 2 && seen.sentinels.unheard.isEmpty
                    && calm.sentinels.opinions.count == 3
            }
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
            try await eventually("without their leases, too") {
                await surveyor.survey(leaseless, isHasty: false, isCalm: false).sentinels.opinions.count == 3
            }
            for sentinel in trio.sentinels { sentinel.freeze() }
            for _ in 0..<2 {
                let silent = await surveyor.survey(leaseless, isHasty: false, isCalm: false)
                #expect(silent.sentinels.isEmpty)
            }
            for sentinel in trio.sentinels { sentinel.thaw() }
            try await eventually("all three answer again") {
                await surveyor.survey(leaseless, isHasty: false, isCalm: false).sentinels.opinions.count == 3
            }
        }
    }

    /// It keeps its node, and two that live have lost theirs: for a while it might still say whether it hears them.
    @Test func a_frozen_one_that_is_registered_does_not_keep_the_others_from_counting_for_ever() async throws {
        let trio = try await trio()
        try await asking(limit: .milliseconds(300)) { _, surveyor in
            try await eventually("all three answer") {
                await surveyor.survey(self.view(trio, registered: 3).watcher, isHasty: false, isCalm: false)
                    .sentinels.opinions.count == 3
            }
            trio.sentinels[0].freeze()
            let view = view(trio, registered: 1).watcher
            let first = await surveyor.survey(view, isHasty: false, isCalm: false).sentinels
            #expect(first.opinions.isEmpty && first.electorate == 1)
            let seen = try await eventually("the other two count") {
                let seen = await surveyor.survey(view, isHasty: false, isCalm: false).sentinels
                return seen.opinions.isEmpty ? nil : seen
            }
            #expect(seen.opinions.count == 2 && seen.electorate == 3)
            #expect(seen.majorityAddress == Address(trio.master.port))
            trio.sentinels[0].thaw()
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
