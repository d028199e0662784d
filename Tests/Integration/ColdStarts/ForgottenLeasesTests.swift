import Cluster
import Fixtures
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Servers that live on where ZooKeeper knows nothing, or something wrong, of them.
@Suite(.inTurn) struct ForgottenLeasesTests {
    private let session = ["ZK_SESSION_TIMEOUT": "4s", "MASTER_TIMEOUT": "15s"]

    /// All leases are killed, then the master: the sentinels' choice is recorded, and an empty newcomer follows it.
    @Test func without_a_lease_they_still_are_the_cluster() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5), session) { watched in
            try await fill(watched.master.port, keys: 812)
            try await watched.master.isReplicated(to: 2)
            let servers = watched.members + watched.sentinels
            for server in servers { Glibc.kill(try await server.lease.pid, SIGKILL) }
            try await eventually("no lease is left", within: .seconds(20)) {
                let members = try await watched.cluster.leases("members")
                let sentinels = try await watched.cluster.leases("sentinels")
                return members.isEmpty && sentinels.isEmpty
            }
            try await watched.kill(watched.master)
            let newcomer = try watched.startMember()
            try await watched.onlyMasterHolds(812, besides: newcomer, within: .seconds(40))
        }
    }

    /// `/redis/cluster` of another environment was restored here: its id is not that of any server.
    @Test func an_id_that_no_server_bears_makes_no_strangers_of_them() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5), session) { watched in
            try await fill(watched.master.port, keys: 812)
            try await watched.master.isReplicated(to: 2)
            let path = "\(watched.cluster.root)/cluster"
            let text = try #require(try await watched.cluster.text(path))
            let id = try #require(try await watched.record()?.id)
            let other = text.replacing(id, with: "0123abcd-0123-4abc-8abc-0123456789ab")
            try await watched.cluster.session.set(path, Array(other.utf8))
            try await watched.kill(watched.master)
            let newcomer = try watched.startMember()
            try await watched.onlyMasterHolds(812, besides: newcomer, within: .seconds(40))
        }
    }
}

extension WatchedCluster {
    /// Waits until one of the members that were there before is master with so many keys, recorded, and named by all
    /// sentinels; the newcomer, which its scheduler starts again, follows it, and was never master.
    fileprivate func onlyMasterHolds(_ keys: Int, besides newcomer: Launched, within limit: Duration) async throws {
        let newcomer = Protected(newcomer)
        do {
            try await eventually("one master with \(keys) keys", within: limit) {
                let server = newcomer.value
                if await server.role == "master" {
                    throw TestFailure("the newcomer is master: \(server.lines.last ?? "")")
                }
                if server.process.exitCode != nil {
                    let next = try self.startMember(folder: server.folder)
                    newcomer.withLock { $0 = next }
                    return false
                }
                guard let master = try await self.agreedMaster() else { return false }
                return await server.isLinked(to: master)
            }
        } catch {
            throw TestFailure("\(error): \(await situation())")
        }
        for member in running { #expect(await member.keys == keys) }
    }
}
