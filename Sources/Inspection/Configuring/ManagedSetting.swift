/// Settings that are not changed on all servers at once: Interrex says to everybody what they are, or they are each
/// server's own, or a secret.
public enum ManagedSetting {
    /// Why a redis-server's setting is left alone, and what to do instead; nil where it may be set.
    public static func refusal(of name: String) -> String? {
        switch name {
        case "bind", "bind-source-addr":
            "is decided by BIND_IP or NET_IFACE of each launcher; change these and start it again"
        case "port": "is decided by PORT0 of each launcher; change it and start it again"
        case "dir": "is decided by DATA_DIR of each launcher; change it and start it again"
        case "replica-announce-ip", "slave-announce-ip":
            "is decided by ANNOUNCE_IP of each launcher; change it and start it again"
        case "replica-announce-port", "slave-announce-port":
            "is decided by ANNOUNCE_PORT of each launcher; change it and start it again"
        case "proc-title-template":
            "is the mark by which servers of this cluster are known (ZK_ROOT, MASTER_NAME); leave it as it is"
        case "replicaof", "slaveof": "says who is master; use interrex switchover"
        case "replica-priority", "slave-priority":
            "is each server's own, and raised by its lease; change it in the REDIS_CONF of that server and start it again"
        case "requirepass", "masterauth", "primaryauth": "is decided by REDIS_PASSWORD; use interrex password"
        case "masteruser", "primaryuser":
            "is decided by REDIS_USERNAME of all processes; change it and start them again"
        case "repl-backlog-ttl": "must be 0, or nobody could tell whose data is newer; leave it as it is"
        case "protected-mode": "would lock replicas and sentinels out; use a password (REDIS_PASSWORD) instead"
        case "tls-port", "tls-replication", "tls-cluster": "is of no use here: Interrex itself has no TLS"
        case "tls-key-file-pass", "tls-client-key-file-pass":
            "is a secret, which others would read on a command line; change it in REDIS_CONF"
        default: nil
        }
    }

    /// The variable that sets it anew at the next start, besides `REDIS_CONF`.
    public static func variable(of name: String) -> String {
        ["min-replicas-to-write", "min-slaves-to-write"].contains(name) ? "MIN_REPLICAS_TO_WRITE" : "REDIS_CONF"
    }

    /// What a sentinel tells of a master and takes again: only these can be put back.
    public static let ofSentinel: Set<String> = [
        "quorum", "down-after-milliseconds", "failover-timeout", "parallel-syncs", "notification-script",
        "client-reconfig-script", "master-reboot-down-after-period",
    ]

    /// The same for a setting of the sentinels.
    public static func refusalBySentinels(of name: String) -> String? {
        if ofSentinel.contains(name) { return nil }
        return switch name {
        case "auth-pass", "auth-user", "sentinel-pass", "sentinel-user":
            "is decided by REDIS_PASSWORD, REDIS_USERNAME and SENTINEL_PASSWORD; use interrex password"
        case "rename-command": "is decided by RENAMED_COMMANDS; change it and start the sentinels again"
        case "announce-ip", "announce-port":
            "is decided by ANNOUNCE_IP and ANNOUNCE_PORT; change them and start it again"
        default:
            "is no setting that sentinels take while they run; these are: \(ofSentinel.sorted().joined(separator: ", "))"
        }
    }
}
