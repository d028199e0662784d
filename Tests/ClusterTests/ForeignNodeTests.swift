import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// With `ZK_AUTH`: what everybody may change is refused, and what somebody else made is not believed.
@Suite(.inTurn) struct ForeignNodeTests {
    private static let user = Digest(user: "interrex", password: "p:w")

    private func protected(_ body: (Place) async throws -> Void) async throws {
        try await Place.with(digest: Self.user) { place in
            try await place.registry.createParents()
            #expect(try await place.registry.claimFirst(Address(7001), member: "m", creating: []) == .done)
            try await body(place)
        }
    }

    /// A session of somebody who has another password, and gives everything to everybody.
    private func stranger(_ place: Place, _ acl: ACL? = nil) async throws -> Session {
        var configuration = Session.Configuration(servers: place.settings.servers)
        configuration.digest = Digest(user: "interrex", password: "guess")
        configuration.acl = acl ?? .readable
        return try await Session.connect(configuration, within: .seconds(15))
    }

    @Test func what_we_made_ourselves_is_believed() async throws {
        try await protected { place in
            try await place.registry.checkAccess()
            #expect(try await place.registry.view().members.map(\.id) == ["m"])
            let view = try await place.registry.watcherView()
            #expect(view.members.map(\.id) == ["m"] && view.badNodes.isEmpty && view.badParents.isEmpty)
        }
    }

    /// Made beforehand by somebody without `ZK_AUTH`: they would stay open for ever.
    @Test(arguments: ["", "/members", "/sentinels", "/identities", "/candidates", "/watchers", "/master", "/cluster"])
    func a_parent_that_everybody_may_change_is_77_with_the_command_that_mends_it(_ name: String) async throws {
        try await Place.with(digest: Self.user) { place in
            let path = place.root + name
            try await place.put(path, "127.0.0.1 7001")
            let before = try await place.tree()
            for read: (Registry) async throws -> Void in [
                { try await $0.checkAccess() }, { _ = try await $0.view() },
            ] {
                let failure = try await failure { try await read(place.registry) }
                #expect(failure.code == .notAuthorised)
                for part in [
                    place.root, "everybody", "cdrwa to world:anyone",
                    "setAcl -R \(place.root) auth::cdrwa,world:anyone:r",
                ] {
                    #expect(failure.description.contains(part), "\(failure)")
                }
                #expect(!failure.description.contains("p:w"))
            }
            // A watcher goes on with what is ours, and says so.
            if !["/master", "/cluster"].contains(name) {
                #expect(try await place.registry.watcherView().badParents.map(\.path).contains(path))
            }
            #expect(try await place.tree() == before)
            // Without ZK_AUTH nothing is ours alone.
            try await place.another { $0.digest = nil }.checkAccess()
        }
    }

    @Test func a_world_that_may_only_create_is_everybody_all_the_same() async throws {
        try await Place.with(digest: Self.user) { place in
            let acl = ACL([
                .init(.all, scheme: "auth", id: ""), .init([.read, .create], scheme: "world", id: "anyone"),
            ])
            try await place.another().session.close()
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Self.user
            configuration.acl = acl
            let owner = try await Session.connect(configuration, within: .seconds(15))
            try await owner.create(place.root)
            let failure = try await failure { try await place.registry.checkAccess() }
            #expect(failure.code == .notAuthorised && failure.description.contains("cr to world:anyone"))
            await owner.close()
        }
    }

    @Test func a_cluster_of_another_user_is_77() async throws {
        try await protected { place in
            for digest in [Digest(user: "interrex", password: "guess"), Digest(user: "other", password: "p:w")] {
                let failure = try await failure { try await place.another { $0.digest = digest }.view() }
                #expect(failure.code == .notAuthorised && failure.description.contains("check ZK_AUTH"), "\(failure)")
                #expect(!failure.description.contains("guess"))
            }
        }
    }

    /// Whoever an operator has named is meant.
    @Test func others_that_have_a_name_may_do_what_they_may() async throws {
        try await Place.with(digest: Self.user) { place in
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Self.user
            configuration.acl = ACL(
                ACL.readable.entries + [
                    .init(.all, scheme: "digest", id: "admin:x"), .init(.all, scheme: "ip", id: "10.0.0.0/8"),
                ])
            let owner = try await Session.connect(configuration, within: .seconds(15))
            for path in [place.root, place.paths.members] { try await owner.create(path) }
            try await owner.create(place.paths.member("m"), Array("127.0.0.1 7001".utf8), .ephemeral)
            #expect(try await place.registry.view().members.map(\.id) == ["m"])
            await owner.close()
        }
    }

    @Test func nodes_that_somebody_else_made_are_named_and_not_believed() async throws {
        // Before the parents were put right.
        try await Place.with(digest: Self.user) { place in
            let (open, other) = (place.witness, try await stranger(place))
            let address = Array("127.0.0.1 7009".utf8)
            for parent in place.paths.parents + [place.paths.watchers] { try await open.create(parent) }
            let foreign = [
                place.paths.member("a"), place.paths.sentinel("a"), place.paths.identity(UUIDText.random()),
                place.paths.watcherPrefix + "0000000000",
            ]
            for path in foreign { try await other.create(path, address, .ephemeral) }
            try await open.create(place.paths.member("b"), address, .ephemeral)
            try await open.create(place.paths.sentinel("b"), address)
            let bad = foreign + [place.paths.member("b"), place.paths.sentinel("b")]
            let own = try await place.another()
            try await own.session.create(place.paths.member("own"), Array("127.0.0.1 7001".utf8), .ephemeral)

            for _ in 0..<2 {
                let view = try await place.registry.watcherView()
                #expect(view.members.map(\.id) == ["own"] && view.sentinels.isEmpty && view.watchers.isEmpty)
                #expect(view.badNodes.map(\.path) == bad.sorted())
                #expect(view.badNodes.allSatisfy { $0.reason.contains("its ACL") && !$0.reason.contains("7009") })
            }
            #expect(try await place.registry.registrations(below: place.paths.members).map(\.id) == ["own"])
            #expect(try await place.registry.identities().isEmpty)
            await other.close()
        }
    }

    /// What operators ask for, by the default ACL of their tools.
    @Test func an_open_order_counts_as_it_was_created_and_the_leader_takes_it() async throws {
        try await protected { place in
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Self.user
            configuration.acl = .open
            let opener = try await Session.connect(configuration, within: .seconds(15))
            let orders = [place.paths.paused, place.paths.switchover, place.paths.acceptLoss]
            let data = Array(#"{"id":"1","who":"ops"}"#.utf8)
            for path in orders { try await opener.create(path, data) }
            let (leader, follower) = (try await place.another(), try await place.another())
            let first = try await leader.enlist(Address(9001))
            let second = try await follower.enlist(Address(9002))

            let view = try await follower.secured(follower.watcherView(), as: second)
            #expect(view.openOrders == orders && view.badNodes.isEmpty)
            #expect(view.isPaused && view.switchover?.id == "1" && view.lossVersion == 0)
            #expect(try await place.registry.view().lossVersion == 0)
            let taken = try await leader.secured(leader.watcherView(), as: first)
            #expect(taken.openOrders.isEmpty && taken.isPaused && taken.switchover?.id == "1" && taken.lossVersion == 0)
            for path in orders {
                #expect(try await place.witness.get(path).data == data)
                await #expect(throws: ZooKeeperError.self) { try await place.witness.set(path, []) }
                try await opener.delete(path)
            }

            // By somebody else, after all, or in the moment before.
            for path in orders {
                try await opener.create(path, data)
                try await place.witness.set(path, data)
            }
            let changed = try await leader.secured(leader.watcherView(), as: first)
            #expect(changed.openOrders.isEmpty && !changed.isPaused && changed.switchover == nil)
            #expect(changed.lossVersion == nil && changed.badNodes.map(\.path) == orders.sorted())
            let launchers = try await place.registry.view()
            #expect(launchers.lossVersion == nil && launchers.badNodes.map(\.path) == [place.paths.acceptLoss])
            for path in orders { try await opener.delete(path) }

            // One that can't be taken over might be another the moment after.
            try await opener.create(place.paths.switchover, data, .ephemeral)
            let fleeting = try await leader.secured(leader.watcherView(), as: first)
            #expect(fleeting.switchover == nil && fleeting.badNodes.map(\.path) == [place.paths.switchover])
            await opener.close()
        }
    }

    /// Between the reading of a node and that of its ACL somebody's may become ours.
    @Test func a_node_is_judged_by_its_own_acl() async throws {
        try await protected { place in
            let path = place.paths.member("m2")
            let (own, foreign) = (Array("127.0.0.1 7002".utf8), Array("127.0.0.1 7009".utf8))
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Self.user
            configuration.acl = .open
            let other = try await Session.connect(configuration, within: .seconds(15))
            let ours = try await place.another()
            let isOver = Protected(false)
            let turns = Task {
                var count = 0
                while !isOver.value {
                    for (session, data) in [(other, foreign), (ours.session, own)] {
                        // Both in one: at no time is there none.
                        let exists = try await session.exists(path) != nil
                        let old = exists ? [Operation.delete(path, version: nil)] : []
                        try await session.multi(old + [.create(path, data, .persistent)])
                    }
                    count += 1
                }
                return count
            }
            let end = ContinuousClock.now + .seconds(5)
            var seen: [String: Int] = [:]
            while ContinuousClock.now < end {
                // A registry that has noted nothing yet.
                let registry = Registry(place.registry.session, root: place.root)
                for member in try await registry.registrations(below: place.paths.members) {
                    seen["\(member.address)", default: 0] += 1
                }
                for member in try await registry.watcherView().members { seen["\(member.address)", default: 0] += 1 }
            }
            isOver.withLock { $0 = true }
            let count = try await turns.value
            #expect(seen["127.0.0.1:7009"] == nil, "believed \(seen) in \(count) turns")
            #expect(seen["127.0.0.1:7002"] ?? 0 > 0 && count > 100, "\(seen) in \(count) turns")
            await other.close()
        }
    }

    /// The hash that ZooKeeper makes of a user and a password (its own documentation's example is `super:test`).
    @Test func ids_are_those_of_zookeeper() {
        #expect(Digest(user: "super", password: "test").id == "super:D/InIHSb7yEEbrWz8b9l71RjZJU=")
        #expect(Digest(user: "a", password: String(repeating: "b", count: 200)).id.hasPrefix("a:"))
    }

    @Test func where_nobody_is_let_in_without_a_password_it_is_77_and_names_zk_auth() async throws {
        let server = try await ZooKeeperServer.start(extra: [
            "enforce.auth.enabled=true", "enforce.auth.schemes=digest",
        ])
        var settings = RegistrySettings(
            servers: try ConnectString(server.connectString), root: "/redis", digest: nil, sessionTimeout: .seconds(10))
        for chroot in ["", "/chroot"] {
            settings.servers.chroot = chroot
            let failure = try await failure {
                let registry = try await Registry.open(settings, within: .seconds(15))
                _ = try await registry.view()
            }
            #expect(failure.code == .notAuthorised && failure.description.contains("set ZK_AUTH"), "\(failure)")
        }
        settings.digest = Self.user
        let registry = try await Registry.open(settings, within: .seconds(15))
        #expect(try await registry.view() == View())
        await registry.session.close()
        try await server.stop()
    }

    /// Somebody deletes a node and makes it anew all the time: a look must end, and goes on without it.
    @Test func what_is_another_at_every_turn_is_not_believed_and_holds_up_nobody() async throws {
        try await protected { place in
            let path = place.paths.member("restless")
            let owner = try await place.another()
            try await owner.session.create(path, Address(7002).znode, .persistent)
            let churn = Task {
                // Several at a time, so that none of the two reads finds the node of the other.
                while !Task.isCancelled {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<16 {
                            group.addTask {
                                try await owner.session.multi([
                                    .delete(path, version: nil), .create(path, Address(7002).znode, .persistent),
                                ])
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            try await eventually("it is left out, and named") {
                try await place.registry.judged(path).foreign?.contains("made anew faster") ?? false
            }
            churn.cancel()
            _ = await churn.result
            #expect(try await place.registry.judged(path).foreign == nil)
        }
    }
}
