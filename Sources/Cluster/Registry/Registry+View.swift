public import Succession
import Vocabulary
import ZooKeeper

extension View {
    mutating func read(_ cluster: (record: ClusterRecord, version: Int32)?) {
        (self.cluster, clusterVersion) = (cluster?.record, cluster?.version)
    }
}

extension View.Registration {
    init(_ name: String, _ node: Node) throws(BadZnode) {
        self.init(id: name, address: try Address(znode: node.data), isLeased: node.stat.ephemeralOwner != 0)
    }
}

extension Registry {
    /// Reads all that a launcher decides on. `/redis/master` comes first: its version must be older than the evidence.
    /// - Throws: `Failure` 65 where `/redis/master` or `/redis/cluster` holds what none of us would write; 77, 69.
    public func view(watchingMaster: Bool = true) async throws -> View {
        var view = View()
        view.record = try await record(watch: watchingMaster)
        if view.record == nil, watchingMaster { try await watchMaster() }
        async let access: Void = checkAccess()
        async let cluster = cluster()
        async let members = readRegistrations(below: paths.members)
        async let sentinels = readRegistrations(below: paths.sentinels)
        async let candidates = readCandidates()
        async let loss = translated { try await order(paths.acceptLoss) }
        async let identities = readIdentities()
        try await access
        try await view.read(cluster)
        let word = try await loss
        let (ofMembers, ofSentinels) = (try await members, try await sentinels)
        let (ofCandidates, ofIdentities) = (try await candidates, try await identities)
        (view.members, view.sentinels) = (ofMembers.values, ofSentinels.values)
        (view.candidates, view.identities) = (
            ofCandidates.values,
            ofIdentities.values.map { View.Registration(id: $0.id, address: $0.address, isLeased: false) }
        )
        view.badNodes = ofMembers.bad + ofSentinels.bad + ofCandidates.bad + ofIdentities.bad
        switch word {
        case .nothing: break
        // The claim that uses it up deletes it at this version: as it was created.
        case .node(let node, _): view.lossVersion = node.stat.version
        case .hidden(let stat): view.lossVersion = stat.version
        case .changed(let why): view.badNodes.append(BadNode(path: paths.acceptLoss, reason: why))
        }
        view.unreadableMembers = ofMembers.badLeases
        notes.tell(of: view.badNodes, below: paths.root)
        return view
    }

    /// Reads the least on which a launcher can follow: the record, with a watch, and the cluster, where no sentinel is
    /// registered. Candidates are left out.
    /// - Parameter withMembers: whether members are read as well: they alone are told a password.
    /// - Returns: nil where nothing is recorded, or a sentinel is registered that must be asked.
    public func glance(withMembers: Bool = false) async throws -> View? {
        var view = View()
        view.record = try await record(watch: true)
        guard view.record != nil else { return nil }
        async let access: Void = checkAccess()
        async let cluster = cluster()
        async let sentinels = children(paths.sentinels)
        async let members = withMembers ? registrations(below: paths.members) : []
        try await access
        try await view.read(cluster)
        view.members = try await members
        guard try await sentinels?.isEmpty ?? true else { return nil }
        return view
    }

    /// Those that can be used.
    public func registrations(below path: String) async throws -> [View.Registration] {
        let reading = try await readRegistrations(below: path)
        notes.tell(of: reading.bad, below: paths.root)
        return reading.values
    }

    private func readRegistrations(below path: String) async throws -> Reading<View.Registration> {
        try await reading(below: path) { name, node throws(BadZnode) in try View.Registration(name, node) }
    }
}
