/// Tells the sentinels what ZooKeeper has decided: the recorded master, and its epoch.
///
/// They take it within milliseconds, and their clients with them. One that kept another master would demote the real one some
/// 10 s later, and one that knows a lower epoch would count its next election from that.
struct AnnounceMaster: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let master = snapshot.record?.address, let epoch = snapshot.cluster?.epoch else { return [] }
        let sentinels = snapshot.uninformedSentinels
        return sentinels.isEmpty ? [] : [.announce(Announcement(master: master, epoch: epoch, sentinels: sentinels))]
    }
}

extension Snapshot {
    /// Sentinels that can be told, and know nothing as new as the configuration that is recorded, while its master answers master.
    var uninformedSentinels: [Address] {
        guard let record, let epoch = cluster?.epoch, answersMaster(record.address), mayBeChanged(record.address) else {
            return []
        }
        let uninformed = sentinels.filter { report in
            guard let opinion = report.opinion, opinion.names != nil else { return false }
            return !opinion.details.sentinels.isEmpty && opinion.epoch < epoch
        }
        return Set(uninformed.map(\.address)).sorted()
    }
}
