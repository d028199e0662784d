import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex accept-loss` on real servers.
@Suite(.inTurn) struct AcceptLossCommandTests {
    private struct Outcome: Decodable {
        var accepted: Bool
        var copies: [Copy]
        var missing: [Copy]
        var lostKeys: Int?

        struct Copy: Decodable {
            var address: String
            var holdsData: Bool?
        }
    }

    @Test func anEmptyServerBeginsOnceSomebodySaysSo() async throws {
        let settings = """
            appendonly yes
            appendfsync always
            repl-diskless-sync yes
            repl-diskless-sync-delay 0

            """
        try await WatchedCluster.with(
            members: 2, ["MASTER_TIMEOUT": "60s", "ZK_SESSION_TIMEOUT": "4s"], redisSettings: settings
        ) { cluster in
            let early = try await cluster.steer("accept-loss", "--why", "x", "--yes")
            #expect(early.code == 75 && early.errors.contains("answers as master"), "\(early)")
            try await fill(cluster.master.port, keys: 700)
            try await eventually("it is written down") {
                let record = try await cluster.record()
                return record?.holdings?.keys == 700 && record?.holders.count == 2
            }
            for member in cluster.members { try await cluster.kill(member) }
            try await eventually("the leases are gone") { try await cluster.cluster.leases("members").isEmpty }
            let alone = try await cluster.steer("accept-loss", "--why", "x", "--yes")
            #expect(alone.code == 75 && alone.errors.contains("start the redis-servers first"), "\(alone)")
            #expect(try await cluster.node("accept-loss") == nil)
            let empty = try cluster.startMember()
            try await eventually("it waits") { empty.process.text.contains("the cluster held 700 keys") }

            let nobody = try await cluster.steer("accept-loss", "--why", "both hosts are gone")
            #expect(nobody.code == 64 && nobody.errors.contains("add --yes"), "\(nobody)")
            for text in [
                "the cluster held 700 keys", "here: \(empty.colonAddress), waiting: empty", "lost would be: all of it",
                "missing: \(cluster.master.colonAddress)",
            ] {
                #expect(nobody.errors.contains(text), "\(text): \(nobody)")
            }
            #expect(try await cluster.node("accept-loss") == nil)

            // Said, and taken back. Nobody else is to hear of it meanwhile: the one that waits is frozen.
            let wrong = try await cluster.steer("accept-loss", "--why", "x", "--withdraw")
            #expect(wrong.code == 64, "\(wrong)")
            let nothing = try await cluster.steer("accept-loss", "--withdraw")
            #expect(nothing.code == 0 && nothing.output == "no loss is accepted\n", "\(nothing)")

            let said = try await cluster.steer("accept-loss", "--why", "both hosts are gone", "--yes", "--json")
            #expect(said.code == 0, "\(said)")
            let outcome = try said.decoded(Outcome.self)
            #expect(outcome.accepted && outcome.lostKeys == 700, "\(said)")
            #expect(outcome.copies.map(\.address) == [empty.colonAddress] && outcome.copies[0].holdsData == false)
            #expect(outcome.missing.contains { $0.address == cluster.master.colonAddress }, "\(said)")
            try await empty.ready()
            try await eventually("it is master") { await empty.role == "master" }
            try await eventually("it is used up") { try await cluster.node("accept-loss") == nil }
        }
    }

    /// The word would stay, and let the next cold start begin with less.
    @Test func whereAMasterMayLiveNothingIsAccepted() async throws {
        let password = ["REDIS_PASSWORD": "a-long-secret"]
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            try await cluster.master.ask("CONFIG", "SET", "requirepass", "a-long-secret")
            let words = ["accept-loss", "--why", "a test", "--yes"]
            let locked = try await cluster.run(words)
            #expect(locked.code == 77 && locked.errors.contains("REDIS_PASSWORD is not set"), "\(locked)")
            cluster.master.process.signal(SIGSTOP)
            let frozen = try await cluster.steer("accept-loss", "--why", "a test", "--yes", with: password)
            #expect(frozen.code == 75 && frozen.errors.contains("has a lease"), "\(frozen)")
            cluster.master.process.signal(SIGCONT)
            #expect(try await cluster.node("accept-loss") == nil)
        }
    }

    /// While a person thinks, what was missing comes back.
    @Test func whatComesBackMeanwhileIsSeen() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0, ["ZK_SESSION_TIMEOUT": "4s"]) { cluster in
            try await cluster.kill(cluster.master)
            try await eventually("its lease is gone") { try await cluster.cluster.leases("members").count == 1 }
            let terminal = try Terminal()
            let asking = try cluster.begin("accept-loss", "--why", "a test", on: terminal)
            try await eventually("it asks") { terminal.text.contains("Give up what is missing?") }
            try await cluster.restart(cluster.master).ready()
            terminal.type("y\n")
            #expect(try await asking.process.wait() == 75, "\(terminal.text)")
            #expect(terminal.text.contains("answers as master"), "\(terminal.text)")
            #expect(try await cluster.node("accept-loss") == nil)
        }
    }

    @Test func itCanBeTakenBack() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0) { cluster in
            try await cluster.kill(cluster.master)
            try await eventually("its lease is gone") { try await cluster.cluster.leases("members").count == 1 }
            #expect(try await cluster.steer("accept-loss", "--why", "a test", "--yes").code == 0)
            let node = try #require(try await cluster.node("accept-loss"))
            #expect(String(decoding: node.data, as: UTF8.self).contains("\"why\":\"a test\""))
            let again = try await cluster.steer("accept-loss", "--why", "me too", "--yes")
            #expect(again.code == 75 && again.errors.contains("accepted already"), "\(again)")
            let taken = try await cluster.steer("accept-loss", "--withdraw", "--json")
            #expect(taken.code == 0 && taken.output == "{\"accepted\":false}\n", "\(taken)")
            #expect(try await cluster.node("accept-loss") == nil)
        }
    }
}
