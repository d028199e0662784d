import Cluster
import Fixtures
import FoundationEssentials
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// `/redis/switchover`: a request that any tool can write, on real servers.
@Suite(.inTurn) struct SwitchoverTests {
    @Test func underLoadNothingIsLostAndClientsWaitForMilliseconds() async throws {
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(5)) { cluster in
            let (old, target) = (cluster.master, cluster.members[2])
            let writers = Writers(4, sentinels: cluster.sentinels.map(\.place))
            try await writers.write(200)
            let tape = try await SentinelTape.record(cluster.sentinels)
            try await cluster.ask(#"{"id":"first","to":"\#(target.colonAddress)","who":"ops"}"#)
            let answer = try await cluster.answer(to: "first")
            #expect(answer.state == .done, "\(answer)")
            #expect(answer.from == old.colonAddress && answer.to == target.colonAddress && answer.who == "ops")
            #expect(answer.pause.map { (1..<1_000).contains($0) } == true, "\(answer)")
            for sentinel in cluster.sentinels {
                try await eventually("\(sentinel.port) says so") { tape.hears("+switch-master", from: sentinel) }
            }
            try await writers.write(200)
            #expect(try await cluster.agree(onOtherThan: old).port == target.port)
            let ledger = await writers.stop()
            #expect(try await ledger.lost(on: target.place).isEmpty)
            // The other servers go on from where they were.
            #expect(await target.info("stats")["sync_full"] == "0")
            let history = try await cluster.history()
            #expect(history.map(\.cause) == ["switchover"] && history.last?.who == "ops")
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["num-other-sentinels"] == "2") }
            // What was answered is not run again.
            let versions = try await cluster.quietVersions()
            try await cluster.stays("nothing is done again", for: .seconds(2)) {
                try await cluster.agreedMaster()?.port == target.port
            }
            #expect(try await cluster.versions() == versions)

            try await cluster.ask(#"{"id":"back","away_from":"\#(target.colonAddress)"}"#)
            #expect(try await cluster.answer(to: "back").state == .done)
            #expect(try await cluster.agree(onOtherThan: target).port != target.port)
        }
    }

    @Test func whatCanNotBeIsRefusedWithTheReason() async throws {
        try await WatchedCluster.with(downAfter: .seconds(5)) { cluster in
            let (master, replica) = (cluster.master, cluster.replicas[0])
            let stranger = try await RedisServer.start()
            try await replica.ask("CONFIG", "SET", "replica-priority", "0")
            let requests: [(String, Switchover.State, String)] = [
                (#""to":"127.0.0.1:\#(stranger.port)""#, .refused, "no member"),
                (#""to":"127.0.0.1:99999""#, .refused, "HOST:PORT"),
                (#""to":"\#(replica.colonAddress)""#, .refused, "priority 0"),
                (#""to":"\#(master.colonAddress)""#, .done, "already"),
                (#""away_from":"\#(replica.colonAddress)""#, .done, "is not master"),
                (#""until":"2020-01-01T00:00:00Z""#, .refused, "time was over"),
            ]
            for (number, (fields, state, reason)) in requests.enumerated() {
                try await cluster.ask(#"{"id":"\#(number)",\#(fields)}"#)
                let answer = try await cluster.answer(to: "\(number)")
                #expect(answer.state == state && answer.why?.contains(reason) == true, "\(fields): \(answer)")
            }
            try await cluster.cluster.session.create(
                "\(cluster.cluster.root)/paused", Array(#"{"who":"ops"}"#.utf8), .persistent)
            try await cluster.ask(#"{"id":"paused"}"#)
            #expect(try await cluster.answer(to: "paused").why?.contains("paused") == true)
            try await cluster.ask("no JSON at all")
            try await eventually("it is named") { cluster.watcher.process.text.contains("/switchover") }
            #expect(try await cluster.history().isEmpty)
            #expect(try await cluster.agreedMaster()?.port == master.port)
            await stranger.stop()
        }
    }

    /// Killed anywhere in it: clients' writes go on, none is lost, and all agree.
    @Test(arguments: [0, 2, 5, 10, 20])
    func theLeaderIsKilledInTheMidst(milliseconds: Int) async throws {
        try await WatchedCluster.with(
            watchers: 2, downAfter: .seconds(5), watcherVariables: ["ZK_SESSION_TIMEOUT": "2s"]
        ) { cluster in
            let target = cluster.members[2]
            let writers = Writers(4, sentinels: cluster.sentinels.map(\.place))
            try await writers.write(200)
            try await cluster.ask(#"{"id":"first","to":"\#(target.colonAddress)"}"#)
            try await eventually("it is begun") { try await cluster.switchover()?.state != nil }
            // A moment of the test's choice, and no wait for anything.
            try await Task.sleep(for: .milliseconds(milliseconds))
            try await cluster.kill(cluster.watcher)
            let answer = try await cluster.answer(to: "first", within: .seconds(20))
            #expect(answer.state == .done || answer.state == .failed, "\(answer)")
            let master = try await cluster.agree(onOtherThan: nil, within: .seconds(30))
            try await writers.write(200)
            let ledger = await writers.stop()
            #expect(try await ledger.lost(on: master.place).isEmpty, "\(answer)")
            #expect(try await cluster.history().count == (master.port == target.port ? 1 : 0), "\(answer)")
        }
    }
}

extension WatchedCluster {
    fileprivate var path: String { "\(cluster.root)/switchover" }

    fileprivate func ask(_ text: String) async throws {
        let data = Array(text.utf8)
        if try await node("switchover") == nil {
            try await cluster.session.create(path, data, .persistent)
        } else {
            try await cluster.session.set(path, data)
        }
    }

    fileprivate func switchover() async throws -> Switchover? {
        guard let node = try await node("switchover") else { return nil }
        return try? JSONDecoder().decode(Switchover.self, from: Data(node.data))
    }

    fileprivate func answer(to id: String, within limit: Duration = .seconds(10)) async throws -> Switchover {
        try await eventually("request \(id) is answered", within: limit) {
            guard let found = try await self.switchover(), found.id == id, let state = found.state, state != .running
            else { return nil }
            return found
        }
    }
}
