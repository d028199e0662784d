import Succession
import Vocabulary

/// For how long each sentinel has reported its failover: Sentinel doesn't tell.
struct FailoverClock {
    private var seen: [Address: ContinuousClock.Instant] = [:]

    /// The claims with the time that the failovers of their sentinels have taken so far, as far as we have seen.
    mutating func timed(_ claims: [SentinelClaim]) -> [SentinelClaim] {
        // One that is gone in the midst of a failover is not kept in mind for ever.
        let addresses = Set(claims.map(\.address))
        seen = seen.filter { addresses.contains($0.key) }
        return claims.map { claim in
            var claim = claim
            claim.opinion = timed(SentinelReport(claim.address, claim.opinion)).opinion
            return claim
        }
    }

    /// The report with the time that its failover has taken so far, as far as we have seen.
    private mutating func timed(_ report: SentinelReport) -> SentinelReport {
        guard report.opinion?.failoverFor != nil else {
            seen[report.address] = nil
            return report
        }
        let now = ContinuousClock.now
        let since = seen[report.address, default: now]
        seen[report.address] = since
        var report = report
        report.opinion?.failoverFor = now - since
        return report
    }
}
