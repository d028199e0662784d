import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A watcher that can make no connections any more: what it can't ask is as it was, and it says what it lacks, and
/// nothing else.
///
/// Its limit of open files itself would also end it where libdispatch counts its threads: that opens files.
@Suite(.inTurn) struct OwnLimitFaults {
    /// Runs `body` with a healthy cluster, and with what takes the watcher's sockets away and gives them back.
    private func watching(_ body: (WatchedCluster, (Bool) throws -> Void) async throws -> Void) async throws {
        let folder = try TemporaryFolder("sockets")
        let (library, file) = (try await Shim.compile("sockets", in: folder), "\(folder.path)/none")
        try await WatchedCluster.with(watchers: 0) { watched in
            try await watched.startWatcher(["LD_PRELOAD": library, "NO_SOCKETS": file])
            try await watched.isKept()
            try await watched.isHealthy()
            try await watched.isCalm(under: watched.watcher)
            try await body(watched) { isLacking in
                if isLacking { try write("", to: file) } else { unlink(file) }
            }
        }
        withExtendedLifetime(folder) {}
    }

    private func isAllThatIsSaid(by watched: WatchedCluster) async throws -> Bool {
        let health = try await watched.health()
        return health.alerts.map(\.name) == ["own-limits"] && health.failoverPossible
    }

    @Test func what_cannot_be_asked_is_as_it_was() async throws {
        try await watching { watched, lack in
            let (watcher, master) = (watched.watcher, watched.master)
            let warnings = watcher.count(of: "warning")
            try lack(true)
            // The sentinels first: one that was just cut off from the others, or from the servers, must not be heard.
            for server in watched.sentinels + watched.members {
                for kind in ["normal", "pubsub"] { _ = try? await server.ask("CLIENT", "KILL", "TYPE", kind) }
            }
            let (start, looks) = (ContinuousClock.now, try await watched.metric("interrex_passes_total") ?? 0)
            try await eventually("it says what it lacks", within: .seconds(15)) {
                #expect(try await get("/master", from: watcher.port).body == "\(master.address)\n")
                return try await isAllThatIsSaid(by: watched)
            }
            try await watched.stays("nothing else is said, and the master is given away", for: .seconds(8)) {
                let primary = try await get("/primary/\(master.colonAddress)", from: watcher.port).code
                return try await isAllThatIsSaid(by: watched) && primary == 200
            }
            let status = try await get("/status", from: watcher.port).body
            #expect(status.contains(#""asked":false"#) && !status.contains(#""asked":true"#), "\(status)")
            // Twice a second until it is said: who lacks something must not look ever more often.
            let done = try await watched.metric("interrex_passes_total") ?? 0
            let rate = (done - looks) / ((.now - start) / .seconds(1))
            #expect(rate < 5, "\(rate) looks a second")

            // Until it was so long ago that nobody knows.
            try await eventually("nothing is known any more", within: .seconds(45)) {
                let answer = try await get("/master", from: watcher.port)
                return answer.code == 503 && answer.body.contains("nothing is known of \(master.colonAddress)")
            }
            #expect(.now - start > .seconds(25))
            #expect(try await watched.health().alerts.map(\.name) == ["own-limits"])

            try lack(false)
            try await watched.isHealthy()
            #expect(try await get("/master", from: watcher.port).body == "\(master.address)\n")
            #expect(watcher.count(of: "warning") == warnings + 1, "\(watcher.process.text)")
        }
    }

    /// It can't listen to the sentinels, and asks everybody over connections that are there.
    @Test func looks_are_whole_where_only_the_ears_are_deaf() async throws {
        try await watching { watched, lack in
            let watcher = watched.watcher
            try lack(true)
            for sentinel in watched.sentinels { try await sentinel.ask("CLIENT", "KILL", "TYPE", "pubsub") }
            try await eventually("it says what it lacks", within: .seconds(15)) {
                try await isAllThatIsSaid(by: watched)
            }
            #expect(try await !get("/status", from: watcher.port).body.contains(#""asked":false"#))
            try await watched.stays("it is one alert", for: .seconds(12)) { try await isAllThatIsSaid(by: watched) }
            #expect(watcher.count(of: "could not ask every server") == 1, "\(watcher.process.text)")
            #expect(watcher.count(of: "over after") == 0, "\(watcher.process.text)")
            try lack(false)
            try await watched.isHealthy()
        }
    }
}
