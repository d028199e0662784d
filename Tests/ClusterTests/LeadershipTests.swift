import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// The lowest number leads, and only its writes go through.
@Suite(.inTurn) struct LeadershipTests {
    @Test func the_lower_of_two_leads_until_its_session_ends() async throws {
        try await Place.claimed { (place) async throws in
            let (one, two) = (try await place.another(), place.registry)
            let first = try await one.enlist(Address(8081))
            let second = try await two.enlist(Address(8082))
            #expect([first, second] == ["0", "1"].map { place.paths.watcherPrefix + "000000000" + $0 })
            #expect(try await two.watcherView().watchers.map(\.path) == [first, second])
            #expect(
                try await one.keep(newReign, clusterVersion: 0, clusterID: "x", as: first) == .done)
            #expect(await one.confirmsLead(first, at: 0))

            await one.session.close()
            #expect(try await two.watcherView().watchers.map(\.path) == [second])
            // The fence of the one that is gone fails for everybody.
            let before = try await place.tree()
            #expect(
                try await two.keep(newReign, clusterVersion: 1, clusterID: "x", as: first) == .overtaken)
            #expect(await !two.confirmsLead(first, at: 0))
            #expect(try await place.tree() == before)
            #expect(await two.confirmsLead(second, at: 0))
            #expect(
                try await two.keep(newReign, clusterVersion: 1, clusterID: "x", as: second) == .done)
        }
    }

    @Test func who_comes_back_gets_a_higher_number() async throws {
        try await Place.with { (place) async throws in
            let one = try await place.another()
            let first = try await one.enlist(Address(8081))
            let second = try await place.registry.enlist(Address(8082))
            await one.session.close()
            let third = try await place.another().enlist(Address(8081))
            #expect([first, second, third] == [first, second, third].sorted())
            #expect(try await place.registry.watcherView().watchers.map(\.path) == [second, third])
        }
    }

    @Test func enlisting_twice_is_one_node() async throws {
        try await Place.with(subpath: "/below") { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            #expect(try await place.registry.enlist(Address(8081)) == path)
            #expect(try await place.witness.children(place.paths.watchers).count == 1)
            #expect(try await place.text(path) == "127.0.0.1 8081")
        }
    }

    @Test func a_root_that_is_not_to_be_created_is_not() async throws {
        try await Place.with(subpath: "/below") { (place) async throws in
            let (registry, witness, root) = (place.registry, place.witness, place.paths.root)
            await #expect(throws: Registry.RootIsGone.self) {
                try await registry.enlist(Address(8081), creatingRoot: false)
            }
            #expect(try await witness.exists(root) == nil)
            try await witness.create(root, parents: true)
            let path = try await registry.enlist(Address(8081), creatingRoot: false)
            #expect(try await witness.children(root) == ["watchers"])
            #expect(try await place.text(path) == "127.0.0.1 8081")
        }
    }

    @Test func enlisting_with_a_lost_reply_is_one_node() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.with(through: proxy) { (place) async throws in
            try await place.put(place.paths.watchers)
            // A sync and a list come before the create.
            proxy.drop(afterRequests: 3)
            let path = try await place.registry.enlist(Address(8081))
            #expect(proxy.accepted > 1)
            let nodes = try await place.witness.children(place.paths.watchers)
            #expect(nodes.map { "\(place.paths.watchers)/\($0)" } == [path])
            #expect(try await place.witness.exists(path)?.ephemeralOwner == place.registry.session.credentials.id)
            #expect(try await place.registry.lead(path, []) == .done)
        }
    }

    @Test func a_node_that_somebody_wrote_into_is_replaced() async throws {
        try await Place.with { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            try await place.witness.set(path, Array("127.0.0.1 8089".utf8))
            #expect(try await place.registry.lead(path, []) == .overtaken)
            let next = try await place.registry.enlist(Address(8081))
            #expect(next != path)
            #expect(try await place.registry.watcherView().watchers.map(\.path) == [next])
            #expect(try await place.registry.lead(next, []) == .done)
        }
    }

    /// Cut off until the server has ended its session, as one that was frozen is.
    @Test func an_expired_one_writes_nothing() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.claimed { (place) async throws in
            let frozen = try await place.another {
                $0.servers = try ConnectString(proxy.connectString)
                $0.sessionTimeout = .seconds(1)
            }
            let path = try await frozen.enlist(Address(8081))
            #expect(await frozen.confirmsLead(path, at: 0))
            proxy.refuse()
            try await eventually("the server ends its session") { try await place.witness.exists(path) == nil }
            let before = try await place.tree()
            proxy.allow()
            let failures = [
                try await failure {
                    try await frozen.keep(newReign, clusterVersion: 0, clusterID: "x", as: path)
                },
                try await failure {
                    try await frozen.record(
                        Recording(7002, previous: Record(Address(7001), version: 0)), clusterVersion: 0,
                        clusterID: "x", entry: HistoryEntry(7001, 7002))
                },
            ]
            #expect(failures.map(\.code) == [.unavailable, .unavailable])
            #expect(await !frozen.confirmsLead(path, at: 0))
            #expect(try await place.tree() == before)
        }
    }

    @Test func it_confirms_only_the_version_that_is_recorded() async throws {
        try await Place.claimed { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            for version in [1, nil] as [Int32?] {
                #expect(await !place.registry.confirmsLead(path, at: version))
            }
            #expect(await place.registry.confirmsLead(path, at: 0))
            try await place.witness.delete(place.paths.master)
            #expect(await !place.registry.confirmsLead(path, at: 0))
            #expect(await place.registry.confirmsLead(path, at: nil))
        }
    }

    /// Where somebody deletes the parent, numbers begin anew: the same path may be another's.
    @Test func it_does_not_confirm_another_s_node_of_the_same_name() async throws {
        try await Place.claimed { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            try await place.wipe(place.paths.watchers)
            let other = try await place.another()
            #expect(try await other.enlist(Address(8082)) == path)
            #expect(await other.confirmsLead(path, at: 0))
            #expect(await !place.registry.confirmsLead(path, at: 0))
            #expect(try await place.registry.enlist(Address(8081)) > path)
        }
    }

    @Test func what_happened_to_a_lost_reply_is_not_guessed() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.claimed(through: proxy) { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            proxy.drop(afterRequests: 1)
            let failure = try await failure {
                try await place.registry.keep(
                    newReign, clusterVersion: 0, clusterID: "x", as: path)
            }
            #expect(failure.code == .unavailable)
            #expect(try await place.registry.watcherView().clusterVersion == 1)
        }
    }

    @Test func the_cluster_record_is_kept_at_its_version_and_created_where_it_is_missing() async throws {
        try await Place.claimed { (place) async throws in
            let path = try await place.registry.enlist(Address(8081))
            let view = try await place.registry.watcherView()
            func keep(_ version: Int32?) async throws -> RecordOutcome {
                var record = newReign
                if version == nil { record.id = "" }
                return try await place.registry.keep(record, clusterVersion: version, clusterID: "fedcba98", as: path)
            }
            #expect(try await keep(nil) == .overtaken)
            #expect(try await keep(3) == .overtaken)
            #expect(try await keep(0) == .done)
            #expect(try await place.registry.cluster()?.record == newReign)
            #expect(try await place.registry.record() == view.record)
            try await place.witness.delete(place.paths.cluster)
            #expect(try await keep(nil) == .done)
            #expect(try await place.registry.cluster()?.record.id == "fedcba98")
        }
    }
}
