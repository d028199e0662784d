import Vocabulary

/// How this machine's kernel is set, where servers of the cluster run on it.
extension Checks {
    static let kernel: [any Check] = [hugePages, overcommit, listenQueue]

    /// Redis switches them off for itself unless it is told not to (`disable-thp`, since 6.2).
    private static let hugePages = ClusterCheck(
        "huge-pages", "whether transparent huge pages are off where servers run"
    ) { evidence in
        guard evidence.tellsOfHost else { return [.pass(evidence.whyNoHost)] }
        let exposed = evidence.localServers.filter { $0.settings?.isOn("disable-thp") != true }
        guard evidence.machine.hugePages == "always", let first = exposed.first else { return [] }
        return [
            .warn(
                "this machine",
                "transparent huge pages are on (always), and \(first.name) does not switch them off for itself "
                    + "(disable-thp): a snapshot copies much more memory than is written, and takes long",
                fix: "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled")
        ]
    }

    private static let overcommit = ClusterCheck(
        "overcommit", "whether the kernel lets a large server fork"
    ) { evidence in
        guard evidence.tellsOfHost else { return [.pass(evidence.whyNoHost)] }
        guard let value = evidence.machine.overcommit, value != 1, !evidence.localServers.isEmpty else { return [] }
        return [
            .warn(
                "this machine",
                "vm.overcommit_memory is \(value): a server that holds half of the memory can't fork, so no snapshot, "
                    + "no rewrite of the log and no copy to a replica succeeds", fix: "sysctl vm.overcommit_memory=1")
        ]
    }

    private static let listenQueue = ClusterCheck(
        "somaxconn", "whether the kernel's queue of connections is as long as the servers'"
    ) { evidence in
        guard evidence.tellsOfHost else { return [.pass(evidence.whyNoHost)] }
        let wanted = evidence.localServers.compactMap { $0.settings?.number("tcp-backlog") }.max() ?? 0
        guard let limit = evidence.machine.somaxconn, limit < wanted else { return [] }
        return [
            .warn(
                "this machine",
                "net.core.somaxconn is \(limit), and servers here ask for \(wanted) (tcp-backlog): when all clients "
                    + "come back after a failover, some are turned away", fix: "sysctl net.core.somaxconn=\(wanted)")
        ]
    }
}

extension Evidence {
    /// Members of the cluster that run on this machine.
    var localServers: [Server] { servers.filter { machine.servers.contains($0.address) } }

    /// Whether what is known of this machine is of any interest.
    var tellsOfHost: Bool { !isForTrial && !machine.servers.isEmpty }

    /// Why not.
    var whyNoHost: String {
        isForTrial
            ? "the cluster is on loopback alone, to try things out: its host is not looked at"
            : "no server of this cluster runs on this machine: run it on each of their hosts, too"
    }
}
