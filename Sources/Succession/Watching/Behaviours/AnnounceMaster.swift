import Vocabulary

/// Tells the sentinels what ZooKeeper has decided: the recorded master, and its epoch.
///
/// They take it within milliseconds, and their clients with them. One that kept another master would demote the real
/// one some 10 s later, and one that knows a lower epoch would count its next election from that. Where one names who
/// is no master under a higher epoch than the recorded one, a still higher one is recorded first: others would believe
/// it within 2 s.
struct AnnounceMaster: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> { Set(snapshot.misledSentinels.map(Condition.misled)) }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let master = snapshot.record?.address, var cluster = snapshot.cluster, snapshot.mayAnnounce else {
            return []
        }
        if snapshot.isContradicted {
            cluster.sentinelEpoch = snapshot.nextEpoch
            return [.keep(cluster)]
        }
        let sentinels = snapshot.sentinels(behind: cluster)
        let announcement = Announcement(master: master, epoch: cluster.configurationEpoch, sentinels: sentinels)
        return sentinels.isEmpty ? [] : [.announce(announcement)]
    }
}

extension Snapshot {
    fileprivate var mayAnnounce: Bool {
        record.map { mayBeFollowed($0.address) } ?? false && !(isExposed && hasRival)
    }

    /// Whether another server of ours answers master: who is told to follow the recorded one takes that one's data.
    private var hasRival: Bool { instances.keys.contains { $0 != record?.address && mayBeFollowed($0) } }

    /// Those that can be told, and know nothing as new as this configuration.
    fileprivate func sentinels(behind cluster: ClusterRecord) -> [Address] {
        tellable.filter { $0.opinion.map { $0.epoch < cluster.configurationEpoch } ?? false }.map(\.address).sorted()
    }

    /// For so long one sentinel, or a majority, must have been misled before the epoch is raised: a look whose answers
    /// are of different moments may show that of a failover of their own.
    private static let (contradictionTime, agreedContradictionTime) = (Duration.milliseconds(50), Duration.seconds(3))

    /// Whether what is recorded does not count for a misled sentinel. One that no epoch of ours could beat is left to
    /// others, and so is one in the midst of a failover: it might take the epoch alone. Nobody can tell who is silent
    /// from a master.
    fileprivate var isContradicted: Bool {
        guard let cluster, let record, !isPaused, !isDisputed else { return false }
        let higher = tellable.filter { report in
            guard let opinion = report.opinion else { return false }
            return opinion.failoverFor == nil && opinion.epoch > cluster.configurationEpoch && opinion.epoch < nextEpoch
        }
        guard !higher.isEmpty else { return false }
        let time = sentinels.majorityAddress == record.address ? Self.contradictionTime : Self.agreedContradictionTime
        let misled = Set(misledSentinels.filter { held(.misled($0), for: time) })
        return higher.contains { misled.contains($0.address) && $0.opinion?.names.map(isKnownToBeNoMaster) ?? false }
    }

    private func isKnownToBeNoMaster(_ address: Address) -> Bool {
        switch answer(of: address) {
        case .replica: true
        case .refused: !isLeased(address)
        default: isStranger(address)
        }
    }
}
