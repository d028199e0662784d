import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// A session that one process opens and another goes on with.
@Suite(.inTurn) struct SessionHandoverTests {
    @Test func the_session_of_another_that_let_go_is_taken_over_with_its_nodes() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let servers = try ConnectString(try await ZooKeeperServer.shared().connectString)
        try await Place.with(through: proxy) { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .done)
            let before = try await place.tree()
            let credentials = place.registry.session.credentials
            // The first client is cut off, as one that has become another program is.
            proxy.refuse()
            var settings = place.settings
            settings.servers = servers
            let attached = try #require(try await Registry.attach(settings, credentials, within: .seconds(10)))
            #expect(attached.session.credentials.id == credentials.id)
            #expect(try await attached.hold(place.paths.member("m"), Address(7001), replacing: []))
            #expect(try await place.tree() == before)
            await attached.session.close()
            #expect(try await place.witness.children(place.paths.members) == [])
        }
    }

    @Test func a_session_that_is_gone_is_none() async throws {
        try await Place.with { place in
            let other = try await place.another()
            let credentials = other.session.credentials
            await other.session.close()
            #expect(try await Registry.attach(place.settings, credentials, within: .seconds(10))?.paths == nil)
        }
    }

    @Test func a_wrong_password_gets_no_session() async throws {
        try await Place.with { (place) async throws in
            var credentials = place.registry.session.credentials
            credentials.password = [UInt8](repeating: 7, count: 16)
            #expect(try await Registry.attach(place.settings, credentials, within: .seconds(10))?.paths == nil)
            // The server cuts the owner off before it looks at the password.
            try await eventually("the owner goes on") { (try? await place.registry.children("/")) != nil }
        }
    }

    @Test func a_server_that_does_not_answer_is_unavailable_in_time() async throws {
        var settings = RegistrySettings(
            servers: try ConnectString("127.0.0.1:\(try freePort())"), root: "/r", digest: nil,
            sessionTimeout: .seconds(2))
        let start = ContinuousClock.now
        var failure = try await failure { try await Registry.open(settings, within: .milliseconds(300)) }
        #expect(failure.code == .unavailable && failure.description.contains("ZK_HOSTS"))
        let silent = try ScriptedPeer { $0.receiveToEnd() }
        settings.servers = try ConnectString("127.0.0.1:\(silent.port)")
        let gone = SessionCredentials(id: 1, password: [UInt8](repeating: 0, count: 16))
        failure = try await ClusterTests.failure {
            try await Registry.attach(settings, gone, within: .milliseconds(300))
        }
        #expect(failure.code == .unavailable)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
