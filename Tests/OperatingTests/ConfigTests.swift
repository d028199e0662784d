import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// `interrex config` on a real cluster.
@Suite(.inTurn) struct ConfigTests {
    @Test func a_setting_is_set_on_all_members_and_written_down() async throws {
        try await WatchedCluster.with(sentinels: 0, watchers: 0) { cluster in
            let plan = try await OperatorCommand.of(
                ["config", "set", "maxmemory", "1gb", "--dry-run"], on: cluster.cluster)
            #expect(plan.code == 0 && plan.rows.count == 4, "\(plan)")
            #expect(try await values("maxmemory", cluster) == ["0", "0", "0"])
            let asked = try await OperatorCommand.of(["config", "set", "maxmemory", "1gb"], on: cluster.cluster)
            #expect(asked.code == 64 && asked.errors.contains("--yes"), "\(asked)")

            let done = try await OperatorCommand.of(
                ["config", "set", "maxmemory", "1gb", "--yes"], on: cluster.cluster)
            #expect(done.code == 0, "\(done)")
            // The master is told last.
            #expect(done.rows.map { $0[1] } == ["role", "replica", "replica", "master"], "\(done)")
            for row in done.rows.dropFirst() { #expect(row.suffix(3) == ["0", "1073741824", "written"], "\(done)") }
            #expect(done.errors.contains("REDIS_CONF"), "\(done)")
            for member in cluster.members {
                #expect(try await member.ask("CONFIG", "GET", "maxmemory").hasSuffix("1073741824"))
                let file = contents(of: "\(member.folder.path)/redis-\(member.port).conf")
                #expect(file.contains("\nmaxmemory 1gb\n"), "\(member.port)")
            }
            let again = try await OperatorCommand.of(
                ["config", "set", "maxmemory", "1048576kb", "--yes", "--json"], on: cluster.cluster)
            #expect(again.code == 0 && again.output.contains("\"changed\":false"), "\(again)")
        }
    }

    /// Whoever set it may have been ended before that.
    @Test func what_all_have_already_is_written_down_all_the_same() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0) { cluster in
            for member in cluster.members { try await member.ask("CONFIG", "SET", "maxmemory", "1gb") }
            let run = try await OperatorCommand.of(["config", "set", "maxmemory", "1gb", "--yes"], on: cluster.cluster)
            #expect(run.code == 0 && run.errors.contains("have it already"), "\(run)")
            for member in cluster.members {
                let file = contents(of: "\(member.folder.path)/redis-\(member.port).conf")
                #expect(file.contains("\nmaxmemory 1gb\n"), "\(member.port)")
            }
        }
    }

    @Test func a_signal_leaves_nothing_half_done() async throws {
        try await WatchedCluster.with(sentinels: 0, watchers: 0) { cluster in
            let (running, terminal, frozen) = try await halfway(cluster)
            running.process.signal(SIGINT)
            frozen.process.signal(SIGCONT)
            #expect(try await running.process.wait() == 130, "\(terminal.text)")
            #expect(terminal.text.contains("carried out to its end"), "\(terminal.text)")
            #expect(try await values("maxmemory", cluster) == Array(repeating: "1073741824", count: 3))
        }
    }

    /// Its limit is over after the signal's: what was told is taken back all the same, and said.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func a_signal_while_one_is_frozen_leaves_nothing_half_done(_ signal: Int32) async throws {
        try await WatchedCluster.with(sentinels: 0, watchers: 0) { cluster in
            let (running, terminal, frozen) = try await halfway(cluster)
            running.process.signal(signal)
            #expect(try await running.process.wait() == 128 + signal, "\(terminal.text)")
            let shown = terminal.text.replacing("\n", with: " ")
            #expect(shown.contains("\(frozen.colonAddress) does not take maxmemory"), "\(shown)")
            #expect(shown.contains("\(frozen.colonAddress) may still have the new value"), "\(shown)")
            for member in cluster.members where member.port != frozen.port {
                #expect(try await member.ask("CONFIG", "GET", "maxmemory").hasSuffix("\n0"), "\(shown)")
            }
            frozen.process.signal(SIGCONT)
        }
    }

    /// The first replica has what was set, and the second does not answer.
    private func halfway(_ cluster: WatchedCluster) async throws -> (Steering, Terminal, frozen: Launched) {
        let (first, frozen) = try toldFirst(cluster.replicas)
        let terminal = try Terminal()
        let running = try cluster.begin("config", "set", "maxmemory", "1gb", on: terminal)
        try await eventually("it asks") { terminal.text.contains("[y/N]") }
        frozen.process.signal(SIGSTOP)
        terminal.type("y\n")
        try await eventually("the first one has it") {
            try await first.ask("CONFIG", "GET", "maxmemory").hasSuffix("1073741824")
        }
        return (running, terminal, frozen)
    }

    @Test func a_signal_leaves_no_sentinel_behind() async throws {
        try await WatchedCluster.with(members: 1, watchers: 0) { cluster in
            let (first, frozen) = try toldFirst(cluster.sentinels)
            let terminal = try Terminal()
            let running = try cluster.begin("config", "set", "--sentinel", "quorum", "3", on: terminal)
            try await eventually("it asks") { terminal.text.contains("[y/N]") }
            frozen.process.signal(SIGSTOP)
            terminal.type("y\n")
            try await eventually("the first one has it") { await first.monitored["quorum"] == "3" }
            running.process.signal(SIGINT)
            frozen.process.signal(SIGCONT)
            #expect(try await running.process.wait() == 130, "\(terminal.text)")
            #expect(terminal.text.contains("carried out to its end"), "\(terminal.text)")
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["quorum"] == "3") }
        }
    }

    /// They are told in the order of their addresses.
    private func toldFirst(_ servers: [Launched]) throws -> (first: Launched, second: Launched) {
        let sorted = servers.sorted { $0.port < $1.port }
        return (sorted[0], sorted[1])
    }

    @Test func another_master_name_is_said() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 1, watchers: 0, quorum: 1) { cluster in
            let run = try await OperatorCommand.of(
                ["config", "set", "--sentinel", "--yes", "failover-timeout", "20s"], on: cluster.cluster,
                ["MASTER_NAME": "another"])
            #expect(run.code == 78 && run.errors.contains("check MASTER_NAME"), "\(run)")
            #expect(!run.errors.contains("--help"), "\(run)")
        }
    }

    @Test func who_does_not_take_a_value_stops_it_and_the_others_get_theirs_back() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0) { cluster in
            // The master alone knows no CONFIG SET any more: it is told last, when the replica has the value.
            try await cluster.master.ask("ACL", "SETUSER", "default", "-config|set")
            let run = try await OperatorCommand.of(["config", "set", "maxmemory", "1gb", "--yes"], on: cluster.cluster)
            #expect(run.code == 77 && run.output.isEmpty, "\(run)")
            #expect(
                run.errors.contains("\(cluster.master.port)") && run.errors.contains("nothing is changed"), "\(run)")
            #expect(try await values("maxmemory", cluster) == ["0", "0"])
        }
    }

    @Test(arguments: [
        (["maxmemory", "much"], 78, "must be a memory value"), (["no-such-setting", "1"], 78, "knows no setting"),
        (["databases", "4"], 78, "immutable"), (["port", "1"], 78, "PORT0"),
        (["requirepass", "x"], 78, "interrex password"),
        (["replicaof", "no one"], 78, "interrex switchover"), (["*", "1"], 64, "no name"),
        (["auth-pass", "x", "--sentinel"], 78, "interrex password"), (["nonsense", "1", "--sentinel"], 78, "quorum"),
    ])
    func what_can_t_be_set_is_refused_with_the_reason(_ words: [String], _ code: Int32, _ reason: String) async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let run = try await OperatorCommand.of(["config", "set"] + words + ["--yes"], on: cluster.cluster)
            #expect(run.code == code && run.output.isEmpty && run.errors.contains(reason), "\(run)")
        }
    }

    @Test func a_member_that_is_silent_is_left_out_only_where_that_is_said() async throws {
        try await WatchedCluster.with(sentinels: 0, watchers: 0) { cluster in
            let frozen = cluster.replicas[0]
            frozen.process.signal(SIGSTOP)
            defer { frozen.process.signal(SIGCONT) }
            let command = ["config", "set", "maxmemory", "1gb", "--yes"]
            let refused = try await OperatorCommand.of(command, on: cluster.cluster)
            #expect(refused.code == 69 && refused.errors.contains("\(frozen.port)"), "\(refused)")
            #expect(try await cluster.master.ask("CONFIG", "GET", "maxmemory").hasSuffix("\n0"))
            let done = try await OperatorCommand.of(command + ["--partial"], on: cluster.cluster)
            #expect(done.code == 0 && done.rows.count == 3, "\(done)")
            #expect(done.errors.contains("\(frozen.port) is left out"), "\(done)")
        }
    }

    @Test func a_member_whose_lease_died_is_not_passed_over() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0, shortSession) { cluster in
            let alone = cluster.replicas[0]
            let lease = try await alone.lease
            kill(lease.pid, SIGKILL)
            try await eventually("its node is gone") { try await cluster.cluster.leases("members").count == 1 }
            let run = try await OperatorCommand.of(["config", "set", "maxmemory", "1gb", "--yes"], on: cluster.cluster)
            #expect(run.code == 69 && run.errors.contains("\(alone.port)"), "\(run)")
            #expect(run.errors.contains("renew-lease"), "\(run)")
            #expect(try await values("maxmemory", cluster) == ["0", "0"])
        }
    }

    @Test func sentinels_are_set_all_at_once_and_a_quorum_that_can_t_be_met_is_refused() async throws {
        try await WatchedCluster.with(members: 2, watchers: 0) { cluster in
            func quorums() async -> [String?] {
                var quorums: [String?] = []
                for sentinel in cluster.sentinels { quorums.append(await sentinel.monitored["quorum"]) }
                return quorums
            }
            let set = ["config", "set", "--sentinel", "--yes"]
            let high = try await OperatorCommand.of(set + ["quorum", "4"], on: cluster.cluster)
            #expect(high.code == 78 && high.errors.contains("never be met by 3 sentinels"), "\(high)")
            #expect(await quorums() == ["2", "2", "2"])
            let three = try await OperatorCommand.of(set + ["quorum", "3"], on: cluster.cluster)
            #expect(three.code == 0 && three.errors.contains("above the majority"), "\(three)")
            #expect(await quorums() == ["3", "3", "3"])
            let time = try await OperatorCommand.of(set + ["failover-timeout", "20s", "--json"], on: cluster.cluster)
            #expect(time.code == 0 && time.output.contains("\"value\":\"20000\",\"changed\":true"), "\(time)")
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["failover-timeout"] == "20000") }
            // A script that is not there is refused by the first of them; nobody keeps it.
            let script = try await OperatorCommand.of(set + ["notification-script", "/no/such"], on: cluster.cluster)
            #expect(script.code == 78 && script.errors.contains("nothing is changed"), "\(script)")
        }
    }

    @Test func a_difference_from_the_file_is_shown_and_a_secret_is_not() async throws {
        try await TestCluster.with(["REDIS_PASSWORD": "sesame-4730"]) { cluster in
            let server = try cluster.redis(quickRedis)
            try await eventually("it is registered") { try await cluster.leases("members").count == 1 }
            let variables = ["REDIS_PASSWORD": "sesame-4730"]
            let show = ["config", "show", server.colonAddress]
            try await eventually("the server answers") {
                try? await redis(server.port, "PING", password: "sesame-4730") == "PONG" ? true : nil
            }
            let same = try await OperatorCommand.of(show, on: cluster, variables)
            #expect(same.code == 0 && same.output.isEmpty, "\(same)")
            #expect(same.errors.contains("\(server.colonAddress) runs with what /"), "\(same)")
            try await redis(server.port, "CONFIG", "SET", "maxmemory", "5mb", password: "sesame-4730")
            try await redis(server.port, "CONFIG", "SET", "appendonly", "yes", password: "sesame-4730")
            try await redis(server.port, "CONFIG", "SET", "masterauth", "sesame-4731", password: "sesame-4730")
            let other = try await OperatorCommand.of(show, on: cluster, variables)
            #expect(other.code == 1, "\(other)")
            #expect(other.rows.dropFirst().map { $0[0] } == ["appendonly", "masterauth", "maxmemory"], "\(other)")
            #expect(
                other.rows[0].first == "setting" && other.errors.contains("change REDIS_CONF on its host"), "\(other)")
            #expect(other.errors.contains("config set appendonly VALUE"), "\(other)")
            #expect(other.output.contains("(hidden)") && !other.output.contains("sesame"), "\(other)")
            let all = try await OperatorCommand.of(show + ["--all"], on: cluster, variables)
            #expect(all.code == 0 && all.rows.count > 100 && !all.output.contains("sesame"), "\(all)")
        }
    }

    @Test func who_is_a_sentinel_is_told_so() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 1, watchers: 0, quorum: 1) { cluster in
            let sentinel = cluster.sentinels[0]
            let run = try await OperatorCommand.of(["config", "show", sentinel.colonAddress], on: cluster.cluster)
            #expect(run.code == 64 && run.errors.contains("is a sentinel of \(cluster.cluster.root)"), "\(run)")
            #expect(run.errors.contains("redis-cli -h 127.0.0.1 -p \(sentinel.port) SENTINEL MASTER"), "\(run)")
        }
    }

    @Test func without_the_file_the_others_are_compared() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0) { cluster in
            for member in cluster.members { unlink("\(member.folder.path)/redis-\(member.port).conf") }
            try await cluster.master.ask("CONFIG", "SET", "slowlog-max-len", "7")
            let show = ["config", "show", cluster.master.colonAddress, "--json"]
            let run = try await OperatorCommand.of(show, on: cluster.cluster)
            #expect(run.code == 1 && run.errors.contains("run this on its host"), "\(run)")
            let line = #"{"name":"slowlog-max-len","running":"7","written":"128","source":"others"}"#
            #expect(run.output.contains(line), "\(run)")
        }
    }

    private func values(_ name: String, _ cluster: WatchedCluster) async throws -> [String] {
        var values: [String] = []
        for member in cluster.members {
            let answer = try await member.ask("CONFIG", "GET", name)
            values.append(String(answer.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""))
        }
        return values
    }
}
