public import Vocabulary

/// All that a launcher knows when it decides: one look at ZooKeeper, the sentinels and the servers.
public struct Observation: DataGuard, Equatable {
    /// Where our own server will be reached.
    public var me: Address
    /// The mark that our own server will bear; its id is that of `/redis/cluster`.
    public var mark: Mark
    /// Nil where nothing is recorded.
    public var record: Record?
    public var cluster: ClusterRecord?
    /// Believed sentinels, with or without an answer.
    public var sentinels: Sentinels
    /// The addresses of live members: those with a lease. A lease of an earlier life of our own address is among them.
    public var members: [Address]
    public var candidates: [Candidate]
    /// Once we stand.
    public var candidacy: Candidacy?
    /// What was asked: the recorded address, whom it follows, each live member, each address that a sentinel names.
    public var instances: [Address: Instance]
    /// The data that our own server would start with.
    public var data: Freshness
    /// Candidates that had their turn and did not claim.
    public var passedOver: Set<Int> = []
    /// False where the user wants our own server never to be master (`replica-priority 0`).
    public var mayLead = true
    public var acceptsLoss = false
    public var acceptLossAfter: Duration?
    /// Whether leased members agree on another cluster id than `/redis/cluster` has.
    public var isDisputed = false
    /// What our own machine lacked to ask everybody, and what to do about it: whoever was silent may not be.
    public var shortage: String?
    /// How long this launcher has waited for a usable master.
    public var waited: Duration
    /// How long it may wait in all (`MASTER_TIMEOUT`).
    public var limit: Duration

    public init(
        me: Address, mark: Mark, record: Record? = nil, cluster: ClusterRecord? = nil, sentinels: Sentinels = [],
        members: [Address] = [], candidates: [Candidate] = [], candidacy: Candidacy? = nil,
        instances: [Address: Instance] = [:],
        data: Freshness = .empty, waited: Duration = .zero, limit: Duration = .seconds(60)
    ) {
        self.me = me
        self.mark = mark
        self.record = record
        self.cluster = cluster
        self.sentinels = sentinels
        self.members = members
        self.candidates = candidates
        self.candidacy = candidacy
        self.instances = instances
        self.data = data
        self.waited = waited
        self.limit = limit
    }
}
