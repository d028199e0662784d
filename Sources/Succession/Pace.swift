extension Snapshot {
    /// How soon to look again without an event, given for how long the cluster has been unsettled: at a failover's pace at
    /// first, then ever more slowly, because what lasts is no failover under way.
    /// - Parameter clusters: how many the watcher watches; see `quietInterval`.
    public func nextLook(unsettledFor time: Duration, clusters: Int = 1) -> Duration {
        if isUnderway {
            if time < .seconds(5) { return .milliseconds(10) }
            return time < .seconds(60) ? .milliseconds(200) : .seconds(2)
        }
        // Whoever is misled is told again within seconds, or never.
        if sentinels.contains(where: { held[.misled($0.address)].map { $0 < .seconds(3) } ?? false }) {
            return .milliseconds(50)
        }
        // A missing member may be missing for an hour, and nothing is to be done until then.
        return conditions.subtracting([.fewerMembers]).isEmpty
            ? Self.quietInterval(clusters: clusters) : .milliseconds(500)
    }

    /// How long a cluster is left alone in which nothing happens: 10 s (DESIGN.md 6). What happens is told by events; this
    /// look is for what no event tells. A watcher of more than 400 clusters looks forty times a second, at each of them
    /// every 25 s at the latest: within `Endurance.longestBreak`, also where a look takes some seconds.
    public static func quietInterval(clusters: Int) -> Duration {
        min(.seconds(25), max(.seconds(10), .milliseconds(25) * clusters))
    }

    /// Whether something is going on that may end any moment: a failover, a crash, a master that is not recorded.
    public var isUnderway: Bool {
        guard let record else { return !liveMasters.isEmpty || !sentinels.isEmpty }
        return anyFailover || masterHasCrashed || !answersMaster(record.address) || isStranger(record.address)
            || agreed != nil
    }
}
