import Fixtures
import Support
import Testing
import Throttle
import ZooKeeper

/// A candidate that says it is the freshest and never claims.
@Suite(.inTurn) struct BarringCandidateTests {
    /// The first lives as long as somebody's session; the second one was written by hand and lives for ever.
    @Test(arguments: [true, false]) func a_candidate_that_does_not_claim_bars_nobody(isEphemeral: Bool) async throws {
        try await DataCluster.with(variables: ["MASTER_TIMEOUT": "25s"]) { data in
            try await data.write(812)
            let address = "127.0.0.1 \(try freePort())"
            let id = String(repeating: "f", count: 40)
            let text = """
                {"address":"\(address)","freshness":{"holds_data":true,"loadable":true,"modified":\(Int64.max),\
                "offset":\(Int64.max),"replication_id":"\(id)"},"position":{"epoch":\(Int64.max),"offset":\(Int64.max)}}
                """
            try await data.kill(data.members)
            try await data.cluster.session.create(
                "/redis/candidates/n-", Array(text.utf8),
                isEphemeral ? .ephemeralSequential : .persistentSequential, parents: true)
            let returned = try data.members.map { try data.start($0) }
            try await returned.hold(812, within: .seconds(30))
        }
    }
}
