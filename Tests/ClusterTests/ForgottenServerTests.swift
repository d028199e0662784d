import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Servers whose leases are all gone, and that live: found by the last holders of `/redis/cluster` and by the sentinels
/// that have an identity, for a launcher and for a watcher.
@Suite(.inTurn) struct ForgottenServerTests {
    private static let id = "our-cluster-id"
    private static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)
    private let me = 1

    private func marked(_ id: String, _ extra: [String] = []) async throws -> RedisServer {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: id)
        return try await RedisServer.start(["--proc-title-template", mark.template()] + extra)
    }

    private func cluster(holders: [Int]) -> ClusterRecord {
        let holders = holders.map { Holder(Address($0), epoch: 3, offset: 100) }
        return ClusterRecord(id: Self.id, members: 3, epoch: 3, holders: holders)
    }

    /// What a launcher and a watcher see where nobody has a lease.
    private func sights(
        recorded: Int?, cluster: ClusterRecord, identities: [String: Int] = [:],
        _ body: (any Sighting) throws -> Void
    ) async throws {
        let record = recorded.map { Record(Address($0), version: 4) }
        var view = View()
        let known = identities.map { View.Registration(id: $0.key, address: Address($0.value), isLeased: false) }
        (view.record, view.cluster, view.identities) = (record, cluster, known)
        var watched = WatcherView(record: record, cluster: cluster, clusterVersion: 0)
        watched.identities = known
        try await withProber { [view, watched] prober in
            let observer = Observer(prober, me: Address(me), mark: Self.mark)
            try body(await observer.observe(view))
            let contacts = Contacts(on: prober.loop)
            try body(
                await Surveyor(prober, contacts: contacts, mark: Self.mark).survey(
                    watched, isHasty: false, isCalm: false))
        }
    }

    @Test func the_last_holders_are_asked_where_the_recorded_master_is_gone() async throws {
        let (master, stranger) = (try await marked(Self.id), try await marked("another-cluster"))
        let (recorded, gone) = (try freePort(), try freePort())
        let cluster = cluster(holders: [master.port, stranger.port, gone])
        for record in [recorded, nil] {
            try await sights(recorded: record, cluster: cluster) { sight in
                #expect(sight.answersMaster(Address(master.port)) && sight.isOurs(Address(master.port)))
                #expect(sight.liveMembers == [Address(master.port)])
                #expect(sight.isStranger(Address(stranger.port)))
                #expect(sight.answer(of: Address(gone)) == .refused)
            }
        }
    }

    @Test func a_sentinel_without_a_lease_counts_by_its_identity() async throws {
        let (master, id) = (try await marked(Self.id), UUIDText.random())
        let sentinel = try await SentinelServer.start(monitor: master.port, identity: id)
        let identities = [id: sentinel.port, UUIDText.random(): try freePort()]
        try await sights(recorded: try freePort(), cluster: cluster(holders: []), identities: identities) { sight in
            #expect(sight.liveMembers == [Address(master.port)] && sight.isOurs(Address(master.port)))
            #expect(sight.sentinels.map(\.address) == [Address(sentinel.port)] && !sight.sentinels[0].isRegistered)
            #expect(sight.sentinels.electorate == 1 && sight.sentinels.majorityAddress == Address(master.port))
        }
    }

    @Test func another_sentinel_where_one_was_that_has_an_identity_counts_for_nothing() async throws {
        let master = try await marked(Self.id)
        let sentinel = try await SentinelServer.start(monitor: master.port)
        let identities = [UUIDText.random(): sentinel.port]
        try await sights(recorded: try freePort(), cluster: cluster(holders: []), identities: identities) { sight in
            #expect(sight.sentinels.isEmpty && sight.sentinels.doubted.isEmpty && sight.liveMembers.isEmpty)
        }
    }

    @Test func a_sentinel_s_word_makes_nobody_proven() async throws {
        let (unmarked, id) = (try await RedisServer.start(), UUIDText.random())
        let sentinel = try await SentinelServer.start(monitor: unmarked.port, identity: id)
        try await sights(
            recorded: try freePort(), cluster: cluster(holders: [unmarked.port]), identities: [id: sentinel.port]
        ) {
            #expect($0.answersMaster(Address(unmarked.port)) && $0.sentinels.majorityAddress == Address(unmarked.port))
            #expect($0.liveMembers.isEmpty && !$0.isProven(Address(unmarked.port)))
        }
    }

    @Test func nobody_is_asked_where_the_recorded_master_answers() async throws {
        let (master, other) = (try await marked(Self.id), try await marked(Self.id))
        let cluster = cluster(holders: [other.port])
        try await sights(recorded: master.port, cluster: cluster) { sight in
            #expect(Set(sight.instances.keys) == [Address(master.port)])
        }
    }

    @Test func a_recorded_one_that_answers_as_a_replica_is_no_master() async throws {
        let master = try await marked(Self.id)
        let other = try await marked(Self.id)
        let replica = try await marked(Self.id, ["--replicaof", "127.0.0.1", "\(master.port)"])
        try await sights(recorded: replica.port, cluster: cluster(holders: [other.port])) { sight in
            #expect(Set(sight.instances.keys) == Set([master, other, replica].map { Address($0.port) }))
        }
    }
}
