import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Whom an observer asks, and what it makes of the answers.
@Suite(.inTurn) struct ObserverTests {
    private let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)

    private func observer(_ prober: Prober) -> Observer {
        Observer(prober, me: Address(1), mark: mark)
    }

    private func registration(_ port: Int, isLeased: Bool = true) -> View.Registration {
        View.Registration(id: "\(port)", address: Address(port), isLeased: isLeased)
    }

    @Test func an_empty_view_asks_nobody() async throws {
        try await withProber { prober in
            let observation = await observer(prober).observe(View())
            #expect(observation.instances.isEmpty && observation.sentinels.isEmpty && observation.members.isEmpty)
            #expect(observation.record == nil && observation.cluster == nil && observation.mark == mark)
            #expect(observation.me == Address(1))
        }
    }

    @Test func it_asks_the_recorded_one_the_leased_members_and_whom_a_sentinel_names() async throws {
        let (named, member) = (try await RedisServer.start(), try await RedisServer.start())
        let (recorded, unleased) = (try freePort(), try freePort())
        let (id, other) = (UUIDText.random(), UUIDText.random())
        let sentinel = try await SentinelServer.start(monitor: named.port, identity: id)
        let silent = try freePort()
        var view = View()
        view.record = Record(Address(recorded), version: 4)
        view.members = [registration(member.port), registration(unleased, isLeased: false)]
        view.sentinels = [(id, sentinel.port), (other, silent)].map {
            View.Registration(id: $0, address: Address($1), isLeased: true)
        }
        view.identities = view.sentinels
        try await withProber { prober in
            let observation = await observer(prober).observe(view)
            #expect(Set(observation.instances.keys) == [Address(recorded), Address(member.port), Address(named.port)])
            #expect(observation.instances[Address(recorded)]?.answer == .refused)
            #expect(observation.instances[Address(named.port)]?.answer.history != nil)
            #expect(observation.members == [Address(member.port)])
            let opinions = Dictionary(uniqueKeysWithValues: observation.sentinels.map { ($0.address, $0.opinion) })
            #expect(opinions[Address(sentinel.port)]??.names == Address(named.port))
            #expect(opinions[Address(silent)] == .some(nil) && opinions.count == 2)
        }
    }

    @Test func it_asks_the_master_that_the_recorded_one_follows() async throws {
        let master = try await RedisServer.start()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
        var view = View()
        view.record = Record(Address(replica.port), version: 0)
        try await withProber { prober in
            let observation = await observer(prober).observe(view)
            #expect(observation.instances[Address(replica.port)]?.answer.replication?.master == Address(master.port))
            #expect(observation.instances[Address(master.port)]?.answer.history != nil)
        }
    }

    @Test func a_lost_cluster_record_gets_its_id_back_from_a_members_mark() async throws {
        func marked(_ root: String, _ id: String?) async throws -> RedisServer {
            let mark = Mark(root: root, masterName: "mymaster", clusterID: id)
            return try await RedisServer.start(["--proc-title-template", mark.template()])
        }
        let servers = try await [
            marked("/other", "strangers-id"), marked("/redis", nil), marked("/redis", "our-cluster-id"),
        ]
        var view = View()
        view.members = servers.map { registration($0.port) }
        try await withProber { prober in
            #expect(await observer(prober).observe(view).mark.clusterID == "our-cluster-id")
            view.cluster = ClusterRecord(id: "the-recorded-id", members: 3)
            view.members.removeLast()
            #expect(await observer(prober).observe(view).mark.clusterID == "the-recorded-id")
            view.cluster = nil
            #expect(await observer(prober).observe(view).mark.clusterID == nil)
        }
    }

    @Test func how_long_a_failover_has_been_seen() async throws {
        let id = UUIDText.random()
        let sentinel = try ScriptedSentinel(identity: id)
        var view = View()
        view.sentinels = [View.Registration(id: id, address: Address(sentinel.port), isLeased: true)]
        view.identities = view.sentinels
        try await withProber { prober in
            let observer = observer(prober)
            func seen() async throws -> Duration? {
                try #require(await observer.observe(view).sentinels.first?.opinion).failoverFor
            }
            #expect(try await seen() == nil)
            sentinel.flags.withLock { $0 = "master,failover_in_progress" }
            let first = try #require(try await seen())
            #expect(first == .zero)
            let since = ContinuousClock.now
            var last = first
            for _ in 0..<3 {
                let next = try #require(try await seen())
                #expect(next > last)
                last = next
            }
            // It counts from the first look, which was over before `since`.
            let before = ContinuousClock.now - since
            #expect(try #require(try await seen()) >= before)
            // Another one counts from its own beginning.
            sentinel.flags.withLock { $0 = "master" }
            #expect(try await seen() == nil)
            sentinel.flags.withLock { $0 = "master,failover_in_progress" }
            #expect(try await seen() == .zero)
        }
    }
}

/// Answers as a sentinel whose flags a test sets.
private struct ScriptedSentinel {
    let flags = Protected("master")
    let port: Int
    private let peer: ScriptedPeer

    init(identity: String) throws {
        let (flags, id) = (flags, SentinelClaim.runID(of: identity))
        peer = try ScriptedPeer { peer in
            var rest = ""
            while case let bytes = peer.receive(), !bytes.isEmpty {
                rest += String(decoding: bytes, as: UTF8.self).lowercased()
                // Each command is answered once it is whole; the last one of a question is for its id.
                while let end = rest.firstRange(of: "mymaster\r\n") {
                    let command = rest[..<end.lowerBound]
                    rest = String(rest[end.upperBound...])
                    if command.contains("sentinels") {
                        peer.send("*0\r\n")
                    } else {
                        peer.send(command.contains("get-master-addr-by-name") ? address : details(flags.value))
                    }
                }
                if let end = rest.firstRange(of: "myid\r\n") {
                    rest = String(rest[end.upperBound...])
                    peer.send("$40\r\n\(id)\r\n")
                }
            }
        }
        port = peer.port
    }
}

private let address = "*2\r\n$9\r\n127.0.0.1\r\n$1\r\n9\r\n"

private func details(_ flags: String) -> String {
    let fields = [
        "name", "mymaster", "ip", "127.0.0.1", "port", "9", "runid", String(repeating: "0", count: 40), "flags", flags,
        "config-epoch", "3", "num-slaves", "0", "num-other-sentinels", "0", "quorum", "1", "down-after-milliseconds",
        "5000",
        "failover-timeout", "10000", "parallel-syncs", "1",
    ]
    return "*\(fields.count)\r\n" + fields.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
}
