import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// `/redis/cluster` with the id of another cluster, as one that was restored from elsewhere has it: leased members that
/// agree on one id outweigh it, for a launcher and for a watcher.
@Suite(.inTurn) struct DisputedClusterTests {
    private static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)
    private let recorded = ClusterRecord(id: "the-recorded-id", members: 3, epoch: 5)

    private func marked(_ id: String?, root: String = "/redis") async throws -> RedisServer {
        let mark = Mark(root: root, masterName: "mymaster", clusterID: id)
        return try await RedisServer.start(["--proc-title-template", mark.template()])
    }

    /// Whom a launcher and a watcher take the members' id for, and whether they hold the node for disputed; both agree.
    private func sight(
        leased: [RedisServer], unleased: [RedisServer] = [], cluster: ClusterRecord?
    ) async throws -> (id: String?, isDisputed: Bool, strangers: Set<Int>) {
        let registrations = [(leased, true), (unleased, false)].flatMap { servers, isLeased in
            servers.map { View.Registration(id: "\($0.port)", address: Address($0.port), isLeased: isLeased) }
        }
        let ports = (leased + unleased).map(\.port)
        var view = View()
        (view.cluster, view.members) = (cluster, registrations)
        let watched = WatcherView(cluster: cluster, clusterVersion: cluster.map { _ in 0 }, members: registrations)
        return try await withProber { [view] prober in
            let observer = Observer(prober, me: Address(1), mark: Self.mark)
            let observation = await observer.observe(view)
            let contacts = Contacts(on: prober.loop)
            let snapshot = await Surveyor(prober, contacts: contacts, mark: Self.mark).survey(
                watched, isHasty: false, isCalm: false)
            #expect(observation.mark == snapshot.mark && observation.isDisputed == snapshot.isDisputed)
            let strangers = [
                ports.filter { observation.isStranger(Address($0)) }, ports.filter { snapshot.isStranger(Address($0)) },
            ].map(Set.init)
            #expect(strangers[0] == strangers[1])
            return (observation.mark.clusterID, observation.isDisputed, strangers[0])
        }
    }

    @Test func members_that_agree_on_another_id_outweigh_the_node() async throws {
        let servers = try await [marked("our-cluster-id"), marked("our-cluster-id"), marked(nil)]
        let sight = try await sight(leased: servers, cluster: recorded)
        #expect(sight.id == "our-cluster-id" && sight.isDisputed && sight.strangers.isEmpty)
    }

    @Test func one_member_is_enough_where_no_other_contradicts() async throws {
        let servers = try await [marked("our-cluster-id"), marked("a-stranger-s-id", root: "/other")]
        let sight = try await sight(leased: servers, cluster: recorded)
        #expect(sight.id == "our-cluster-id" && sight.isDisputed && sight.strangers == [servers[1].port])
    }

    @Test func members_that_do_not_agree_outweigh_nothing() async throws {
        let servers = try await [marked("our-cluster-id"), marked("some-other-id"), marked("the-recorded-id")]
        let sight = try await sight(leased: servers, cluster: recorded)
        #expect(sight.id == "the-recorded-id" && !sight.isDisputed)
        #expect(sight.strangers == Set(servers.prefix(2).map(\.port)))
    }

    @Test func members_that_agree_with_the_node_dispute_nothing() async throws {
        let servers = try await [marked("the-recorded-id"), marked(nil)]
        let sight = try await sight(leased: servers, cluster: recorded)
        #expect(sight.id == "the-recorded-id" && !sight.isDisputed && sight.strangers.isEmpty)
    }

    /// A mark is public: without a lease anybody may bear it.
    @Test func who_has_no_lease_disputes_nothing() async throws {
        let server = try await marked("our-cluster-id")
        let sight = try await sight(leased: [], unleased: [server], cluster: recorded)
        #expect(sight.id == "the-recorded-id" && !sight.isDisputed)
    }

    @Test func without_the_node_there_is_nothing_to_dispute() async throws {
        let server = try await marked("our-cluster-id")
        let sight = try await sight(leased: [server], cluster: nil)
        #expect(sight.id == "our-cluster-id" && !sight.isDisputed && sight.strangers.isEmpty)
    }
}
