/// A decision with the rule that made it.
public struct Ruling: Equatable, Sendable {
    public var rule: Rule
    public var decision: Decision

    init(_ rule: Rule, _ decision: Decision) { (self.rule, self.decision) = (rule, decision) }
}

/// The rules of `decide`, in the order in which they are tried.
///
/// As they are printed: the digit tells what is recorded (3: nothing, 4: another, 5: us), and a word a rule of its own
/// beside that of the number. `docs/design.md` has a line for each.
public enum Rule: String, CaseIterable, Sendable {
    case shortage = "0"
    case chosenMaster = "1"
    case failoverInProgress = "2"

    case soleMaster = "3a"
    case firstClaim = "3b"
    case unrecordedMembers = "3c-members"
    case nothingRecorded = "3c"

    case promotedNotRecorded = "4a-promoted"
    case recordedLoading = "4a-loading"
    case recordedMaster = "4a"
    case redirected = "4b"
    case followedByRecorded = "4b-us"
    case unknownRedis = "4c"
    case deadWithLease = "4d"
    case deadWithSuccessors = "4e"
    case deadWithUnasked = "4e-unasked"
    case deadAlone = "4f"

    case promotedFromUs = "5a"
    case chosenButSilent = "5b-chosen"
    case disputedCluster = "5b-disputed"
    case fresherThanUs = "5b"
    case membersMissing = "5c"
    case behindHoldings = "5c-behind"
    case witnessesAhead = "5c-witnesses"
    case fresherCandidates = "5c-candidates"
    case resume = "5d"

    /// Another is recorded that is neither usable nor dead.
    case recordedReplica = "6-replica"
    case recordedDenied = "6-denied"
    case recordedSilent = "6-silent"
}

/// The decision on whom a sentinel monitors, with the rule that made it.
public struct SentinelRuling: Equatable, Sendable {
    public var rule: SentinelRule
    public var decision: SentinelDecision

    init(_ rule: SentinelRule, _ decision: SentinelDecision) { (self.rule, self.decision) = (rule, decision) }
}

/// The rules of `decideSentinel`, in the order in which they are tried. `docs/design.md` has a line for each.
public enum SentinelRule: String, CaseIterable, Sendable {
    case chosenMaster = "chosen-master"
    case chosenUnproven = "chosen-unproven"
    case failoverInProgress = "failover-in-progress"
    case nothingRecorded = "nothing-recorded"
    case stranger
    case recordedMaster = "recorded-master"
    case redirected
    case unknownRedis = "unknown-redis"
    case shortage
    case deadWithLease = "dead-with-lease"
    case deadBesideMaster = "dead-beside-master"
    case deadWithReplica = "dead-with-replica"
    case deadWithStranded = "dead-with-stranded"
    case deadAlone = "dead-alone"
    case recordedStranded = "recorded-stranded"
    case recordedReplica = "recorded-replica"
    case recordedLoading = "recorded-loading"
    case recordedDenied = "recorded-denied"
    case recordedSilent = "recorded-silent"
}
