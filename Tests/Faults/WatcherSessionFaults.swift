import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A watcher whose session ends without it: it comes back as one watcher, not as two.
@Suite(.inTurn) struct WatcherSessionFaults {
    @Test("F17: after an expired session each watcher is entered once, and a failover is recorded once")
    func f17_after_an_expired_session_each_watcher_is_entered_once_and_a_failover_is_recorded_once() async throws {
        let zookeeper = try await ZooKeeperServer.shared()
        let proxy = try TCPProxy(to: zookeeper.port)
        try await WatchedCluster.with(watcherVariables: shortSession) { watched in
            let chroot = watched.cluster.servers.drop { $0 != "/" }
            let frozen = watched.watcher
            let cutOff = try await watched.startWatcher(
                shortSession.merging(["ZK_HOSTS": proxy.connectString + chroot]) { $1 })
            let before = try await watched.candidacies().map(\.path)
            #expect(before.count == 2)

            frozen.process.signal(SIGSTOP)
            proxy.goSilent()
            try await eventually("both sessions are over") { try await watched.candidacies().isEmpty }
            frozen.process.signal(SIGCONT)
            proxy.speak()
            let addresses = [frozen.address, cutOff.address].sorted()
            try await recovery {
                try await eventually("both are entered again") {
                    let entered = try await watched.candidacies()
                    guard entered.allSatisfy({ !before.contains($0.path) }) else {
                        throw TestFailure("an old node is back: \(entered)")
                    }
                    return entered.map(\.address).sorted() == addresses
                }
            }
            try await watched.stays("each is entered once", for: .seconds(4)) {
                try await watched.candidacies().map(\.address).sorted() == addresses
            }

            let old = watched.master
            try await watched.kill(old)
            let next = try await watched.agree(onOtherThan: old)
            let history = try await watched.history()
            #expect(history.map(\.new) == ["127.0.0.1:\(next.port)"], "\(history)")
        }
        proxy.close()
    }
}
