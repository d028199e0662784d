import Vocabulary

/// Memory and clients of each server.
extension Checks {
    static let memory: [any Check] = [
        memoryLimit, limitTooHigh, eviction, memoryFull, clients, clientTimeout, keepalive, openFiles,
    ]

    private static let memoryLimit = SettingCheck(
        "memory-limit", "whether a server that uses half of its machine's memory has a limit"
    ) { settings, server, _ in
        guard settings.number("maxmemory") == 0, let used = server.facts.usedMemory,
            let total = server.facts.number("total_system_memory"), total > 0, used > total / 2
        else { return nil }
        return .warn(
            server.name,
            "it uses \(Amount.bytes(used)) of \(Amount.bytes(total)) and has no limit: the kernel ends it, or its "
                + "lease, where memory runs out", fix: "interrex config set maxmemory \(total / 10 * 6)")
    }

    private static let limitTooHigh = SettingCheck(
        "memory-room", "whether the limit leaves room for a snapshot and for buffers"
    ) { settings, server, _ in
        guard let limit = settings.number("maxmemory"), limit > 0,
            let total = server.facts.number("total_system_memory"), total > 0, limit > total / 10 * 8
        else { return nil }
        return .warn(
            server.name,
            "its maxmemory is \(Amount.bytes(limit)), and its machine has \(Amount.bytes(total)): a snapshot or a copy "
                + "to a replica needs room beside the data", fix: "interrex config set maxmemory \(total / 10 * 6)")
    }

    private static let eviction = SettingCheck(
        "eviction", "whether no data is deleted when memory is full"
    ) { settings, server, _ in
        guard settings.number("maxmemory") ?? 0 > 0, let policy = settings["maxmemory-policy"], policy != "noeviction"
        else { return nil }
        let what = policy.hasPrefix("volatile") ? "keys that have an expiry" : "keys"
        return .warn(
            server.name,
            "when its memory is full it deletes \(what), unasked (maxmemory-policy \(policy)): that is right for a "
                + "cache only",
            fix: "interrex config set maxmemory-policy noeviction")
    }

    private static let memoryFull = SettingCheck(
        "memory-full", "whether a tenth of the limit is free"
    ) { settings, server, _ in
        guard let limit = settings.number("maxmemory"), limit > 0, let used = server.facts.usedMemory,
            used > limit / 10 * 9
        else { return nil }
        let isEvicting = settings["maxmemory-policy"].map { $0 != "noeviction" } ?? false
        return .warn(
            server.name,
            "it uses \(Amount.bytes(used)) of its maxmemory of \(Amount.bytes(limit)): "
                + (isEvicting ? "it deletes keys" : "writes are refused (OOM)")
                + " when it is full; raise the limit or delete data",
            fix: "interrex config set maxmemory BYTES")
    }

    private static let clients = ClusterCheck(
        "clients", "whether there is room for more clients"
    ) { evidence in
        evidence.servers.compactMap { server in
            let limit = server.settings?.number("maxclients") ?? server.facts.info.number("maxclients")
            guard let limit, limit > 0 else { return nil }
            let connected = server.facts.info.number("connected_clients") ?? 0
            if connected * 10 > limit * 8 {
                return .fail(
                    server.name,
                    "\(connected) of \(limit) clients are connected (maxclients): the next ones are turned away, "
                        + "watchers and sentinels too; find out who opens so many", fix: "\(server.cli) CLIENT LIST",
                    "interrex config set maxclients NUMBER")
            }
            guard limit < 100 else { return nil }
            return .warn(
                server.name,
                "it takes no more than \(limit) clients (maxclients), sentinels, replicas and watchers among them: by "
                    + "its settings, or because its process may open no more files (ulimit -n)",
                fix: "interrex config set maxclients 10000")
        }
    }

    /// A watcher notices the end of a master by a connection on which nothing is said.
    private static let clientTimeout = SettingCheck(
        "timeout", "whether idle connections are left open"
    ) { settings, server, _ in
        guard let timeout = settings.number("timeout"), timeout > 0 else { return nil }
        return .warn(
            server.name,
            "it closes connections that are idle for \(timeout) s (timeout): those of pools, and that by which a "
                + "watcher notices a crash",
            fix: "interrex config set timeout 0")
    }

    private static let keepalive = SettingCheck(
        "tcp-keepalive", "whether a client that vanished is noticed"
    ) { settings, server, _ in
        guard settings.number("tcp-keepalive") == 0 else { return nil }
        return .warn(
            server.name,
            "it never notices a client that vanished without a word (tcp-keepalive 0): they fill maxclients one by one",
            fix: "interrex config set tcp-keepalive 60")
    }

    /// Redis keeps 32 descriptors for itself (server.h, `CONFIG_MIN_RESERVED_FDS`).
    private static let openFiles = ClusterCheck(
        "open-files", "whether this machine's servers may open a file for each client"
    ) { evidence in
        guard evidence.tellsOfHost else { return [.pass(evidence.whyNoHost)] }
        return evidence.servers.compactMap { server in
            guard let limit = evidence.machine.openFiles[server.address],
                let clients = server.settings?.number("maxclients"), limit < clients + 32
            else { return nil }
            return .warn(
                server.name,
                "its process may open \(limit) files, and its maxclients is \(clients): it can't take so many; raise "
                    + "the limit of whoever starts it", fix: "ulimit -n \(clients + 32)")
        }
    }
}
