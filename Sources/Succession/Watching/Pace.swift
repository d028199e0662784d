extension Snapshot {
    /// How soon to look again without an event, given for how long the cluster has been unsettled: at a failover's pace
    /// at first, then ever more slowly, because what lasts is no failover under way.
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
        // A missing member may be missing for an hour, and nothing is to be done until then. Where not everybody can be
        // asked, nothing is counted.
        let isCounting = unasked.isEmpty && !conditions.subtracting([.fewerMembers]).isEmpty
        return isCounting ? .milliseconds(500) : Self.quietInterval(clusters: clusters)
    }

    /// How long a cluster is left alone in which nothing happens: 10 s. What happens is told by events; this
    /// look is for what no event tells. A watcher of more than 400 clusters looks forty times a second, at each of them
    /// every 25 s at the latest: within `Endurance.longestBreak`, also where a look takes some seconds.
    public static func quietInterval(clusters: Int) -> Duration {
        min(.seconds(25), max(.seconds(10), .milliseconds(25) * clusters))
    }

    /// For how long somebody is thought to be mending what was said last, and looks at what has become of it.
    public static let mendingTime = Duration.seconds(300)

    /// How long to leave a cluster alone in which nothing is under way. No event tells of the end of most of what is
    /// wrong: it is looked for more often at first, and what lasts for long may be meant so.
    /// - Parameters:
    ///   - isOpen: whether the next looks must tell whether something is wrong, or over.
    ///   - newest: how long ago the newest alert was raised; nil where there is none.
    public static func rest(clusters: Int, isOpen: Bool, newest: Duration?) -> Duration {
        if isOpen { return .milliseconds(500) }
        let quiet = quietInterval(clusters: clusters)
        return newest.map { $0 < mendingTime } ?? false ? quiet / 5 : quiet
    }

    /// Whether something is going on that may end any moment: a failover, a crash, a master that is not recorded. One
    /// that nobody could ask is no sign of that.
    public var isUnderway: Bool {
        guard let record else { return !liveMasters.isEmpty || !sentinels.isEmpty }
        let isMissing = !answersMaster(record.address) && !unknown.contains(record.address)
        return anyFailover || masterHasCrashed || isMissing || isStranger(record.address) || agreed != nil
    }
}
