import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Replicas that run and are empty, while what they had lies beside them.
@Suite(.inTurn) struct StrandedTests {
    /// Their files bear no position, so they were set aside; then the master went for good before the first
    /// synchronisation.
    @Test func they_end_and_their_next_start_brings_the_copy_back() async throws {
        let settings = DataCluster.log.replacing("sync-delay 0", with: "sync-delay 3")
        try await DataCluster.with([settings, settings, settings], variables: ["MASTER_TIMEOUT": "30s"]) { data in
            try await data.write(2_000)
            let replicas = Array(data.members.dropFirst())
            try await data.kill(replicas)
            for replica in replicas { unlink("\(replica.folder.path)/interrex.passport") }
            let empty = try replicas.map { try data.start($0) }
            for replica in empty {
                try await replica.ready()
                try #require(await replica.keys == 0)
            }
            try await data.kill([data.members[0]], withLeases: true)
            let word = #"{"who": "an operator", "why": "the master's host is gone"}"#
            try await data.cluster.session.create("/redis/accept-loss", Array(word.utf8))

            try await eventually("both have ended", within: .seconds(90)) {
                empty.allSatisfy { $0.process.exitCode != nil }
            }
            for replica in empty {
                #expect(replica.process.text.contains("so that its next start can stand with that"))
            }
            let returned = try empty.map { try data.start($0) }
            try await returned.hold(2_000, within: .seconds(40))
        }
    }
}
