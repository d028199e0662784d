public import Vocabulary

/// What those answered whom a view names, and whom they named in their turn.
public struct Answers: Equatable, Sendable {
    public var sentinels: Sentinels
    public var instances: [Address: Instance]
    /// What our own machine lacked to ask everybody, and what to do about it.
    public var shortage: String?

    public init(sentinels: Sentinels = [], instances: [Address: Instance] = [:], shortage: String? = nil) {
        self.sentinels = sentinels
        self.instances = instances
        self.shortage = shortage
    }
}

extension Observation {
    /// What one look at the nodes and the answers make together.
    /// - Parameters:
    ///   - mark: of our cluster; its id is taken from the evidence.
    ///   - countsUnreadable: whether leases that can't be read are members that nobody can ask. None of us writes such
    ///     a one, but who does may live.
    public init(
        _ view: View, _ answers: Answers, me: Address, mark: Mark, data: Freshness = .empty,
        countsUnreadable: Bool = true
    ) {
        let unreadable = countsUnreadable ? view.unreadable : []
        let members = view.leased + unreadable
        let borne = mark.clusterIDs(in: answers.instances.filter { members.contains($0.key) })
        var mark = mark
        mark.clusterID = borne.only ?? view.cluster?.id ?? borne.first
        self.init(
            me: me, mark: mark, record: view.record, cluster: view.cluster, sentinels: answers.sentinels,
            members: members, candidates: view.candidates, instances: answers.instances, data: data)
        for address in unreadable { instances[address] = Instance(.silent) }
        shortage = answers.shortage
        acceptsLoss = view.lossVersion != nil
        isDisputed = view.cluster.map { $0.id != borne.only ?? $0.id } ?? false
        if mark.clusterID == nil { self.mark.clusterID = restored?.id }
    }
}

extension View {
    /// Names that nobody has (RFC 6761), for leases that can't be read.
    fileprivate var unreadable: [Address] {
        unreadableMembers.indices.compactMap { Address(host: "unreadable-\($0 + 1).invalid", port: 1) }
    }
}

extension Mark {
    /// The ids that leased members bear, sorted: a lease says that they are ours, which a namesake on the recorded port
    /// can't. A lost `/redis/cluster` gets its id back from them, and where they agree on one they outweigh a node that
    /// was restored from elsewhere.
    public func clusterIDs(in instances: [Address: Instance]) -> [String] {
        let ids = instances.values.compactMap { instance -> String? in
            guard case .mark(let mark) = instance.mark, mark.matches(self) else { return nil }
            return mark.clusterID
        }
        return Set(ids).sorted()
    }
}
