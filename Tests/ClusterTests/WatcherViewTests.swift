import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// One look of a watcher: what can be used, and what can't by its name.
@Suite(.inTurn) struct WatcherViewTests {
    @Test func of_nothing_it_is_empty_and_writes_nothing() async throws {
        try await Place.with { (place) async throws in
            #expect(try await place.registry.watcherView() == WatcherView())
            #expect(try await place.tree().isEmpty)
        }
    }

    @Test func it_has_everything_that_is_there() async throws {
        try await Place.claimed { (place) async throws in
            let other = try await place.another()
            let paths = [
                try await other.enlist(Address(8081)), try await place.registry.enlist(Address("[2001:db8::1]:8082")!),
            ]
            #expect(try await other.hold(place.paths.sentinel("b"), Address(7102), replacing: []))
            try await place.put(place.paths.sentinel("a"), "127.0.0.1 7101")
            try await place.put(place.paths.paused, #"{"until":"2100-01-01T00:00:00Z","who":"ops","why":"upgrade"}"#)
            #expect(try await place.registry.recordUponLook(7002) == .done)

            let view = try await place.registry.watcherView()
            #expect(view.record == Record(Address(7002), version: 1))
            #expect(view.cluster == newReign)
            #expect(view.clusterVersion == 1 && view.lossVersion == nil)
            #expect(view.members.map(\.id) == ["m"])
            #expect(view.members.map(\.address) == [Address(7001)] && view.members.allSatisfy(\.isLeased))
            #expect(view.sentinels.map(\.id) == ["a", "b"])
            #expect(view.sentinels.map(\.address) == [Address(7101), Address(7102)])
            #expect(view.sentinels.map(\.isLeased) == [false, true])
            let sessions = [other, place.registry].map(\.session.credentials.id)
            #expect(
                view.watchers == [
                    WatcherView.Candidacy(
                        path: paths[0], number: 0, address: Address(8081), owner: sessions[0], version: 0),
                    WatcherView.Candidacy(
                        path: paths[1], number: 1, address: Address("[2001:db8::1]:8082")!, owner: sessions[1],
                        version: 0),
                ])
            #expect(view.isPaused)
            #expect(view.pause == Pause(who: "ops", why: "upgrade", until: "2100-01-01T00:00:00Z"))
            #expect(view.badNodes.isEmpty)
        }
    }

    /// Its version must be older than the evidence.
    @Test func the_master_is_read_before_everything_else() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        proxy.record()
        try await Place.claimed(through: proxy) { (place) async throws in
            let before = proxy.requests.count
            proxy.hold(replies: .milliseconds(300))
            async let look = place.registry.watcherView()
            try await eventually("it has asked for the master") { proxy.requests.count > before }
            try await place.witness.set(place.paths.master, Array("127.0.0.1 7002".utf8))
            try await place.put(place.paths.member("new"), "127.0.0.1 7002", .ephemeral)
            let view = try await look
            #expect(view.record == Record(Address(7001), version: 0))
            #expect(view.members.map(\.id) == ["m", "new"])
        }
    }

    /// Where each of the nodes is bad in turn, it alone is named and missing.
    @Test(arguments: HostileNodeTests.values) func a_bad_address_is_named_and_left_out(_ value: [UInt8]) async throws {
        try await Place.claimed { (place) async throws in
            #expect(try await place.registry.hold(place.paths.sentinel("s"), Address(7101), replacing: []))
            let good = try await place.registry.enlist(Address(8081))
            let bad = [
                place.paths.member("bad"), place.paths.sentinel("bad"), place.paths.watcherPrefix + "0000000007",
            ]
            for path in bad { try await place.put(path, value, .ephemeral) }
            try await place.witness.set(place.paths.master, value)
            let before = try await place.tree()

            let view = try await place.registry.watcherView()
            #expect(view.badNodes.map(\.path) == (bad + [place.paths.master]).sorted())
            #expect(view.badNodes.filter(\.isEssential).map(\.path) == [place.paths.master])
            for node in view.badNodes { #expect(!node.reason.isEmpty && !node.reason.contains("secret")) }
            #expect(view.record == nil)
            #expect(view.cluster == newCluster && view.clusterVersion == 0)
            #expect(view.members.map(\.id) == ["m"])
            #expect(view.sentinels.map(\.id) == ["s"])
            #expect(view.watchers.map(\.path) == [good])
            #expect(try await place.tree() == before)
        }
    }

    @Test(arguments: [
        "", "{}", "[1]", #"{"id":"short","members":1}"#, #"{"id":"01234567","members":-1}"#,
        "{\"id\":\"01234567\",\n\"members\":1}", #"{"id":"01234567","members":1e99}"#,
        #"{"id":"01234567","members":1,"more":""# + String(repeating: "x", count: 8_200) + #""}"#,
    ])
    func a_bad_cluster_record_is_essential_and_has_no_version(_ value: String) async throws {
        try await Place.claimed { (place) async throws in
            try await place.witness.set(place.paths.cluster, Array(value.utf8))
            let view = try await place.registry.watcherView()
            #expect(view.badNodes.map(\.path) == [place.paths.cluster] && view.badNodes.allSatisfy(\.isEssential))
            #expect(view.cluster == nil && view.clusterVersion == nil)
            #expect(view.record == Record(Address(7001), version: 0))
        }
    }

    @Test(arguments: [
        "", "true", "[]", "{", "upgrade", #"{"who":{}}"#, #"{"why":"a\nb"}"#, "{\"who\":\n\"x\"}",
        #"{"until":"tomorrow"}"#, #"{"until":"2026-13-01T00:00:00Z"}"#, #"{"until":""}"#,
        #"{"why":""# + String(repeating: "x", count: 600) + #""}"#,
    ])
    func a_pause_that_can_not_be_read_pauses_and_ends_an_hour_after_it_was_written(_ value: String) async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.paused, value)
            let written = try await place.witness.get(place.paths.paused).stat.modified / 1_000
            let view = try await place.registry.watcherView()
            #expect(view.isPaused && !view.isPauseOver)
            let until = try #require(view.pause?.until)
            #expect(Timestamp.seconds(until) == Double(written + 3_600))
            #expect(view.badNodes.map(\.path) == [place.paths.paused])
            #expect(view.badNodes.map(\.isEssential) == [false])
            #expect(view.badNodes.first?.reason.contains("the pause ends at \(until)") == true)
        }
    }

    @Test func a_pause_whose_end_alone_can_not_be_read_keeps_who_and_why() async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(
                place.paths.paused, #"{"until":"tomorrow","who":"ops","why":"upgrade","since":"today"}"#)
            let view = try await place.registry.watcherView()
            #expect(view.pause?.who == "ops" && view.pause?.why == "upgrade" && view.pause?.since == "today")
            #expect(view.pause?.until.flatMap { Timestamp.seconds($0) } != nil)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"who":"ops","since":"whenever"}"#, #"{"until":"2026-11-22T18:00:00.123Z"}"#, #"{"x":1}"#,
    ])
    func a_pause_needs_to_say_nothing(_ value: String) async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.paused, value)
            let view = try await place.registry.watcherView()
            #expect(view.isPaused && view.pause != nil && view.badNodes.isEmpty)
        }
    }

    @Test(arguments: [
        "n-0000000001": CreateMode.persistent, "n-1": .ephemeral, "notes": .ephemeral, "n-+000000001": .ephemeral,
        "n--214748364": .ephemeral, "x-0000000001": .ephemeral, "n-٠٠٠٠٠٠٠٠٠١": .ephemeral,
    ])
    func a_node_that_no_watcher_made_does_not_lead(_ name: String, _ mode: CreateMode) async throws {
        try await Place.with { (place) async throws in
            let path = "\(place.paths.watchers)/\(name)"
            try await place.put(path, "127.0.0.1 8081", mode)
            let view = try await place.registry.watcherView()
            #expect(view.watchers.isEmpty)
            #expect(view.badNodes.map(\.path) == [path])
        }
    }

    /// A watcher reads them for nothing else: in a launch's way they stand, and it has to be said.
    @Test func bad_candidates_and_identities_are_named() async throws {
        try await Place.claimed { (place) async throws in
            let bad = [place.paths.candidatePrefix + "0000000007", place.paths.identity("x")]
            for path in bad { try await place.put(path, "x", .ephemeral) }
            #expect(try await place.registry.watcherView().badNodes.map(\.path) == bad)
        }
    }

    @Test func a_long_or_strange_name_is_shown_short_and_plain() async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.member("x" + String(repeating: "\u{202e}y", count: 500)), "127.0.0.1 0")
            let path = try #require(try await place.registry.watcherView().badNodes.first?.path)
            #expect(path.hasPrefix(place.paths.member("x")) && path.utf8.count < 1_000 && !path.contains("\u{202e}"))
        }
    }

    @Test func what_its_acl_hides_is_named_and_a_hidden_pause_pauses() async throws {
        try await Place.claimed { (place) async throws in
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Digest(user: "somebody", password: "else")
            configuration.acl = .owner
            let other = try await Session.connect(configuration, within: .seconds(15))
            let hidden = [place.paths.member("hidden"), place.paths.paused]
            for path in hidden { try await other.create(path, Array("127.0.0.1 7009".utf8)) }
            let view = try await place.registry.watcherView()
            #expect(view.badNodes.map(\.path) == hidden.sorted())
            #expect(view.members.map(\.id) == ["m"])
            #expect(view.isPaused && view.pause?.until != nil && !view.isPauseOver)

            try await place.witness.delete(place.paths.master)
            try await other.create(place.paths.master, Array("127.0.0.1 7001".utf8))
            let failure = try await failure { try await place.registry.watcherView() }
            #expect(failure.code == .notAuthorised && failure.description.contains(place.paths.master))
            await other.close()
        }
    }

    @Test func a_zookeeper_that_does_not_answer_is_a_failure() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.with(through: proxy) { (place) async throws in
            proxy.goSilent()
            let failure = try await failure { try await place.registry.watcherView() }
            #expect(failure.code == .unavailable)
            proxy.speak()
        }
    }
}
