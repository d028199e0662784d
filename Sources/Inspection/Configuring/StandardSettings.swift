/// What Redis sets where nobody says anything: those settings that operators change while a server runs, and that have
/// had the same default from Redis 6.2 to 8 (`redis.conf` of each).
enum StandardSettings {
    static let values: [String: String] = [
        "maxmemory": "0", "maxmemory-policy": "noeviction", "maxmemory-samples": "5", "appendonly": "no",
        "appendfsync": "everysec", "save": "3600 1 300 100 60 10000", "timeout": "0", "tcp-keepalive": "300",
        "maxclients": "10000", "repl-backlog-size": "1mb", "repl-timeout": "60", "repl-ping-replica-period": "10",
        "repl-disable-tcp-nodelay": "no", "replica-priority": "100", "replica-read-only": "yes",
        "replica-serve-stale-data": "yes", "min-replicas-to-write": "0", "min-replicas-max-lag": "10", "hz": "10",
        "loglevel": "notice", "slowlog-log-slower-than": "10000", "slowlog-max-len": "128",
        "notify-keyspace-events": "", "latency-monitor-threshold": "0", "activedefrag": "no",
        "lazyfree-lazy-eviction": "no", "lazyfree-lazy-expire": "no", "lazyfree-lazy-server-del": "no",
        "lazyfree-lazy-user-del": "no", "lazyfree-lazy-user-flush": "no", "stop-writes-on-bgsave-error": "yes",
        "no-appendfsync-on-rewrite": "no", "auto-aof-rewrite-percentage": "100", "auto-aof-rewrite-min-size": "64mb",
        "aof-load-truncated": "yes", "rdbcompression": "yes", "rdbchecksum": "yes",
        "client-output-buffer-limit": "normal 0 0 0 slave 256mb 64mb 60 pubsub 32mb 8mb 60",
        "replica-lazy-flush": "no",
    ]
}
