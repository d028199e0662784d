import Succession

/// What a run has exercised: a space in which nothing happens must not pass.
struct Tally: Sendable {
    var steps = 0
    var seeds = 0
    var decisions: [String: Int] = [:]
    var records: [String: Int] = [:]
    var claims = 0, masterStarts = 0, refusals = 0, setAside = 0, overtakenStarts = 0
    var forced = 0, forcedFailovers = 0, ordinaryFailovers = 0, abortedFailovers = 0, promotions = 0
    var announcements = 0, switchovers = 0, lies = 0
    var answers: [String: Int] = [:]
    var conversions = 0, repairs = 0, commands = 0, plans = 0
    var overtakenWrites = 0, fencedOff = 0, ambiguousRecords = 0, lostRequests = 0, lostReplies = 0
    var fullSyncs = 0, dropsBySentinel = 0, dropsByWatcher = 0, dropsByLaunch = 0, dropsByChain = 0, writes = 0
    var overlaps = 0, equalEpochs = 0, splits = 0, wiped = 0
    var damagedStarts = 0, keptOutages = 0
    var restored = 0, keptInPlace = 0, swept = 0, lostDisks = 0, killedSynchronising = 0, accepted = 0
    var begun = 0, begunComplete = 0, leftAside = 0
    /// Writes that had been on a majority of the disks and were then on none, by who told the server to follow another.
    var destroyed: [String: Int] = [:]
    var outages: [String: Int] = [:]
    var faults: [String: Int] = [:]
    /// Seeds that nobody could settle without a person, by the reason.
    var unsettled: [String: Int] = [:]
    /// How long each seed took to settle after the last fault, in milliseconds.
    var settling: [Int] = []

    /// How often a cold start held somebody back.
    var windows = 0, deferrals = 0, heldBack = 0

    mutating func waited(for reason: Reason) {
        switch reason {
        case .settling: windows += 1
        case .fresherCandidate: deferrals += 1
        case .behind: heldBack += 1
        default: break
        }
    }

    static func + (one: Tally, other: Tally) -> Tally {
        var sum = one
        for path in Self.counts { sum[keyPath: path] += other[keyPath: path] }
        sum.decisions.merge(other.decisions, uniquingKeysWith: +)
        sum.records.merge(other.records, uniquingKeysWith: +)
        sum.unsettled.merge(other.unsettled, uniquingKeysWith: +)
        sum.destroyed.merge(other.destroyed, uniquingKeysWith: +)
        sum.answers.merge(other.answers, uniquingKeysWith: +)
        sum.outages.merge(other.outages, uniquingKeysWith: +)
        sum.faults.merge(other.faults, uniquingKeysWith: +)
        sum.settling += other.settling
        return sum
    }

    private static var counts: [WritableKeyPath<Tally, Int>] {
        [
            \.steps, \.seeds, \.claims, \.masterStarts, \.refusals, \.setAside, \.overtakenStarts, \.forced,
            \.forcedFailovers, \.ordinaryFailovers, \.abortedFailovers, \.promotions, \.announcements, \.switchovers,
            \.lies,
            \.conversions, \.repairs,
            \.commands,
            \.plans, \.overtakenWrites, \.fencedOff, \.ambiguousRecords, \.lostRequests, \.lostReplies, \.fullSyncs,
            \.dropsBySentinel, \.dropsByWatcher, \.dropsByLaunch, \.dropsByChain, \.writes, \.overlaps, \.equalEpochs,
            \.splits, \.wiped, \.damagedStarts, \.keptOutages,
            \.windows, \.deferrals, \.heldBack, \.restored, \.keptInPlace, \.swept, \.lostDisks, \.killedSynchronising,
            \.accepted,
            \.begun, \.begunComplete, \.leftAside,
        ]
    }

    func settled(within share: Double) -> Int {
        guard !settling.isEmpty else { return 0 }
        return settling.sorted()[min(settling.count - 1, Int(Double(settling.count) * share))]
    }

    var report: String {
        """
        \(steps) steps, \(seeds) seeds, \(writes) writes, \(plans) plans
        decisions by rule: \(list(decisions))
        \(masterStarts) starts as master, \(claims) claims, \(overtakenStarts) overtaken before exec, \
        \(setAside) times data set aside, \(refusals) refusals
        failovers: \(forced) forced (\(forcedFailovers) completed), \(ordinaryFailovers) ordinary, \(abortedFailovers) \
        aborted, \(promotions) promotions by a watcher, \(announcements) announcements, \(switchovers) switchovers (requests: \(list(answers))); \(overlaps) begun by a sentinel beside a forced one, \
        \(equalEpochs) with equal epochs
        records by evidence: \(list(records)); \(ambiguousRecords) with a lost reply, \
        \(overtakenWrites) writes overtaken
        commands of watchers: \(commands) (\(repairs) repairs), \(fencedOff) stopped by the fence; \(conversions) \
        conversions by sentinels
        data replaced by a full synchronisation: \(dropsBySentinel) by sentinels, \(dropsByWatcher) by watchers, \
        \(dropsByLaunch) of those launched (\(dropsByChain) behind a replica that has another's data); \
        \(fullSyncs) full synchronisations
        \(lies) majorities of false sentinels; ZooKeeper: \(lostRequests) requests and \(lostReplies) replies lost
        faults: \(list(faults))
        total outages: \(list(outages)); in \(keptOutages) the master had to have the freshest data; \
        \(damagedStarts) starts on damaged data; \(windows) looks within a window, \(deferrals) at a fresher candidate
        data: \(keptInPlace) times kept in place under a master, \(restored) copies set back, \(swept) deleted as contained, \
        \(lostDisks) disks lost, \(killedSynchronising) kills during a first synchronisation; \(begun) reigns begun beside \
        what there was, \(begunComplete) of them with all members; \(heldBack) looks held back, \(accepted) losses accepted; \
        seeds that ended with more set aside: \(leftAside); writes of a majority destroyed: \(list(destroyed))
        settled after the last fault: median \(settled(within: 0.5)) ms, 90 % \(settled(within: 0.9)) ms, most \
        \(settled(within: 1)) ms
        \(wiped) seeds lost ZooKeeper's data, \(splits) of them broke a promise to the two clusters that came of it
        never settled: \(unsettled.isEmpty ? "none" : list(unsettled))
        """
    }

    private func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
