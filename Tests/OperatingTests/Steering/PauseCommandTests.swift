import Fixtures
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex pause` and `interrex resume` on real servers.
@Suite(.inTurn) struct PauseCommandTests {
    private struct Shown: Decodable {
        var paused: Bool
        var who, why, until: String?
    }

    @Test func whatIsPausedIsResumed() async throws {
        try await WatchedCluster.with(members: 2) { cluster in
            let paused = try await cluster.steer("pause", "--why", "a new switch", "--for", "10m", "--json")
            #expect(paused.code == 0, "\(paused)")
            let shown = try paused.decoded(Shown.self)
            #expect(shown.paused && shown.why == "a new switch" && shown.who?.hasPrefix("ops@") == true, "\(paused)")
            #expect(shown.until != nil && paused.errors.contains("only Sentinel"), "\(paused)")
            try await eventually("the watcher is paused") { try await cluster.metric("interrex_paused") == 1 }

            let again = try await cluster.steer("pause", "--why", "me too")
            #expect(again.code == 75 && again.errors.contains("(a new switch)"), "\(again)")
            #expect(again.errors.contains("interrex resume"), "\(again)")

            // What somebody has put below it goes with it.
            try await cluster.cluster.session.create("\(cluster.cluster.root)/paused/note", [], .persistent)
            let resumed = try await cluster.steer("resume")
            #expect(resumed.code == 0 && resumed.output.contains("(a new switch)"), "\(resumed)")
            #expect(try await cluster.node("paused") == nil)
            try await eventually("the watcher goes on") { try await cluster.metric("interrex_paused") == 0 }

            let nothing = try await cluster.steer("resume")
            #expect(nothing.code == 0 && nothing.output == "it is not paused\n", "\(nothing)")
        }
    }

    /// Nobody has removed it yet, but it pauses nobody any more.
    @Test func aPauseThatIsOverIsReplaced() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let old = #"{"who":"them","why":"old","until":"2020-01-01T00:00:00Z"}"#
            try await cluster.cluster.session.create("\(cluster.cluster.root)/paused", Array(old.utf8), .persistent)
            let paused = try await cluster.steer("pause", "--why", "new", "--who", "me")
            #expect(paused.code == 0 && paused.output.hasPrefix("paused by me since "), "\(paused)")
            #expect(paused.errors.contains("until interrex resume only Sentinel"), "\(paused)")
            // One that can't be read counts, and can be ended.
            try await cluster.cluster.session.set("\(cluster.cluster.root)/paused", Array("no JSON".utf8))
            #expect(try await cluster.steer("pause", "--why", "x").code == 75)
            #expect(try await cluster.steer("resume").code == 0)
        }
    }

    @Test func wrongWordsAndNoPermission() async throws {
        let auth = ["ZK_AUTH": "interrex:sesame"]
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0, auth) { cluster in
            let cases: [([String], Int32, String)] = [
                (["pause"], 64, "--why"), (["pause", "--why", ""], 64, "--why"),
                (["pause", "--why", "x", "--for", "soon"], 64, "--for"),
                (["pause", "--why", "x", "--for", "169h"], 64, "from 1s to 7d"),
                (["pause", "--why", "x", "--for", "168h"], 77, "ZK_AUTH"),
                (["pause", "--why", "x"], 77, "ZK_AUTH"),
            ]
            for (arguments, code, text) in cases {
                let ended = try await Steering(
                    arguments, ["ZK_HOSTS": cluster.cluster.servers, "ZK_ROOT": cluster.cluster.root]
                ).end()
                #expect(ended.code == code && ended.errors.contains(text), "\(arguments): \(ended)")
            }
            #expect(try await cluster.steer("pause", "--why", "x", with: auth).code == 0)
            #expect(try await cluster.steer("resume").code == 77)
            #expect(try await cluster.steer("resume", with: auth).code == 0)
            let empty = try await cluster.steer("pause", "--why", "x", with: ["ZK_ROOT": "/elsewhere"])
            #expect(empty.code == 75 && empty.errors.contains("no cluster below"), "\(empty)")
        }
    }
}
