public import Vocabulary

/// The words about sentinels that several behaviours need.
extension Snapshot {
    /// Whether any sentinel reports a failover, however old: what would start a second one must not rely on our clock.
    public var anyFailover: Bool { sentinels.voices.contains { $0.opinion?.failoverFor != nil } }

    /// Whether a majority of the electorate answers.
    public var reachesMajority: Bool { sentinels.isMajority(sentinels.opinions.count) }

    /// The id that a sentinel gave in this look; nil where it gave none.
    public func id(of sentinel: Address) -> String? {
        sentinels.first { $0.address == sentinel && $0.opinion != nil }?.opinion?.id
    }

    var registeredSentinels: Set<Address> { Set(sentinels.filter(\.isRegistered).map(\.address)) }

    var believedSentinels: Set<Address> { Set(sentinels.map(\.address)) }

    /// Sentinels that a registered one knows and that are gone.
    public var gonePeers: Set<Address> { Set(peers.filter { $0.value.isGone }.keys).subtracting(believedSentinels) }

    /// Those that name somebody, and list a peer in whose name they can be told; each once.
    var tellable: [SentinelReport] {
        var heard: Set<Address> = []
        return sentinels.filter { report in
            guard let opinion = report.opinion, opinion.names != nil else { return false }
            return opinion.listsPeers && heard.insert(report.address).inserted
        }
    }

    /// The configuration epoch under which the sentinels name this master; nil where none does.
    func epoch(under master: Address) -> Int? {
        let epochs = sentinels.opinions.filter { $0.names == master && $0.epoch >= 0 }.map(\.epoch)
        return Reign.believed(epochs, beside: cluster?.configurationEpoch ?? 0).max()
    }

    /// Sentinels that name something that is no master, a stranger, or nobody, while the recorded master, which is
    /// ours, answers master, no failover is in progress that could still end, and we reach a majority. And those that
    /// name another master though a majority names the recorded one at no lower epoch: equal epochs never reconcile,
    /// and who has no peer hears of no epoch. Only those that may be told how to monitor it.
    var misledSentinels: [Address] {
        guard let record, mayBeFollowed(record.address), reachesMajority,
            sentinels.voices.compactMap(\.opinion).allSatisfy({ $0.failoverFor == nil || isStuck($0) })
        else { return [] }
        let misled = sentinels.confidants.filter { report in
            guard let opinion = report.opinion, opinion.names != record.address else { return false }
            guard let named = opinion.names else { return true }
            return isStranger(named) || !answersMaster(named) || isOutvoted(opinion)
        }
        return Set(misled.map(\.address)).sorted()
    }

    /// Whether this sentinel's failover never ends: it has promoted who is gone, and waits for the return (sentinel.c,
    /// `sentinelFailoverDetectEnd`). Until then it names the dead one, and sends it every replica that it finds. Others
    /// end that by a switch to another master, unless that one is the master whom this sentinel was about to replace.
    private func isStuck(_ opinion: Opinion) -> Bool {
        guard let time = opinion.failoverFor, let named = opinion.names, isStranger(named) || !answersMaster(named)
        else {
            return false
        }
        return isOutvoted(opinion) || time > opinion.longestFailover
    }

    /// Whether a majority names the recorded master at no lower epoch than the one of this opinion.
    private func isOutvoted(_ opinion: Opinion) -> Bool {
        guard let record, sentinels.majorityAddress == record.address, let epoch = epoch(under: record.address) else {
            return false
        }
        return opinion.epoch <= epoch
    }
}

extension Condition {
    /// A sentinel names what is no master, or nobody, while the recorded master answers master.
    static func misled(_ sentinel: Address) -> Condition { Condition("misled", of: sentinel) }
}
