import Cluster
import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Somebody writes below `/redis/sentinels`, and nowhere else.
@Suite(.inTurn) struct FalseSentinelTests {
    /// Whose false sentinels they are.
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        /// Real ones, with ids of their own.
        case strange
        /// Real ones, each with the id of its node's name, that list each other.
        case named
        /// Nodes with the names of our own sentinels' identities, in the place of theirs.
        case impersonating

        var testDescription: String { rawValue }
    }

    /// Four against three, that name an empty foreign Redis at a high epoch.
    @Test(arguments: Kind.allCases) func four_false_ones_change_nothing(kind: Kind) async throws {
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(5)) { watched in
            try await fill(watched.master.port, keys: 1_000)
            try await watched.master.isReplicated(to: 2)
            let foreign = try await RedisServer.start()
            let versions = try await watched.versions()
            var liars: [SentinelServer] = []
            let session = watched.cluster.session
            let parent = "\(watched.cluster.root)/sentinels"
            var names = (0..<4).map { _ in UUIDText.random() }
            if kind == .impersonating {
                let real = try await watched.cluster.children(parent)
                names = real + [names[0]]
            }
            for name in names {
                liars.append(
                    try await SentinelServer.start(
                        monitor: foreign.port, downAfter: .seconds(30), identity: kind == .strange ? nil : name,
                        extra: ["sentinel config-epoch mymaster 1000", "sentinel current-epoch 1000"]))
            }
            try await eventually("they know each other", within: .seconds(30)) {
                for liar in liars {
                    let master = try await redis(liar.port, "SENTINEL", "MASTER", "mymaster")
                    guard master.contains("num-other-sentinels\n3\n") else { return false }
                }
                return true
            }
            for (name, liar) in zip(names, liars) {
                if try await watched.cluster.node("\(parent)/\(name)") != nil {
                    try await session.delete("\(parent)/\(name)")
                }
                // The lease of the real one may be back before.
                let address = Array("127.0.0.1 \(liar.port)".utf8)
                if (try? await session.create("\(parent)/\(name)", address, .ephemeral)) == nil {
                    _ = try await session.set("\(parent)/\(name)", address)
                }
            }
            try await eventually("an alert names them") {
                let text = watched.watcher.process.text
                return liars.allSatisfy { text.contains("127.0.0.1:\($0.port)") }
                    && text.contains("no sentinel of ours")
            }
            // Longer than it takes to point the sentinels elsewhere, and them to demote servers.
            try await watched.stays("all is as it was", for: .seconds(20)) {
                guard await watched.keepRoles() else { return false }
                return try await watched.versions()["master"] == versions["master"]
            }
            for member in watched.members { #expect(try await redis(member.port, "DBSIZE") == "1000") }
            for sentinel in watched.sentinels { #expect(await sentinel.named == watched.master.address) }
            for liar in liars {
                #expect(liar.process.text.contains("+monitor master mymaster 127.0.0.1 \(foreign.port)"))
                #expect(!liar.process.text.contains("-monitor"))
                #expect(
                    try await redis(liar.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").hasSuffix(
                        "\(foreign.port)"))
            }

            guard kind != .impersonating else { return }
            // And the fast path goes on.
            let old = watched.master
            let start = ContinuousClock.now
            try await watched.kill(old)
            let new = try await watched.agree(onOtherThan: old)
            #expect(ContinuousClock.now - start < .seconds(3))
            #expect(try await watched.history().map(\.cause) == ["succession"])
            #expect(try await redis(new.port, "DBSIZE") == "1000")
        }
    }

    /// A node that anybody may write, of a port that is silent or refuses, or many of them.
    @Test(arguments: ["silent", "refusing", "both"]) func junk_nodes_keep_the_fast_path(what: String) async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { watched in
            let silent = try SilentPort()
            let session = watched.cluster.session
            for number in 0..<5 {
                let port = what == "silent" || what == "both" && number % 2 == 0 ? silent.port : try freePort()
                try await session.create(
                    "\(watched.cluster.root)/sentinels/junk-\(number)", Array("127.0.0.1 \(port)".utf8), .ephemeral)
            }
            try await eventually("an alert names them") {
                watched.watcher.process.text.contains("is no sentinel of ours")
            }
            let old = watched.master
            let start = ContinuousClock.now
            try await watched.kill(old)
            try await watched.takesWrites(otherThan: old)
            #expect(ContinuousClock.now - start < .seconds(1))
            try await watched.agree(onOtherThan: old)
            #expect(try await watched.history().map(\.cause) == ["succession"])
        }
    }

    /// The scheduler gives a dead sentinel's port to one of another cluster that monitors a master of the same name.
    @Test func another_clusters_sentinel_on_a_dead_ones_port_is_told_nothing() async throws {
        try await WatchedCluster.with(downAfter: .seconds(5)) { watched in
            let theirs = try await RedisServer.start()
            let dead = watched.sentinels[2]
            // The node stays for a while.
            let lease = try await dead.lease
            kill(lease.pid, SIGSTOP)
            try await watched.kill(dead)
            let other = try await SentinelServer.start(
                monitor: theirs.port, downAfter: .seconds(30), extra: ["sentinel config-epoch mymaster 90"],
                port: dead.port)
            try await watched.stays("it keeps its own master", for: .seconds(10)) {
                let named = try await redis(other.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
                return named == "127.0.0.1\n\(theirs.port)"
            }
            kill(lease.pid, SIGCONT)
            try await watched.stays("it keeps its own master behind the node's end", for: .seconds(10)) {
                let named = try await redis(other.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
                return named == "127.0.0.1\n\(theirs.port)"
            }
            #expect(!other.process.text.contains("-monitor") && !other.process.text.contains("+set"))
            #expect(try await watched.recorded()?.port == watched.master.port)
        }
    }

    /// Its id is known to everybody who reads ZooKeeper, and it names nobody.
    @Test func who_answers_under_a_dead_one_s_id_on_its_port_is_told_nothing_and_changes_nothing() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { watched in
            let (dead, parent) = (watched.sentinels[2], "\(watched.cluster.root)/sentinels")
            let names = try await watched.cluster.children(parent)
            try await watched.kill(dead)
            try await eventually("its node is gone") {
                try await watched.cluster.leases("sentinels")[dead.address] == nil
            }
            let living = try await watched.cluster.children(parent)
            let identity = try #require(names.first { !living.contains($0) })
            let other = try await SentinelServer.start(identity: identity, port: dead.port)
            #expect(try await redis(other.port, "SENTINEL", "MYID") == SentinelClaim.runID(of: identity))
            try await watched.alerts(
                "no-lease", about: dead.colonAddress, saying: "counts for nothing and is told nothing")
            // What a sentinel takes of MONITOR, REMOVE and SET it says.
            let isUntouched = { ["+monitor", "-monitor", "+set"].allSatisfy { !other.process.text.contains($0) } }
            try await watched.stays("nobody tells it whom to monitor", for: .seconds(10)) { isUntouched() }
            // A switchover, which repoints who lists no peer, and the fast path.
            try await watched.cluster.session.create(
                "\(watched.cluster.root)/switchover", Array(#"{"id":"1"}"#.utf8), .persistent)
            let old = watched.master
            let second = try await watched.agree(onOtherThan: old)
            try await eventually("the watcher is connected to \(second.port)") { await second.silentClients == 1 }
            // Before that nobody has its data, and all wait for it.
            for member in watched.members where member.port != second.port { try await member.linked(to: second) }
            let start = ContinuousClock.now
            try await watched.kill(second)
            try await watched.takesWrites(otherThan: second)
            #expect(ContinuousClock.now - start < .seconds(2))
            try await watched.agree(onOtherThan: second)
            #expect(try await watched.history().map(\.cause) == ["switchover", "succession"])
            #expect(isUntouched(), "\(other.process.text)")
        }
    }

    /// Every lease of a sentinel is gone, the sentinels live: they count by their identities.
    @Test func sentinels_without_a_lease_count_as_before() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { watched in
            for sentinel in watched.sentinels { kill(try await sentinel.lease.pid, SIGKILL) }
            try await eventually("their nodes are gone", within: .seconds(20)) {
                try await watched.cluster.leases("sentinels").isEmpty
            }
            let old = watched.master
            let start = ContinuousClock.now
            try await watched.kill(old)
            try await watched.takesWrites(otherThan: old)
            #expect(ContinuousClock.now - start < .seconds(2))
            try await watched.agree(onOtherThan: old)
            #expect(try await watched.history().map(\.cause) == ["succession"])
        }
    }
}
