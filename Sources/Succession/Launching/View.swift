public import Vocabulary

/// One look of a launcher at a cluster's nodes.
public struct View: Equatable, Sendable {
    /// A registered server: the name of its node and its address.
    public struct Registration: Equatable, Sendable {
        public var id: String
        public var address: Address
        /// Whether its node is ephemeral: a lease.
        public var isLeased: Bool

        public init(id: String, address: Address, isLeased: Bool) {
            self.id = id
            self.address = address
            self.isLeased = isLeased
        }
    }

    public var record: Record?
    public var cluster: ClusterRecord?
    /// The version of `/redis/cluster`; nil with it.
    public var clusterVersion: Int32?
    /// The version of `/redis/accept-loss`; nil where it does not exist.
    public var lossVersion: Int32?
    /// The identities of sentinels: the name of each, and where the sentinel was last that has it. None of these is a
    /// lease.
    public var identities: [Registration] = []
    public var members: [Registration] = []
    public var sentinels: [Registration] = []
    public var candidates: [Candidate] = []
    /// Nodes that can't be used, and that are left out above.
    public var badNodes: [BadNode] = []
    /// The names of those of them that are leases of members: somebody lives there, and nobody can tell where.
    public var unreadableMembers: [String] = []

    public init() {}

    /// The view of a launcher that lost the first claim of all a moment ago: the root did not exist when it looked, so
    /// nothing is there but what the winner's one transaction created, its own lease among it.
    public init(firstClaimWonBy record: Record) {
        self.record = record
        members = [Registration(id: "", address: record.address, isLeased: true)]
    }

    /// The live members whose address can be read.
    public var leased: [Address] { members.filter(\.isLeased).map(\.address) }
}
