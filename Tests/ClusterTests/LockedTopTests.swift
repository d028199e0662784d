import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// A ZooKeeper whose `/` an administrator keeps to himself: all that is ours lies in a node that he has given us.
@Suite(.inTurn) struct LockedTopTests {
    private static let user = Digest(user: "interrex", password: "p:w")

    @Test(arguments: ["", "/app"]) func all_that_is_ours_works_below_our_root(_ chroot: String) async throws {
        let server = try await ZooKeeperServer.start()
        var configuration = Session.Configuration(servers: try ConnectString(server.connectString))
        configuration.digest = Self.user
        configuration.acl = .readable
        let owner = try await Session.connect(configuration, within: .seconds(15))
        try await owner.create(chroot.isEmpty ? "/redis" : chroot)
        await owner.close()
        try await server.lockTop()

        let settings = RegistrySettings(
            servers: try ConnectString(server.connectString + chroot), root: "/redis", digest: Self.user,
            sessionTimeout: .seconds(10))
        let registry = try await Registry.open(settings, within: .seconds(15))
        try await registry.checkAdmission()
        try await registry.checkAccess()
        #expect(try await registry.view() == View())
        let missing = try await registry.missingParents(rootIsMissing: false)
        #expect(try await registry.claimFirst(Address(7001), member: "m", creating: missing) == .done)
        // What is there already is no trouble, though nobody may create it.
        try await registry.createParents()
        _ = try await registry.enlist(Address(8080))
        let view = try await registry.watcherView()
        #expect(view.record?.address == Address(7001) && view.members.map(\.id) == ["m"] && view.watchers.count == 1)
        await registry.session.close()

        // What is not there is refused as what it is.
        var elsewhere = settings
        elsewhere.servers.chroot = "/nowhere"
        let refused = try await failure { try await Registry.open(elsewhere, within: .seconds(5)) }
        #expect(refused.code == .notAuthorised, "\(refused)")
        try await server.stop()
    }
}
