import Succession
import Vocabulary

/// Those who mend what can be mended.
extension Checks {
    static let watchers: [any Check] = [watchersAnswer, watcherCount, watcherVersions, watcherAlerts]

    private static let watchersAnswer = ClusterCheck(
        "watchers", "whether each registered watcher answers"
    ) { evidence in
        (evidence.sight?.watchers ?? []).filter { $0.answers == false }.map { watcher in
            .warn(
                watcher.address.description,
                "the registered watcher does not answer at its HTTP port: it is frozen or cut off, or an address is "
                    + "announced that nobody reaches; start it again", fix: "curl http://\(watcher.address)/livez")
        }
    }

    private static let watcherCount = ClusterCheck(
        "watcher-count", "whether a watcher leads, and another would take its place"
    ) { evidence in
        let fix = "interrex-watcher"
        switch evidence.sight?.watchers.count ?? 0 {
        case 0:
            return [
                .warn(
                    evidence.root,
                    "no watcher is registered: ZooKeeper does not follow a failover, and a crash costs seconds in "
                        + "place of milliseconds",
                    fix: fix)
            ]
        case 1 where !evidence.isForTrial:
            return [
                .warn(
                    evidence.root,
                    "one watcher is registered: while it is away ZooKeeper does not follow a failover, and nothing is "
                        + "mended; run two",
                    fix: fix)
            ]
        default: return []
        }
    }

    private static let watcherVersions = ClusterCheck(
        "watcher-versions", "whether the watchers run one version"
    ) { evidence in
        let versions = (evidence.sight?.watchers ?? []).compactMap { watcher in
            watcher.version.map { (watcher.address, $0) }
        }
        guard Set(versions.map(\.1)).count > 1 else { return [] }
        let list = versions.map { "\($0.1) at \($0.0)" }.joined(separator: ", ")
        return [.warn(nil, "the watchers run different versions (\(list)); upgrade the older ones")]
    }

    /// Failed repairs and slow writes are its own to tell, and what it saw for a while.
    private static let watcherAlerts = ClusterCheck(
        "watcher-alerts", "whether the leading watcher raises nothing that is not told above", alerts: ["own-limits"]
    ) { evidence in
        guard let raised = evidence.raised else {
            let leader = evidence.sight?.watchers.first?.address.description
            return [.unknown(leader, "the leading watcher does not tell what it raises")]
        }
        let seen = Set(evidence.alerts.map { "\($0.name) \($0.subject ?? "")" })
        return raised.filter { !seen.contains("\($0.name) \($0.about ?? "")") }.map { alert in
            CheckResult(
                .warn, alert.about,
                "the leading watcher raises \(alert.name), which one look does not show, or which has just ended: "
                    + alert.text)
        }
    }
}
