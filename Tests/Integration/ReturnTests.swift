import Fixtures
import FoundationEssentials
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// The recorded master that comes back: rules 5a-5d, and on another port.
@Suite(.inTurn) struct ReturnTests {
    @Test func alone_with_its_data_it_resumes() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            #expect(try await cluster.kept()?.epoch == 1)
            try await redis(master.port, "SET", "key", "kept")
            await master.stop()
            let returned = try await cluster.redis(port: master.port, folder: master.folder).ready()
            #expect(try await cluster.kept()?.epoch == 101, "a reign of its own")
            #expect(returned.lines.contains { $0.contains("rule 5d") })
            #expect(await returned.role == "master")
            #expect(try await redis(returned.port, "GET", "key") == "kept")
            #expect(try await cluster.node("/redis/master")?.stat.version == 1, "written again: an older claim fails")
            #expect(try await cluster.leases("members").keys.sorted() == [master.address])
        }
    }

    @Test func on_another_port_it_is_recorded_there_with_its_data() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            try await redis(master.port, "SET", "key", "kept")
            await master.stop()
            let returned = try await cluster.redis(folder: master.folder).ready(within: .seconds(60))
            #expect(returned.port != master.port)
            #expect(await returned.role == "master")
            #expect(try await redis(returned.port, "GET", "key") == "kept")
            #expect(try await cluster.recordedMaster() == returned.address)
            #expect(try await cluster.children("/redis/candidates").isEmpty)
            #expect(try await cluster.kept()?.epoch == 101)
        }
    }
}
