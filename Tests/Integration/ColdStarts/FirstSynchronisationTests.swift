import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Replicas that are killed while they get their first copy still have their old one.
@Suite(.inTurn) struct FirstSynchronisationTests {
    /// The master's host never comes back; each replica had all of the data before.
    @Test func killed_in_it_they_go_on_with_the_copies_that_they_had() async throws {
        // The time for which a synchronisation is asked for and has not begun.
        let settings = DataCluster.log.replacing("sync-delay 0", with: "sync-delay 3")
        try await DataCluster.with([settings, settings, settings], variables: ["MASTER_TIMEOUT": "20s"]) { data in
            try await data.write(20_000)
            let replicas = Array(data.members.dropFirst())
            try await data.kill(replicas)
            var again = try replicas.map { try data.start($0) }
            for replica in again {
                try await replica.ready()
                let info = await replica.info("replication")
                try #require(info["role"] == "slave" && info["master_link_status"] == "down")
            }
            try await data.kill(again, withLeases: true)
            try await data.kill([data.members[0]], withLeases: true)

            again = try replicas.map { try data.start($0) }
            let master = try await again.hold(20_000, within: .seconds(40))

            // Ordinary restarts after that: nothing of it was on loan.
            let replica = again.first { $0.port != master.port }!
            try await data.kill([replica])
            let returned = try await data.start(replica).linked(to: master)
            #expect(await returned.keys == 20_000)
        }
    }
}
