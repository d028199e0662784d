public import Vocabulary

/// The transaction with which a reign of ours begins: all of it is carried out, or nothing.
public struct Claim: Equatable, Sendable {
    /// Of `/redis/master`, when it was read before the evidence; nil: it is created.
    public var version: Int32?
    public var cluster: ClusterRecord
    /// Of `/redis/cluster`; nil: it is created.
    public var clusterVersion: Int32?
    /// Of `/redis/accept-loss`, which the reign uses up; nil where nobody has written it.
    public var lossVersion: Int32?
    /// False where we are the recorded master: then nothing is missing, and nobody was replaced.
    public var isTakeover: Bool
    /// Whether the root was missing when it was looked for, so that all of our parents are created.
    public var rootIsMissing = false
    /// Whom the reign replaces.
    public var replaced: Address?

    /// A takeover, or the first claim of all.
    init(at version: Int32?, of view: View, _ cluster: ClusterRecord, rootIsMissing: Bool) {
        self.init(version, view, cluster, isTakeover: true)
        self.rootIsMissing = rootIsMissing
        replaced = view.record?.address
    }

    /// Written again, and a reign of its own: a claim that was decided before our lease was there must not succeed
    /// after it, and a log that is loaded again begins to count from anywhere.
    init(resuming view: View, _ cluster: ClusterRecord) {
        self.init(view.record?.version, view, cluster, isTakeover: false)
    }

    private init(_ version: Int32?, _ view: View, _ cluster: ClusterRecord, isTakeover: Bool) {
        self.version = version
        self.cluster = cluster
        clusterVersion = view.clusterVersion
        lossVersion = view.lossVersion
        self.isTakeover = isTakeover
    }
}

extension Observation {
    /// The record of the reign that begins with our data.
    /// - Parameter newID: of the cluster, where none is known.
    func nextRecord(newID: String) -> ClusterRecord {
        var record = cluster ?? restored ?? ClusterRecord(id: mark.clusterID ?? newID, members: 1)
        record.members = max(record.members, 1)
        let isPromotion = self.record.map(wasPromoted) ?? false
        return record.succeeded(epoch: nextEpoch, by: isPromotion ? data.originOfPromotion : data.origin)
    }
}
