public import Succession
import ZooKeeper

/// One look at a cluster's nodes.
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
    /// Where the sentinels were last that have an identity.
    public var identities: [Address] = []
    public var members: [Registration] = []
    public var sentinels: [Registration] = []
    public var candidates: [Candidate] = []

    public init() {}

    mutating func read(_ cluster: (record: ClusterRecord, version: Int32)?) {
        (self.cluster, clusterVersion) = (cluster?.record, cluster?.version)
    }

    /// The view of a launcher that lost the first claim of all a moment ago: the root did not exist when it looked, so
    /// nothing is there but what the winner's one transaction created, its own lease among it.
    public init(firstClaimWonBy record: Record) {
        self.record = record
        members = [Registration(id: "", address: record.address, isLeased: true)]
    }
}

extension Registry {
    /// Reads all that a launcher decides on. `/redis/master` comes first: its version must be older than the evidence.
    /// - Throws: `Failure` 65 where a node holds what none of us would write.
    public func view(watchingMaster: Bool = true) async throws -> View {
        var view = View()
        view.record = try await record(watch: watchingMaster)
        if view.record == nil, watchingMaster { try await watchMaster() }
        async let cluster = cluster()
        async let members = registrations(below: paths.members)
        async let sentinels = registrations(below: paths.sentinels)
        async let candidates = candidates()
        async let loss = translated { try await session.exists(paths.acceptLoss)?.version }
        async let identities = readableAddresses(below: paths.identities)
        try await view.read(cluster)
        view.lossVersion = try await loss
        view.identities = try await identities
        view.members = try await members
        view.sentinels = try await sentinels
        view.candidates = try await candidates
        return view
    }

    /// Reads the least on which a launcher can follow: the record, with a watch, and the cluster, where no sentinel is
    /// registered. Members and candidates are left out.
    /// - Returns: nil where nothing is recorded, or a sentinel is registered that must be asked.
    public func glance() async throws -> View? {
        var view = View()
        view.record = try await record(watch: true)
        guard view.record != nil else { return nil }
        async let cluster = cluster()
        async let sentinels = children(paths.sentinels)
        try await view.read(cluster)
        guard try await sentinels?.isEmpty ?? true else { return nil }
        return view
    }

    /// Hints: one that can't be used stops nobody.
    private func readableAddresses(below path: String) async throws -> [Address] {
        try await nodes(below: path).compactMap { try? Address(znode: $0.node.data) }
    }

    public func registrations(below path: String) async throws -> [View.Registration] {
        try await nodes(below: path).map { name, node in
            View.Registration(
                id: name, address: try address(node, at: "\(path)/\(name)"), isLeased: node.stat.ephemeralOwner != 0)
        }
    }
}
