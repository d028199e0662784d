import Succession
import Vocabulary

/// How a cluster is, in a word and a line.
extension Sight {
    public var verdict: Verdict { verdict(findings) }

    func verdict(_ findings: [Finding]) -> Verdict {
        guard mayHaveMaster else { return Verdict(.noMaster, "NO MASTER: \(masterlessness)") }
        let wrong = findings.filter { $0.weight > .note }
        guard !wrong.isEmpty else { return Verdict(.healthy, "healthy") }
        var words: [String] = []
        for finding in wrong where !words.contains(finding.words) { words.append(finding.words) }
        let rest = words.count - 3
        let named = words.prefix(3).joined(separator: ", ")
        return Verdict(.degraded, "degraded: \(named)\(rest > 0 ? " and \(rest) more" : "")")
    }

    /// Whether clients can write, as far as is known: the recorded master answers as one, or keeps us alone out while a
    /// majority of the sentinels has just heard it; or they name another that does.
    var mayHaveMaster: Bool { recordedMasterMayLive || mastersBySentinels }

    private var mastersBySentinels: Bool {
        guard let named = snapshot.sentinels.majorityAddress else { return false }
        return snapshot.answersMaster(named) && snapshot.isOurs(named)
    }

    private var recordedMasterMayLive: Bool {
        guard let master = snapshot.record?.address, !snapshot.isStranger(master) else { return false }
        // Our own machine kept us from asking: that says nothing of it.
        if snapshot.unasked.contains(master) { return true }
        switch snapshot.answer(of: master) {
        case .master: return true
        case .denied: return snapshot.isHeardBySentinels(master) || sentinelsKeepUsOut
        case .silent: return snapshot.isHeardBySentinels(master)
        case .replica, .loading, .refused, .notRedis: return false
        }
    }

    /// Whoever lacks all passwords learns nothing from anybody: that is no outage.
    private var sentinelsKeepUsOut: Bool {
        snapshot.sentinels.opinions.isEmpty
            && snapshot.sentinels.contains { $0.trouble == .denied || $0.trouble == .withheld }
    }

    private var masterlessness: String {
        guard let master = snapshot.record?.address else {
            if let bad = snapshot.badNodes.first(where: \.isEssential) {
                return "\(bad.path) can't be used: \(bad.reason)"
            }
            let isEmpty = snapshot.members.isEmpty && snapshot.sentinels.isEmpty && snapshot.cluster == nil
            return isEmpty ? "there is no cluster at \(root) in ZooKeeper" : "none is recorded in \(root)/master"
        }
        if snapshot.answer(of: master) != .notRedis, snapshot.isStranger(master) {
            return "the recorded master \(master) is a server of another cluster"
        }
        let words =
            switch snapshot.answer(of: master) {
            case .replica: "is a replica"
            case .loading: "is loading its data"
            case .denied: "does not let us in"
            case .refused: "refuses connections"
            case .notRedis: "is no Redis"
            case .silent, .master: "does not answer"
            }
        return "the recorded master \(master) \(words)"
    }
}

extension Finding {
    /// What it comes to in a headline.
    var words: String {
        switch name {
        case "missing-replicas": "a replica is missing"
        case "replica-not-linked": "a replica is not linked"
        case "nobody-promotable", "no-failover": "nobody could take over"
        case "sentinel-unreachable": "a sentinel does not answer"
        case "sentinel-missing": "a sentinel is missing"
        case "watcher-silent": "no watcher answers"
        case "aside": "data was set aside"
        case "sentinel-idle": "a sentinel monitors nothing"
        case "sentinel-majority-lost": "no majority of sentinels"
        case "sentinel-tilt": "a sentinel is in TILT"
        case "sentinel-settings-differ": "sentinels have different settings"
        case "no-sentinels": "no sentinels"
        case "no-quorum": "no quorum"
        case "own-limits": "our own limits keep us from asking"
        case "writes-refused": "the master refuses writes"
        case "bad-acl": "others may change what is recorded"
        case "locked-out": "we are not let in"
        case "no-watcher": "no watcher"
        case "no-lease": "a server has no lease"
        case "no-master": "the master does not answer here"
        case "disagreement": "ZooKeeper and the sentinels disagree"
        case "bad-node": "a node in ZooKeeper can't be used"
        case "no-record": "no master is recorded"
        case "stranger": "a stranger has a port of ours"
        default: name.map { $0 == "-" ? " " : String($0) }.joined()
        }
    }
}
