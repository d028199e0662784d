import Fixtures
import FoundationEssentials
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex forget` on real servers.
@Suite(.inTurn) struct ForgetCommandTests {
    @Test func aReplicaAndASentinelThatAreGone() async throws {
        try await WatchedCluster.with(sentinels: 4, watchers: 0, shortSession) { cluster in
            let (replica, sentinel) = (cluster.members[2], cluster.sentinels[3])
            for address in [replica.colonAddress, sentinel.colonAddress, cluster.master.colonAddress] {
                let refused = try await cluster.steer("forget", address)
                #expect(refused.code == 75, "\(refused)")
            }
            try await cluster.startWatcher()
            try await eventually("they are counted") { try await cluster.record()?.members == 3 }
            try await cluster.kill(cluster.watcher)
            try await cluster.kill(replica)
            try await cluster.kill(sentinel)
            try await eventually("the leases are gone") {
                let leases = try await [cluster.cluster.leases("members"), cluster.cluster.leases("sentinels")]
                return leases.map(\.count) == [2, 3]
            }
            let dry = try await cluster.steer("forget", replica.colonAddress, "--dry-run")
            #expect(dry.code == 0 && dry.output.contains("taken out of the count of members last"), "\(dry)")
            let planned = try await cluster.steer("forget", replica.colonAddress, "--dry-run", "--json")
            #expect(planned.code == 0 && planned.output.contains(#""forgotten":false"#), "\(planned)")
            #expect(try await cluster.record()?.members == 3)
            let ended = try await cluster.steer("forget", replica.colonAddress)
            #expect(ended.code == 0 && ended.output == "forgotten: \(replica.colonAddress)\n", "\(ended)")
            #expect(try await cluster.record()?.members == 2)
            let twice = try await cluster.steer("forget", replica.colonAddress, "--json")
            #expect(twice.code == 0 && twice.output.contains(#""forgotten":false"#), "\(twice)")
            #expect(try await cluster.record()?.members == 2)
            let others = cluster.sentinels.dropLast()
            try await eventually("nobody knows it, and all know the other one") {
                for other in others where await other.monitored["num-slaves"] != "1" { return false }
                return true
            }
            let gone = try await cluster.steer("forget", sentinel.colonAddress, "--json")
            struct Told: Decodable {
                var address: String
                var forgotten, counted: Bool
                var sentinels, nodes: [String]
            }
            let told = try JSONDecoder().decode(Told.self, from: Data(gone.output.utf8))
            #expect(gone.code == 0 && told.forgotten && told.address == sentinel.colonAddress, "\(gone)")
            #expect(Set(told.sentinels).isSubset(of: others.map(\.colonAddress)) && !told.counted, "\(gone)")
            for other in others { #expect(await other.monitored["num-other-sentinels"] == "2", "\(gone)") }
            let again = try await cluster.steer("forget", sentinel.colonAddress)
            #expect(again.code == 0 && again.output.contains("nothing knows"), "\(again)")
            #expect(try await cluster.steer("forget", "nowhere").code == 64)
        }
    }

    /// Whoever says it again ends it, and nobody is counted down twice.
    @Test func itIsKilledHalfway() async throws {
        try await WatchedCluster.with(members: 4, watchers: 0, shortSession) { cluster in
            let replica = cluster.members[3]
            try await cluster.startWatcher()
            try await eventually("they are counted") { try await cluster.record()?.members == 4 }
            try await cluster.kill(cluster.watcher)
            for member in cluster.members.suffix(2) { try await cluster.kill(member) }
            try await eventually("the leases are gone") { try await cluster.cluster.leases("members").count == 2 }
            let running = try cluster.begin("forget", replica.colonAddress)
            try await running.says("reset sentinel")
            running.process.signal(SIGKILL)
            try await running.process.wait()
            #expect(try await cluster.record()?.members == 4)
            for _ in 0..<2 {
                let ended = try await cluster.steer("forget", replica.colonAddress)
                #expect(ended.code == 0, "\(ended)")
                #expect(try await cluster.record()?.members == 3, "\(ended)")
            }
        }
    }

    @Test func aLeftoverOfAnotherToolIsDeleted() async throws {
        try await WatchedCluster.with(members: 1, watchers: 0) { cluster in
            let port = try freePort()
            let path = "\(cluster.cluster.root)/sentinels/other"
            try await cluster.cluster.session.create(path, Array("127.0.0.1 \(port)".utf8), .persistent)
            let ended = try await cluster.steer("forget", "127.0.0.1:\(port)")
            #expect(ended.code == 0 && ended.errors.contains("deleted \(path)"), "\(ended)")
            #expect(try await cluster.cluster.node(path) == nil)
        }
    }
}
