public import Vocabulary

/// What people are shown of a snapshot.
extension Snapshot {
    /// Registered sentinels, each once and in a fixed order.
    public var listedSentinels: [Address] { Set(sentinels.map(\.address)).sorted() }

    /// Those of them that answered.
    public var answeringSentinels: [Address] {
        Set(sentinels.filter { $0.opinion != nil }.map(\.address)).sorted()
    }

    /// Whether the recorded master answered master and is no stranger.
    public var recordedMasterIsUp: Bool { record.map { answersMaster($0.address) && !isStranger($0.address) } ?? false }

    /// Whom the sentinels know as a replica, and live members that replicate; not the recorded master itself.
    public var replicasOfRecordedMaster: Set<Address> {
        let known = sentinels.compactMap(\.opinion).flatMap(\.details.replicas)
        let replicating = liveMembers.filter { if case .replica? = instances[$0]?.answer { true } else { false } }
        return Set(known + replicating).subtracting([record?.address].compactMap(\.self))
    }

    /// `master_repl_offset` of the recorded master; nil where it didn't say, or is a stranger.
    public var masterOffset: Int64? {
        guard let record, !isStranger(record.address), case .master(let history)? = instances[record.address]?.answer
        else { return nil }
        return history.offset
    }
}
