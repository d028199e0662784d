import Succession
import Vocabulary

/// What replication needs to stand a failure, or an hour of writes.
extension Checks {
    static let replication: [any Check] = [
        minReplicas, backlog, replicaBuffers, replicationTimeout, writableReplicas, hiddenReplicas, versions,
        sameSettings, changedSettings, clusterMode,
    ]

    private static let minReplicas = SettingCheck(
        "min-replicas", "whether a master can have the replicas without which it takes no writes"
    ) { settings, server, evidence in
        guard let needed = settings.number("min-replicas-to-write"), needed > 0,
            let snapshot = evidence.snapshot
        else { return nil }
        let members = max(snapshot.liveMembers.count, snapshot.cluster?.members ?? 0)
        guard needed > members - 2 else { return nil }
        let fix = "interrex config set min-replicas-to-write \(max(0, members - 2))"
        if needed > members - 1 {
            return .fail(
                server.name,
                "it takes no writes as master without \(needed) replicas (min-replicas-to-write), and there are "
                    + "\(members) members in all", fix: fix)
        }
        return .warn(
            server.name,
            "it takes no writes as master without \(needed) replicas (min-replicas-to-write), and there are \(members) "
                + "members: none after the next failover, or while one is restarted; have more members, or ask for "
                + "fewer", fix: fix)
    }

    private static let backlog = SettingCheck(
        "backlog", "whether the replication backlog holds a minute of writes"
    ) { settings, server, evidence in
        guard let size = settings.number("repl-backlog-size"), let rate = evidence.writeRate, rate > 0 else {
            return nil
        }
        let needed = rate.multipliedReportingOverflow(by: 60)
        guard needed.overflow || size < needed.partialValue else { return nil }
        return .warn(
            server.name,
            "its backlog (repl-backlog-size) is \(Amount.bytes(size)), and \(Amount.bytes(rate)) are written a second: "
                + "a replica that was away for \(Amount.time(.seconds(size / rate))) must copy all data again",
            fix: "interrex config set repl-backlog-size \(needed.overflow ? size : roundedUp(needed.partialValue))")
    }

    /// The next power of two, at least 1 MiB.
    private static func roundedUp(_ bytes: Int) -> Int {
        var size = 1_048_576
        while size < bytes, size < .max / 2 { size *= 2 }
        return size
    }

    /// What is written during a copy waits in the buffer; a tenth of the data is a busy, not an unusual, cluster.
    private static let replicaBuffers = SettingCheck(
        "replica-buffers", "whether a replica's output buffer outlasts a copy of all data"
    ) { settings, server, _ in
        guard let limit = settings["client-output-buffer-limit"].flatMap(replicaLimit), limit.hard > 0,
            let data = server.facts.number("used_memory_dataset") ?? server.facts.usedMemory, limit.hard < data / 10
        else { return nil }
        let hard = roundedUp(data / 5)
        return .warn(
            server.name,
            "its output buffer for a replica ends at \(Amount.bytes(limit.hard)), less than a tenth of its "
                + "\(Amount.bytes(data)): under writes a copy of all data breaks off again and again",
            fix: "interrex config set client-output-buffer-limit \"replica \(hard) \(hard / 4) 60\"")
    }

    /// The part for replicas of `client-output-buffer-limit`: `normal 0 0 0 slave 268435456 67108864 60 pubsub ...`.
    private static func replicaLimit(_ text: String) -> (hard: Int, soft: Int)? {
        let words = text.split(separator: " ").map(String.init)
        guard let start = words.firstIndex(where: { $0 == "slave" || $0 == "replica" }), words.count > start + 2,
            let hard = Int(words[start + 1]), let soft = Int(words[start + 2])
        else { return nil }
        return (hard, soft)
    }

    private static let replicationTimeout = SettingCheck(
        "repl-timeout", "whether a replica's link outlasts its pings"
    ) { settings, server, _ in
        guard let timeout = settings.number("repl-timeout") else { return nil }
        let ping = settings.number("repl-ping-replica-period") ?? settings.number("repl-ping-slave-period") ?? 10
        guard timeout <= ping || timeout < 10 else { return nil }
        return .warn(
            server.name,
            "its repl-timeout is \(timeout) s, and it pings its replicas every \(ping) s: idle links break, and so "
                + "does a copy that takes a moment", fix: "interrex config set repl-timeout 60")
    }

    private static let writableReplicas = SettingCheck(
        "replica-read-only", "whether replicas refuse writes"
    ) { settings, server, _ in
        guard (settings["replica-read-only"] ?? settings["slave-read-only"]) == "no" else { return nil }
        return .warn(
            server.name, "as a replica it takes writes, which its next synchronisation deletes",
            fix: "interrex config set replica-read-only yes")
    }

    private static let hiddenReplicas = SettingCheck(
        "replica-announced", "whether sentinels are told of every replica"
    ) { settings, server, _ in
        guard settings.isOn("replica-announced") == false else { return nil }
        return .warn(
            server.name,
            "as a replica it is hidden from the sentinels (replica-announced no), so they never promote it",
            fix: "interrex config set replica-announced yes")
    }

    private static let versions = ClusterCheck(
        "versions", "whether the members run one version of Redis"
    ) { evidence in
        guard
            let result = skew(
                evidence.servers, "members",
                "an older one can't copy a newer one's data: upgrade replicas first, then "
                    + "switch over")
        else { return [] }
        return [result]
    }

    /// Said once, with who runs what; nil where all run the same.
    static func skew(_ servers: [Server], _ kind: String, _ remedy: String) -> CheckResult? {
        let groups = Dictionary(grouping: servers.filter { $0.facts.version != nil }) { $0.facts.version ?? "" }
        guard groups.count > 1 else { return nil }
        let list = groups.sorted { $0.key < $1.key }.map { version, servers in
            "\(version) at \(servers.map(\.name).joined(separator: ", "))"
        }
        return .warn(nil, "the \(kind) run different versions (\(list.joined(separator: "; "))); \(remedy)")
    }

    /// Roles change, so what one does as master each must do.
    private static let equalSettings = [
        "maxmemory", "maxmemory-policy", "save", "appendonly", "appendfsync", "repl-backlog-size", "timeout",
        "client-output-buffer-limit", "databases", "min-replicas-to-write", "min-replicas-max-lag",
        "notify-keyspace-events", "stop-writes-on-bgsave-error", "requirepass", "repl-timeout",
    ]

    private static let sameSettings = ClusterCheck(
        "same-settings", "whether the members have the same settings"
    ) { evidence in
        let told = evidence.servers.compactMap { server in server.settings.map { (server, $0) } }
        return equalSettings.compactMap { name in
            let values = told.compactMap { server, settings in settings[name].map { (server.name, $0) } }
            let groups = Dictionary(grouping: values) { $0.1 }
            guard groups.count > 1, let common = groups.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })
            else { return nil }
            // Where no value is that of most, the master's is what clients know.
            let isTied = groups.count { $0.value.count == common.value.count } > 1
            let masters = values.first { $0.0 == evidence.master?.description }?.1
            let wanted = isTied ? masters ?? common.key : common.key
            let list = groups.sorted { $0.key < $1.key }.map { value, servers in
                "\(value.isEmpty ? "\"\"" : value) at \(servers.map(\.0).joined(separator: ", "))"
            }
            // Which of two passwords is right nobody can say here; how many databases there are is decided at a start.
            let isSet = name != "requirepass" && name != "databases"
            return CheckResult(
                .warn, name,
                "the members differ in \(name): \(list.joined(separator: "; ")); after a failover the cluster is another one",
                fix: isSet ? ["interrex config set \(name) \(wanted.quotedForShell)"] : [])
        }
    }

    private static let changedSettings = ClusterCheck(
        "changed-settings", "whether this machine's servers run with what was written for them"
    ) { evidence in
        evidence.machine.changed.sorted { $0.key < $1.key }.compactMap { address, differences in
            guard !differences.isEmpty else { return nil }
            let list = differences.prefix(5).map { difference in
                "\(difference.name) \(difference.running.quotedForShell), not \(difference.written.quotedForShell)"
            }
            let rest = differences.count > 5 ? " and \(differences.count - 5) more" : ""
            return .warn(
                address.description,
                "it runs with \(list.joined(separator: "; "))\(rest), as its file or Redis's default has it; a "
                    + "start renders the file anew: write what is to stay into REDIS_CONF, and set back the rest",
                fix: "interrex config show \(address)")
        }
    }

    private static let clusterMode = SettingCheck(
        "cluster-mode", "whether no member is a node of Redis Cluster"
    ) { settings, server, _ in
        guard settings.isOn("cluster-enabled") == true else { return nil }
        return .fail(
            server.name,
            "it runs in the mode of Redis Cluster (cluster-enabled yes), in which it takes no REPLICAOF: set it to no "
                + "in REDIS_CONF and start it again")
    }
}

extension Evidence {
    /// How many bytes are written a second: as the cluster's record has it, else what reaches the master now.
    var writeRate: Int? {
        if let rate = snapshot?.cluster?.holdings?.rate, rate > 0 { return Int(rate) }
        guard let master, let text = sight?.servers[master]?.info["instantaneous_input_kbps"],
            let kilobytes = Double(text), (0...1e9).contains(kilobytes)
        else { return nil }
        return Int(kilobytes * 1_024)
    }
}
