import Cluster
import Succession
import Vocabulary

/// What a local cluster says at its start: what is started, who is what, how to connect, what to try.
struct LocalWords: Sendable {
    let plan: LocalPlan
    let registryRoot: String
    let masterName: String
    /// HOST:PORT.
    let zookeeper: String

    /// Before anything is started.
    static func beginning(_ plan: LocalPlan, logs: String) -> String {
        let own = plan.zookeeper.map { "with the ZooKeeper at \($0)" } ?? "and a ZooKeeper"
        let watchers = plan.watchers == 0 ? "" : ", \(counted(plan.watchers, "watcher"))"
        let more = plan.isVerbose ? "" : " (on screen: --verbose)"
        return "Starting \(plan.redis) redis, \(counted(plan.sentinels, "sentinel"))\(watchers) \(own) on 127.0.0.1.\n"
            + "What they say: \(logs)/*.log\(more)"
    }

    /// Who is what, with the process ids.
    func table(_ story: LocalStory) -> String {
        let topology = story.topology
        var rows: [(role: String, address: Address, more: String)] = topology.masters.map { ("master", $0, "") }
        rows += topology.replicas.map { ("replica", $0.address, $0.isLinked ? "" : " (not linked)") }
        rows += topology.sentinels.map { ("sentinel", $0, "") }
        let others = story.seats.filter { $0.key.hasPrefix("watcher") || $0.key == "zookeeper" }
        rows += others.sorted { $0.key < $1.key }.map {
            ($0.key == "zookeeper" ? "zookeeper" : "watcher", $0.value.address, "")
        }
        let lines = rows.map { row in
            let name = story.name(of: row.address)
            let pid = name.flatMap { story.seats[$0]?.pid }.map { String($0) } ?? "-"
            return line(row.role, row.address.description, pid, (name.map { "\($0).log" } ?? "-") + row.more)
        }
        return ([line("role", "address", "PID", "log")] + lines).joined(separator: "\n")
    }

    private func line(_ role: String, _ address: String, _ pid: String, _ log: String) -> String {
        "\(role.padded(to: 10))\(address.padded(to: 17))\(pid.padded(to: 9))\(log)"
    }

    /// Once everybody is there.
    func connecting(_ story: LocalStory, after time: Duration) -> String {
        let impossible = plan.noFailover
        let but = impossible == nil ? "" : ", but no failover is possible"
        var lines = ["everything is up, after \(seconds(time))\(but). How to connect:"]
        guard let master = story.master else { return lines[0] }
        let topology = story.topology
        lines.append("  redis-cli -p \(master.port)\(asking("REDIS_PASSWORD"))")
        if let sentinel = topology.sentinels.first {
            let port = "\(sentinel.port)\(asking("SENTINEL_PASSWORD"))"
            lines.append("  redis-cli -p \(port) SENTINEL GET-MASTER-ADDR-BY-NAME \(masterName)")
            lines.append(
                "  redis-py: redis.Sentinel([(\"127.0.0.1\", \(sentinel.port))]).master_for(\"\(masterName)\")"
            )
        }
        for (_, seat) in story.seats.filter({ $0.key.hasPrefix("watcher") }).sorted(by: { $0.key < $1.key }) {
            lines.append("  curl http://\(seat.address)/status")
        }
        lines.append("  \(operating)")
        if let pid = story.name(of: master).flatMap({ story.seats[$0]?.pid }) {
            let back = plan.restarts ? "; whatever you kill comes back" : ""
            lines.append("What to try: kill -9 \(pid) (the master)\(back).")
        }
        lines.append(
            plan.keepsFolder ? "Ctrl-C ends it all; the data stays." : "Ctrl-C ends it all and removes the files.")
        return lines.joined(separator: "\n")
    }

    /// The same program, with what it takes to find this cluster. A shell takes two lines for one command only where
    /// the first says so.
    private var operating: String {
        let root = registryRoot == "/redis" ? "" : " ZK_ROOT=\(registryRoot)"
        let monitored = masterName == RedisSettings.usualMasterName ? "" : " MASTER_NAME=\(masterName)"
        let name = OwnProgram.arguments.first ?? ""
        let (place, command) = (
            "ZK_HOSTS=\(zookeeper)\(root)\(monitored)", "\(name.contains("/") ? name : "interrex") status"
        )
        return place.count + command.count < 76 ? "\(place) \(command)" : "\(place) \\\n    \(command)"
    }

    /// The password is not ours to show.
    private func asking(_ variable: String) -> String {
        let isSet = [variable, "\(variable)_FILE"].contains { !(plan.environment.all[$0] ?? "").isEmpty }
        return isSet ? " --askpass" : ""
    }
}

extension String {
    /// With spaces behind it; one at least.
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
