extension Snapshot {
    /// How soon to look again without an event, given for how long the cluster has been unsettled: at a failover's pace at
    /// first, then ever more slowly, because what lasts is no failover under way.
    public func nextLook(unsettledFor time: Duration) -> Duration {
        if isUnderway {
            if time < .seconds(5) { return .milliseconds(10) }
            return time < .seconds(60) ? .milliseconds(200) : .seconds(2)
        }
        // A missing member may be missing for an hour, and nothing is to be done until then.
        return conditions.subtracting([.fewerMembers]).isEmpty ? .seconds(10) : .milliseconds(500)
    }

    /// Whether something is going on that may end any moment: a failover, a crash, a master that is not recorded.
    public var isUnderway: Bool {
        guard let record else { return !liveMasters.isEmpty || !sentinels.isEmpty }
        return anyFailover || masterHasCrashed || !answersMaster(record.address) || isStranger(record.address)
            || agreed != nil
    }
}
