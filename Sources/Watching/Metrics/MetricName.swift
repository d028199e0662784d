/// The metrics of a watcher, and what each one says.
enum MetricName {
    static let failovers = "interrex_failovers_total"
    static let recordSeconds = "interrex_record_seconds"
    static let passes = "interrex_passes_total"
    static let failedPasses = "interrex_failed_passes_total"
    static let passSeconds = "interrex_pass_seconds"
    static let droppedLogLines = "interrex_log_lines_dropped_total"
    static let hookFailures = "interrex_hook_failures_total"
    static let droppedHookEvents = "interrex_hook_events_dropped_total"
    static let switchovers = "interrex_switchovers_total"
    static let repairs = "interrex_repairs_total"
    static let sentinels = "interrex_sentinels"
    static let replicas = "interrex_replicas"
    static let members = "interrex_members"
    static let leader = "interrex_leader"
    static let sessionConnected = "interrex_session_connected"
    static let paused = "interrex_paused"
    static let asideBytes = "interrex_aside_bytes"
    static let asideCopies = "interrex_aside_copies"
    static let alerts = "interrex_alerts"
    static let masterUp = "interrex_master_up"
    static let healthy = "interrex_healthy"
    static let failoverPossible = "interrex_failover_possible"
    static let withoutLease = "interrex_servers_without_lease"
    static let differingSettings = "interrex_sentinel_settings_differing"

    static let help = [
        failovers: "Masters recorded by this watcher, by cause.",
        recordSeconds: "From the event that woke the watcher up to the record of the new master.",
        passes: "Complete looks at the cluster.",
        failedPasses: "Looks at the cluster that could not be completed.",
        passSeconds: "How long a complete look at the cluster took.",
        droppedLogLines: "Lines of the log that were dropped because standard error was not read.",
        hookFailures: "Runs of a hook that failed, by hook and outcome (exit, signal, timeout, unstartable).",
        droppedHookEvents: "Events that a hook did not run on because too many waited for it.",
        switchovers: "Requests for another master that this watcher answered, by outcome.",
        repairs: "Repairs carried out by this watcher, by kind.",
        sentinels: "Sentinels: known (the electorate), registered in ZooKeeper, reachable.",
        replicas:
            "Replicas of the recorded master: known to the sentinels or live, reachable, expected by the members that are "
            + "counted, linked, and promotable in its place.",
        members: "Members of the cluster: live (with a lease) and reachable.",
        leader: "Whether this watcher leads.",
        sessionConnected: "Whether ZooKeeper answered in the last look.",
        paused: "Whether failovers and repairs by this watcher are paused.",
        asideBytes: "Size of the data that was set aside on the members' disks.",
        asideCopies: "Copies of data that were set aside on the members' disks.",
        alerts: "What is wrong and not mended, by name.",
        masterUp:
            "Whether the recorded master answers master; what this watcher can't ask is as it was, for half a minute.",
        healthy: "Whether the master is up, a failover is possible and nothing needs a hand.",
        failoverPossible: "Whether somebody would take the master's place if it failed now.",
        withoutLease: "Servers that run and whose lease, and with it their node in ZooKeeper, is gone, by kind.",
        differingSettings: "Settings in which the sentinels differ.",
    ]
}
