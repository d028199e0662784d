import Inspection
import Testing
import Vocabulary

/// One change on many servers.
@Suite(.timeLimit(.minutes(5))) struct ChangeTests {
    private let a = Address("10.0.0.1:6379")!
    private let b = Address("10.0.0.2:6379")!
    private let c = Address("10.0.0.3:6379")!

    @Test func the_master_is_told_last_and_what_all_have_is_done() {
        let change = SettingChange(
            "maxmemory", to: "1gb",
            [
                .init(a, isMaster: true, old: "1073741824"), .init(c, isMaster: false, old: "1gb"),
                .init(b, isMaster: false, old: "1048576kb"),
            ])
        #expect(change.servers.map(\.address) == [b, c, a] && change.isDone)
    }

    @Test func a_limit_below_what_is_used_is_warned_of_with_what_it_does() {
        var server = SettingChange.Server(a, isMaster: true, old: "0")
        (server.usedMemory, server.policy) = (2 << 30, "allkeys-lru")
        #expect(SettingChange("maxmemory", to: "1gb", [server]).warnings.first?.contains("deletes keys") == true)
        server.policy = "noeviction"
        #expect(SettingChange("maxmemory", to: "1gb", [server]).warnings.first?.contains("refuses writes") == true)
        #expect(SettingChange("maxmemory", to: "3gb", [server]).warnings == [])
        #expect(SettingChange("maxmemory", to: "0", [server]).warnings == [])
    }

    /// Of so many sentinels: whether it is refused, and whether it is doubtful.
    @Test(arguments: [
        ("2", 3, false, false), ("3", 3, false, true), ("4", 3, true, false), ("1", 3, false, true),
        ("0", 3, true, false),
        ("x", 3, true, false), ("1", 1, false, false), ("3", 5, false, false), ("4", 5, false, true),
    ])
    func a_quorum_is_weighed(_ quorum: String, _ known: Int, _ isRefused: Bool, _ isDoubtful: Bool) {
        let change = SentinelChange("quorum", to: quorum, [.init(a, old: "2")], known: known)
        #expect((change.refusal != nil) == isRefused)
        #expect(isRefused || !change.warnings.isEmpty == isDoubtful, "\(change.warnings)")
    }

    @Test(arguments: [
        ("down-after-milliseconds", "5s", "5000"), ("failover-timeout", "2m", "120000"),
        ("failover-timeout", "500ms", "500"), ("failover-timeout", "60000", "60000"), ("parallel-syncs", "5s", "5s"),
        ("failover-timeout", "soon", "soon"),
    ])
    func people_write_times_and_sentinels_take_milliseconds(_ name: String, _ value: String, _ wire: String) {
        #expect(SentinelChange(name, to: value, [], known: 3).value == wire)
    }

    @Test func what_interrex_decides_is_refused_with_what_sets_it() {
        for (name, word) in [
            ("port", "PORT0"), ("dir", "DATA_DIR"), ("requirepass", "interrex password"),
            ("masteruser", "REDIS_USERNAME"),
            ("replicaof", "interrex switchover"), ("replica-announce-ip", "ANNOUNCE_IP"),
        ] {
            #expect(ManagedSetting.refusal(of: name)?.contains(word) == true, "\(name)")
        }
        #expect(ManagedSetting.refusal(of: "maxmemory") == nil)
        #expect(ManagedSetting.variable(of: "min-replicas-to-write") == "MIN_REPLICAS_TO_WRITE")
        #expect(ManagedSetting.refusalBySentinels(of: "quorum") == nil)
        #expect(ManagedSetting.refusalBySentinels(of: "auth-pass")?.contains("interrex password") == true)
    }
}
