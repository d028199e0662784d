import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A replica that returns to a master of whose history its data is.
@Suite(.inTurn) struct KeptInPlaceTests {
    @Test(arguments: ["appendonly yes\nappendfsync always\nsave \"\"\n", "appendonly no\nsave 3600 1\n"])
    func over_five_restarts_its_data_stays_where_it_is(_ keeping: String) async throws {
        try await TestCluster.with { cluster in
            let settings = keeping + "repl-diskless-sync yes\nrepl-diskless-sync-delay 0\n"
            let master = try await cluster.redis(settings).ready()
            var replica = try await cluster.redis(settings).ready().linked(to: master)
            for round in 1...5 {
                try await fill(master.port, keys: 100, prefix: "round-\(round)")
                try await master.isReplicated(to: 1)
                // By a signal, with the last snapshot, and by a crash.
                if round % 2 == 0 {
                    replica.process.signal(SIGKILL)
                    try await replica.process.wait()
                } else {
                    await replica.stop()
                }
                // On its own port and on another.
                let port = round < 3 ? replica.port : nil
                replica = try await cluster.redis(settings, port: port, folder: replica.folder).ready()
                #expect(
                    contents(of: "\(replica.folder.path)/redis-\(replica.port).conf").contains("replica-priority 0\n"))
                try await replica.linked(to: master)
                #expect(try await replica.ask("DBSIZE") == "\(round * 100)")
                #expect(replica.asides.isEmpty, "round \(round): \(replica.asides)")
                #expect(!replica.lines.contains { $0.contains("set aside") })
                try await eventually("it has its priority") {
                    await replica.info("replication")["slave_priority"] == "100"
                }
                try await replica.passport("it is synchronised") { $0.role == .replica && $0.epoch == 1 }
            }
        }
    }

    /// Until the first synchronisation is done, what it had is all that it has; killed before, it still has it.
    @Test func what_it_had_outlives_a_synchronisation_that_is_never_done() async throws {
        let settings =
            "appendonly yes\nappendfsync always\nsave \"\"\nrepl-diskless-sync yes\nrepl-diskless-sync-delay 0\n"
        try await TestCluster.with(briefWait) { cluster in
            let master = try await cluster.redis(settings).ready()
            let replica = try await cluster.redis(settings).ready().linked(to: master)
            try await fill(master.port, keys: 1_000)
            try await master.isReplicated(to: 1)
            for server in [master, replica] { try await server.isNoted() }
            await replica.stop()
            // It gets its copy in an hour. What it missed is more than the backlog holds.
            try await master.ask("CONFIG", "SET", "repl-diskless-sync-delay", "3600")
            try await master.ask("CONFIG", "SET", "repl-backlog-size", "16384")
            for round in 0..<20 { try await fill(master.port, keys: 1_000, prefix: "missed-\(round)") }
            for _ in 0..<3 {
                let returned = try await cluster.redis(settings, folder: replica.folder).ready()
                try await eventually("it waits for its copy") {
                    await master.info("replication")["slave0"]?.contains("state=wait_bgsave") == true
                }
                let passport = try #require(try returned.passport())
                #expect(passport.keys == 1_000 && passport.epoch == 1, "it says what the files hold")
                #expect(returned.asides.isEmpty)
                returned.process.signal(SIGKILL)
                try await returned.process.wait()
            }
            // The master's host is gone for good, and somebody says so.
            try await cluster.isKnownToHold(21_000)
            master.process.signal(SIGKILL)
            try await master.process.wait()
            let last = try cluster.redis(settings, folder: replica.folder)
            #expect(try await last.process.wait(within: .seconds(30)) == 75)
            #expect(last.lines.last?.contains("the cluster held 21000 keys") == true, "\(last.lines)")
            try await cluster.acceptLoss()
            let heir = try await cluster.redis(settings, folder: replica.folder).ready()
            #expect(await heir.role == "master")
            #expect(try await heir.ask("DBSIZE") == "1000")
        }
    }
}
