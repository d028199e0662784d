import Cluster
import Fixtures
import FoundationEssentials
import Glibc
import Inspection
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// `interrex switchover` on real servers.
@Suite(.inTurn) struct SwitchoverCommandTests {
    private struct Outcome: Decodable {
        var state: String
        var from, to, why: String?
        var pauseMs, tookMs: Int?
    }

    @Test func underLoadItSaysHowLongClientsWaitedAndLosesNothing() async throws {
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(5)) { cluster in
            let (old, target) = (cluster.master, cluster.members[2])
            let writers = Writers(4, sentinels: cluster.sentinels.map(\.place))
            try await writers.write(200)
            let ended = try await cluster.steer("switchover", "--to", target.colonAddress, "--yes", "--json")
            #expect(ended.code == 0, "\(ended)")
            let outcome = try ended.decoded(Outcome.self)
            #expect(outcome.state == "done" && outcome.from == old.colonAddress, "\(ended)")
            #expect(outcome.to == target.colonAddress, "\(ended)")
            #expect(outcome.pauseMs.map { (1..<2_000).contains($0) } == true, "\(ended)")
            #expect(outcome.tookMs.map { $0 >= outcome.pauseMs ?? .max } == true, "\(ended)")
            try await writers.write(200)
            #expect(try await cluster.agree(onOtherThan: old).port == target.port)
            #expect(try await writers.stop().lost(on: target.place).isEmpty)
            let history = try await cluster.history()
            #expect(history.map(\.cause) == ["switchover"])
            #expect(history.last?.who?.hasPrefix("ops@") == true, "\(history)")

            // The next one, over the node of the one before; whoever is furthest on.
            let back = try await cluster.steer("switchover", "--away-from", target.colonAddress, "--yes", "--who", "me")
            #expect(back.code == 0, "\(back)")
            #expect(back.output.contains("is master, after \(target.colonAddress); clients could not write for "))
            #expect(back.errors.contains("running: "), "\(back)")
            try await cluster.agree(onOtherThan: target)
            #expect(try await cluster.history().last?.who == "me")
        }
    }

    @Test func whatCanNotBeIsRefusedBeforeItIsAskedFor() async throws {
        try await WatchedCluster.with(downAfter: .seconds(5)) { cluster in
            let (master, replica) = (cluster.master, cluster.replicas[0])
            let stranger = try await RedisServer.start()
            try await replica.ask("CONFIG", "SET", "replica-priority", "0")
            let cases: [([String], Int32, String)] = [
                (["--to", "127.0.0.1:\(stranger.port)", "--yes"], 75, "no member of this cluster"),
                (["--to", replica.colonAddress, "--yes"], 75, "priority 0"),
                (["--to", replica.colonAddress, "--dry-run"], 75, "priority 0"),
                (["--to", master.colonAddress, "--yes"], 0, "is master already"),
                (["--away-from", replica.colonAddress, "--yes"], 0, "is not the recorded master"),
                (["--away-from", "localhost:\(replica.port)", "--yes"], 0, "is not the recorded master"),
                (["--away-from", "localhost:\(master.port)", "--dry-run"], 0, "takes its place"),
                (["--away-from", "nowhere.invalid:\(master.port)", "--yes"], 69, "write its IP address"),
                ([], 64, "--yes"),
                (["--to", "nowhere"], 64, "--to is \"nowhere\", which is no HOST:PORT"),
                (["--timeout", "soon", "--yes"], 64, "--timeout"),
                (["--who", "a\nb", "--yes"], 64, "--who"),
                (["--dry-run"], 0, "takes its place"),
            ]
            for (arguments, code, text) in cases {
                let ended = try await Steering(
                    ["switchover"] + arguments, ["ZK_HOSTS": cluster.cluster.servers, "ZK_ROOT": cluster.cluster.root]
                ).end()
                // A plan is what was asked for.
                let told = arguments.contains("--dry-run") && code == 0 ? ended.output : ended.errors
                #expect(ended.code == code && told.contains(text), "\(arguments): \(ended)")
                #expect(ended.errors.split(separator: "\n").count { $0.contains(" error ") } == (code == 0 ? 0 : 1))
            }
            #expect(try await cluster.node("switchover") == nil)

            let json = try await cluster.steer("switchover", "--to", replica.colonAddress, "--yes", "--json")
            #expect(try json.decoded(Outcome.self).why?.contains("priority 0") == true)
            #expect(json.code == 75)

            try await cluster.cluster.session.create(
                "\(cluster.cluster.root)/paused", Array(#"{"who":"ops","why":"a new switch"}"#.utf8), .persistent)
            let paused = try await cluster.steer("switchover", "--yes")
            #expect(paused.code == 75 && paused.errors.contains("by ops (a new switch)"), "\(paused)")
            #expect(paused.errors.contains("interrex resume"))
            #expect(try await cluster.agreedMaster()?.port == master.port)
            await stranger.stop()
        }
    }

    @Test func aPersonIsAskedAndMaySayNo() async throws {
        try await WatchedCluster.with(downAfter: .seconds(5)) { cluster in
            let terminal = try Terminal()
            let refused = try cluster.begin("switchover", on: terminal)
            try await eventually("it asks") { terminal.text.contains("[y/N]") }
            #expect(terminal.text.contains("\(cluster.master.colonAddress) is master"))
            terminal.type("n\n")
            #expect(try await refused.process.wait() == 64)
            try await eventually("it is said") { terminal.text.hasSuffix("\nnothing was changed\n") }
            #expect(!terminal.text.contains(" error "), "\(terminal.text)")
            #expect(terminal.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(terminal.text)")
            #expect(try await cluster.node("switchover") == nil)

            let other = try Terminal()
            let agreed = try cluster.begin("switchover", on: other)
            try await eventually("it asks") { other.text.contains("[y/N]") }
            other.type("y\n")
            #expect(try await agreed.process.wait() == 0, "\(other.text)")
            try await eventually("the outcome is there") { other.text.contains("clients could not write for") }
            try await cluster.agree(onOtherThan: cluster.master)
        }
    }

    @Test func withoutAWatcherItSaysSo() async throws {
        try await WatchedCluster.with(watchers: 0) { cluster in
            let none = try await cluster.steer("switchover", "--yes")
            #expect(none.code == 69 && none.errors.contains("start interrex-watcher"), "\(none)")
            #expect(try await cluster.node("switchover") == nil)

            let empty = try await cluster.steer("switchover", "--yes", with: ["ZK_ROOT": "/elsewhere"])
            #expect(empty.code == 75 && empty.errors.contains("there is no cluster below /elsewhere"), "\(empty)")

            let hook = try await cluster.steer(
                "switchover", "--away-from", cluster.master.colonAddress, "--yes", with: ["ZK_ROOT": "/elsewhere"])
            #expect(hook.code == 75 && hook.errors.contains("there is no cluster below "), "\(hook)")

            let start = ContinuousClock.now
            let gone = try await cluster.steer("switchover", "--yes", with: ["ZK_HOSTS": "127.0.0.1:\(freePort())"])
            #expect(gone.code == 69 && gone.errors.contains("check ZK_HOSTS"), "\(gone)")
            #expect(.now - start < .seconds(4))
        }
    }

    /// A watcher that is registered and does nothing: nobody waits for it to the end of the timeout, and what nobody
    /// has begun is taken back, whatever ends the command.
    @Test func whatNobodyHasBegunIsTakenBack() async throws {
        try await WatchedCluster.with(watchers: 0) { cluster in
            let watcher = try #require(Address("127.0.0.1:\(try freePort())"))
            _ = try await Registry(cluster.cluster.session, root: cluster.cluster.root).enlist(watcher)
            let given = try await cluster.steer("switchover", "--yes", "--timeout", "60s")
            #expect(given.code == 69 && given.errors.contains("has not taken it up within 10 s"), "\(given)")
            #expect(try await cluster.node("switchover") == nil)

            let late = try await cluster.steer("switchover", "--yes", "--timeout", "1s")
            #expect(late.code == 69 && late.errors.contains("the request is taken back"), "\(late)")
            #expect(try await cluster.node("switchover") == nil)

            for signal in [SIGINT, SIGTERM] {
                let running = try cluster.begin("switchover", "--yes")
                try await running.says("asked for; waiting for the watcher \(watcher)")
                #expect(try await cluster.request()?.isOpen == true)
                running.process.signal(signal)
                let start = ContinuousClock.now
                let ended = try await running.end()
                #expect(ended.code == 128 + signal && .now - start < .seconds(2), "\(ended)")
                #expect(ended.errors.contains("stopped: the request is taken back"), "\(ended)")
                #expect(try await cluster.node("switchover") == nil)
            }

            // What becomes of it where ZooKeeper is away is not made up.
            let session = cluster.cluster.session
            let (place, chroot) = (
                cluster.cluster.servers.split(separator: "/", maxSplits: 1)[0],
                cluster.cluster.servers.drop { $0 != "/" }
            )
            let proxy = try TCPProxy(to: Int(place.split(separator: ":")[1])!)
            let cut = try cluster.begin("switchover", "--yes", with: ["ZK_HOSTS": proxy.connectString + chroot])
            try await cut.says("asked for")
            proxy.refuse()
            cut.process.signal(SIGINT)
            let alone = try await cut.end()
            #expect(alone.code == 130 && alone.errors.contains("ends by itself at"), "\(alone)")
            #expect(!alone.errors.contains("nothing was done"), "\(alone)")
            #expect(try await cluster.request()?.isOpen == true)
            try await session.delete("\(cluster.cluster.root)/switchover")
            proxy.close()

            let replaced = try cluster.begin("switchover", "--yes", "--timeout", "1s")
            try await replaced.says("asked for")
            try await session.delete("\(cluster.cluster.root)/switchover")
            let missing = try await replaced.end()
            #expect(missing.code == 75 && missing.errors.contains("deleted or replaced"), "\(missing)")

            // Somebody else's is neither replaced nor taken back.
            let theirs = Array(#"{"id":"theirs","who":"them"}"#.utf8)
            let path = "\(cluster.cluster.root)/switchover"
            try await session.create(path, theirs, .persistent)
            let second = try await cluster.steer("switchover", "--yes")
            #expect(second.code == 75 && second.errors.contains("them has asked for another master"), "\(second)")
            #expect(try await cluster.node("switchover")?.data == theirs)
            try await session.delete(path)

            // What has been begun goes on.
            let begun = try cluster.begin("switchover", "--yes")
            try await begun.says("asked for")
            var request = try #require(try await cluster.request())
            request.state = .running
            try await session.set(path, Array(try JSONEncoder().encode(request)))
            try await begun.says("running: ")
            begun.process.signal(SIGINT)
            let interrupted = try await begun.end()
            #expect(interrupted.code == 130 && interrupted.errors.contains("the watcher goes on"), "\(interrupted)")
            #expect(try await cluster.request()?.state == .running)
        }
    }

    /// Nobody takes it back then: its own end does.
    @Test func aKilledCommandLeavesARequestThatEndsByItself() async throws {
        try await WatchedCluster.with(watcherVariables: ["ZK_SESSION_TIMEOUT": "60s"]) { cluster in
            cluster.watcher.process.signal(SIGSTOP)
            let running = try cluster.begin("switchover", "--yes", "--timeout", "1s")
            try await running.says("asked for")
            running.process.signal(SIGKILL)
            try await running.process.wait()
            let until = try #require(try await cluster.request()?.until)
            try await eventually("its time is over") { until < isoNow() }
            cluster.watcher.process.signal(SIGCONT)
            let answer = try await eventually("it is answered") {
                try await cluster.request().flatMap { $0.isOpen ? nil : $0 }
            }
            #expect(answer.state == .refused && answer.why?.contains("time was over") == true, "\(answer)")
            #expect(try await cluster.agreedMaster()?.port == cluster.master.port)
        }
    }

    /// The history knows it.
    @Test func whatTheNextRequestHasReplacedIsDoneAllTheSame() async throws {
        try await WatchedCluster.with { cluster in
            let (old, next) = (cluster.master, cluster.replicas[0])
            // It is begun only once the command can't see it.
            cluster.watcher.process.signal(SIGSTOP)
            let first = try cluster.begin("switchover", "--to", next.colonAddress, "--who", "first", "--yes")
            try await first.says("asked for")
            first.process.signal(SIGSTOP)
            cluster.watcher.process.signal(SIGCONT)
            try await eventually("it is done") { try await cluster.request()?.state == .done }
            // The sentinels need a moment to see it.
            let back = try await cluster.steer("switchover", "--to", old.colonAddress, "--who", "second", "--yes")
            #expect(back.code == 0, "\(back)")
            first.process.signal(SIGCONT)
            let ended = try await first.end()
            #expect(ended.code == 0, "\(ended)")
            #expect(ended.output.contains("\(next.colonAddress) is master, after \(old.colonAddress)"), "\(ended)")
        }
    }

    @Test func aLostConnectionToZooKeeperIsWaitedFor() async throws {
        try await WatchedCluster.with(watcherVariables: ["ZK_SESSION_TIMEOUT": "60s"]) { cluster in
            let (place, chroot) = (
                cluster.cluster.servers.split(separator: "/", maxSplits: 1)[0],
                cluster.cluster.servers.drop { $0 != "/" }
            )
            let proxy = try TCPProxy(to: Int(place.split(separator: ":")[1])!)
            cluster.watcher.process.signal(SIGSTOP)
            let running = try cluster.begin(
                "switchover", "--yes", with: ["ZK_HOSTS": proxy.connectString + chroot])
            try await running.says("asked for")
            proxy.refuseNew()
            proxy.dropAll()
            cluster.watcher.process.signal(SIGCONT)
            try await cluster.agree(onOtherThan: cluster.master)
            #expect(running.process.exitCode == nil)
            proxy.allow()
            let ended = try await running.end()
            #expect(ended.code == 0 && ended.output.contains("is master, after"), "\(ended)")
            proxy.close()
        }
    }

    /// A scheduler's stop hook may know no password: the watcher does.
    @Test func aStopHookNeedsNoPassword() async throws {
        let secret = ["REDIS_PASSWORD": "sesame-4750"]
        try await TestCluster.with(secret) { cluster in
            let master = try cluster.redis(quickRedis)
            try await eventually("it is master: \(master.process.text.suffix(500))") {
                try? await redis(master.port, "ROLE", password: "sesame-4750").hasPrefix("master") ? true : nil
            }
            let replica = try cluster.redis(quickRedis)
            let sentinels = try (0..<3).map { _ in
                try cluster.sentinel("sentinel down-after-milliseconds {{master_name}} 5000\n")
            }
            try await sentinels.know(replicas: 1)
            let watcher = try cluster.watcher()
            try await eventually("the watcher sees the replica: \(watcher.process.text.suffix(500))") {
                let body = (try? await get("/status", from: watcher.port).body) ?? ""
                return body.contains("\"follows\":\"\(master.colonAddress)\"")
            }
            let person = try await Self.switchover(["--yes"], on: cluster)
            #expect(person.code == 77 && person.errors.contains("REDIS_PASSWORD"), "\(person)")
            let hook = try await Self.switchover(["--away-from", master.colonAddress, "--yes"], on: cluster)
            #expect(hook.code == 0 && hook.errors.contains("the watcher judges"), "\(hook)")
            #expect(hook.output.contains("\(replica.colonAddress) is master, after"), "\(hook)")
        }
    }

    private static func switchover(_ arguments: [String], on cluster: TestCluster) async throws -> OperatorCommand {
        try await Steering(
            ["switchover"] + arguments, ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root]
        ).end()
    }

    @Test func withACLsTheNodeIsTheUsersOwn() async throws {
        let auth = ["ZK_AUTH": "interrex:sesame"]
        try await WatchedCluster.with(members: 2, auth) { cluster in
            let stranger = try await cluster.steer("switchover", "--yes", with: ["ZK_AUTH": "another:one"])
            #expect(stranger.code == 77 && stranger.errors.contains("ZK_AUTH"), "\(stranger)")
            let nobody = try await cluster.steer("switchover", "--yes")
            #expect(nobody.code == 77, "\(nobody)")
            let place = cluster.master.colonAddress
            let both = try await cluster.steer("switchover", "--yes", "--to", place, "--away-from", place, with: auth)
            #expect(both.code == 64, "\(both)")
            #expect(try await cluster.node("switchover") == nil)
            let ended = try await cluster.steer("switchover", "--yes", with: auth)
            #expect(ended.code == 0, "\(ended)")
            let acl = try await cluster.cluster.session.acl("\(cluster.cluster.root)/switchover").acl
            #expect("\(acl)".contains("interrex:") && !"\(acl)".contains("another"), "\(acl)")
        }
    }
}

/// RFC 3339, UTC, whole seconds.
private func isoNow() -> String {
    var (now, parts) = (time(nil), tm())
    gmtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
