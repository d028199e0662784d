import Fixtures
import Support
import Testing
import Throttle

/// What a launch costs ZooKeeper, read from the bytes on the wire. Pings are left out.
@Suite(.inTurn) struct RoundTripTests {
    @Test func a_launch_into_nothing_is_one_session_one_read_and_one_transaction() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        proxy.record()
        try await TestCluster.with(through: proxy, chroot: false) { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            try await eventually("the lease has attached") { proxy.recorded.count == 2 }
            let traffic = proxy.recorded.map(ZooKeeperTraffic.init)
            #expect(traffic[0] == ZooKeeperTraffic(isNew: true, requests: [.children, .multi]))
            // The lease goes on with the same session.
            #expect(!traffic[1].isNew)
            #expect(try await cluster.recordedMaster() == server.address)
        }
    }

    @Test func a_launch_beside_others_into_nothing_is_four_operations_at_most() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        proxy.record()
        // With a slow network in front of ZooKeeper all launchers look before the first of them has written.
        proxy.hold(replies: .milliseconds(800))
        try await TestCluster.with(through: proxy, chroot: false) { cluster in
            let gate = try StartingGate()
            let servers = try (0..<5).map { _ in try cluster.redis(quickRedis, wrapper: gate.wrapper) }
            try await gate.open(for: servers.map(\.process))
            try await servers.united()
            proxy.hold(replies: .zero)
            let launches = proxy.recorded.map(ZooKeeperTraffic.init).filter(\.isNew).map(\.requests)
            #expect(launches.count == 5)
            #expect(launches.count { $0 == [.children, .multi] } == 1, "\(launches)")
            #expect(launches.count { $0 == [.children, .multi, .get, .multi] } == 4, "\(launches)")
        }
    }

    @Test func traffic_is_read_right() {
        let connect: [UInt8] = [0, 0, 0, 28] + [UInt8](repeating: 0, count: 28)
        let ping: [UInt8] = [0, 0, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11]
        let get: [UInt8] = [0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 4, 77]
        let close: [UInt8] = [0, 0, 0, 8, 0, 0, 0, 2, 255, 255, 255, 245]
        let traffic = ZooKeeperTraffic(connect + ping + get + ping + close + get.dropLast())
        #expect(traffic == ZooKeeperTraffic(isNew: true, requests: [.get, .closeSession]))
        #expect(!ZooKeeperTraffic([0, 0, 0, 28] + [UInt8](repeating: 1, count: 28)).isNew)
    }
}
