import Vocabulary

/// Whether data is kept, and there is room for it.
extension Checks {
    static let data: [any Check] = [persistence, failedSaves, ignoredErrors, unsyncedLog, lossOnStop, disks, setAside]

    private static let persistence = ClusterCheck(
        "persistence", "whether the members keep data on disk"
    ) { evidence in
        let told = evidence.servers.compactMap { server in server.settings.map { (server, $0) } }
        let without = told.filter { $0.1["appendonly"] == "no" && ($0.1["save"] ?? "").isEmpty }
        guard !without.isEmpty else { return [] }
        let fix = "interrex config set appendonly yes"
        if without.count == told.count {
            return [
                .warn(
                    evidence.root,
                    "no member keeps anything on disk (appendonly no, save \"\"): when all are down, all is lost; "
                        + "leave it so for a cache only",
                    fix: fix)
            ]
        }
        return without.map { server, _ in
            .warn(
                server.name,
                "it keeps nothing on disk (appendonly no, save \"\"), and others do: restarted as master, it is empty",
                fix: fix)
        }
    }

    private static let failedSaves = ClusterCheck(
        "saves", "whether the last snapshot and the log were written"
    ) { evidence in
        let fields = [
            ("rdb_last_bgsave_status", "its last snapshot failed"),
            ("aof_last_write_status", "it can't write its log"),
            ("aof_last_bgrewrite_status", "the last rewrite of its log failed"),
        ]
        return evidence.servers.flatMap { server in
            fields.filter { server.facts.info[$0.0] == "err" }.map { field, text in
                .fail(
                    server.name,
                    "\(text): it may refuse writes (MISCONF), and a restart loses what came since; make room or "
                        + "memory, see its log",
                    fix: "\(server.cli) \(field == "rdb_last_bgsave_status" ? "BGSAVE" : "BGREWRITEAOF")")
            }
        }
    }

    private static let ignoredErrors = SettingCheck(
        "save-errors", "whether a server that can't write its snapshot says so"
    ) { settings, server, _ in
        guard settings.isOn("stop-writes-on-bgsave-error") == false, !(settings["save"] ?? "").isEmpty else {
            return nil
        }
        return .warn(
            server.name,
            "it goes on taking writes when its snapshots fail (stop-writes-on-bgsave-error no): they are lost in "
                + "silence",
            fix: "interrex config set stop-writes-on-bgsave-error yes")
    }

    private static let unsyncedLog = SettingCheck(
        "appendfsync", "whether the log is synced to disk"
    ) { settings, server, _ in
        guard settings.isOn("appendonly") == true, settings["appendfsync"] == "no" else { return nil }
        return .warn(
            server.name,
            "it never syncs its log (appendfsync no): when its host fails, half a minute of writes is gone",
            fix: "interrex config set appendfsync everysec")
    }

    private static let lossOnStop = SettingCheck(
        "shutdown", "whether an orderly stop loses nothing"
    ) { settings, server, _ in
        guard settings.isOn("appendonly") == false, !(settings["save"] ?? "").isEmpty,
            settings["shutdown-on-sigterm"]?.split(separator: " ").contains("nosave") ?? false
        else { return nil }
        return .warn(
            server.name,
            "it keeps snapshots only, and takes none on SIGTERM (shutdown-on-sigterm nosave): each stop loses all "
                + "since the last one",
            fix: "interrex config set shutdown-on-sigterm default")
    }

    private static let disks = ClusterCheck(
        "disk", "whether a tenth of each member's disk is free", alerts: ["disk-nearly-full"]
    ) { evidence in
        evidence.machine.disks.sorted { $0.key < $1.key }.compactMap { address, disk in
            guard disk.size > 0, disk.free < disk.size / 10 else { return nil }
            return .warn(
                address.description,
                "\(Amount.bytes(disk.free)) of \(Amount.bytes(disk.size)) are free where its data is (\(disk.path)): a "
                    + "server that can't write its log or snapshot refuses writes; make room",
                fix: "interrex aside --yes"
            ).telling("disk-nearly-full")
        }
    }

    private static let setAside = ClusterCheck(
        "aside", "whether no data is set aside", alerts: ["aside"])
}
