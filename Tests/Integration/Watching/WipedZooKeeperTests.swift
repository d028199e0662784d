import Cluster
import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// ZooKeeper comes back without a single node under a running cluster: all is registered again, and nobody is demoted.
@Suite(.inTurn) struct WipedZooKeeperTests {
    /// Whose leases come back late: nobody's, or those of all members, which alone could tell the cluster's id.
    @Test(arguments: [false, true])
    func the_same_master_and_the_same_cluster_id_are_recorded_again(membersAreLate: Bool) async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await WatchedCluster.with(on: zookeeper) { watched in
            let master = watched.master
            let id = try #require(try await watched.record()?.id)
            try await fill(master.port, keys: 50)
            var late: [ProcessFiles] = []
            if membersAreLate { for member in watched.members { late.append(try await member.lease) } }

            for lease in late { kill(lease.pid, SIGSTOP) }
            try await zookeeper.restartWiped()
            let session = try await watched.cluster.another()
            let root = watched.cluster.root
            if membersAreLate {
                try await eventually("sentinels and watcher are there, members are not", within: .seconds(30)) {
                    guard await watched.keepRoles() else { throw TestFailure(await watched.situation()) }
                    let sentinels = (try? await session.children("\(root)/sentinels")) ?? []
                    let watchers = (try? await session.children("\(root)/watchers")) ?? []
                    return sentinels.count == 3 && watchers.count == 1
                }
                // The watcher sees them, and may already record the master.
                try await watched.stays("nobody gets another id", for: .seconds(2)) {
                    let node = try? await session.get("\(root)/cluster")
                    return node.map { String(decoding: $0.data, as: UTF8.self).contains(id) } ?? true
                }
                for lease in late { kill(lease.pid, SIGCONT) }
            }
            try await eventually("all is registered and recorded again", within: .seconds(30)) {
                guard await watched.keepRoles() else { throw TestFailure(await watched.situation()) }
                guard let node = try? await session.get("\(root)/master"),
                    let view = try? await Registry(session, root: root).watcherView()
                else { return false }
                if let other = view.cluster?.id, other != id { throw TestFailure("the cluster's id is \(other)") }
                return String(decoding: node.data, as: UTF8.self) == master.address && view.members.count == 3
                    && view.sentinels.count == 3 && view.watchers.count == 1 && view.cluster?.id == id
                    && view.cluster?.members == 3
            }
            // Longer than Sentinel needs to demote a master that it takes for a replica.
            try await watched.stays("nobody is demoted", for: .seconds(10)) { await watched.keepRoles() }
            for member in watched.members { #expect(try await redis(member.port, "DBSIZE") == "50") }
            await session.close()
        }
        try await zookeeper.stop()
    }
}
