public import Succession
public import Vocabulary
import ZooKeeper

/// What a candidate's node holds.
struct CandidateData: Codable {
    var address: String
    var freshness: Freshness
    /// Left out where it is so.
    var mayLead: Bool?

    private enum CodingKeys: String, CodingKey {
        case address, freshness
        case mayLead = "may_lead"
    }
}

/// The candidates of a cold start.
extension Registry {
    /// Registers a candidate and returns its node's path.
    /// - Parameter mayLead: false for one that only tells what its copy is worth.
    public func stand(_ address: Address, _ freshness: Freshness, mayLead: Bool = true) async throws -> String {
        try await createParents()
        let data = Self.encode(
            CandidateData(
                address: String(decoding: address.znode, as: UTF8.self), freshness: freshness,
                mayLead: mayLead ? nil : false))
        return try await translated { try await session.create(paths.candidatePrefix, data, .ephemeralSequential) }
    }

    /// Those that can be used. One that can't is at worst a better one that does not claim in its turn, and such a one
    /// is passed over.
    public func candidates() async throws -> [Candidate] { try await readCandidates().values }

    func readCandidates() async throws -> Reading<Candidate> {
        try await reading(below: paths.candidates) { name, node throws(BadZnode) in try Self.candidate(name, node) }
    }

    static func candidate(_ name: String, _ node: Node) throws(BadZnode) -> Candidate? {
        // One that no session ends would stand for ever.
        guard let number = Candidate.number(ofNode: name), node.stat.ephemeralOwner != 0 else { return nil }
        let data = try decode(CandidateData.self, node.data)
        var freshness = data.freshness
        // A file can't have been written after its candidate stood: by ZooKeeper's clock, which is nobody's own.
        if let modified = freshness.modified, modified > node.stat.created + clockSlack { freshness.modified = nil }
        return Candidate(
            number: number, address: try Address(znode: Array(data.address.utf8)), freshness: freshness,
            since: node.stat.created, mayLead: data.mayLead ?? true)
    }

    /// How far clocks may differ before a file's time is no argument, in milliseconds.
    private static let clockSlack: Int64 = 60_000
}
