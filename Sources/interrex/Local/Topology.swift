import Cluster
import Succession

/// Who is what in a cluster at one moment, as a person wants to read it.
struct Topology: Equatable, Sendable {
    struct Replica: Equatable, Sendable {
        var address: Address
        var isLinked: Bool
    }

    /// What `/redis/master` says.
    var recorded: Address?
    /// Who answers `ROLE` = master.
    var masters: [Address] = []
    var replicas: [Replica] = []
    /// Registered sentinels.
    var sentinels: [Address] = []

    init() {}

    init(_ observation: Observation) {
        recorded = observation.record?.address
        for member in observation.members.sorted(by: { $0.description < $1.description }) {
            switch observation.instances[member]?.answer {
            case .master: masters.append(member)
            case .replica(let replication):
                replicas.append(Replica(address: member, isLinked: replication.synchronised && replication.isLinked))
            default: break
            }
        }
        sentinels = observation.sentinels.map(\.address)
    }

    /// Whether everybody that was asked for is there and linked.
    func isComplete(redis: Int, sentinels: Int) -> Bool {
        masters.count == 1 && replicas.count == redis - 1 && replicas.allSatisfy(\.isLinked)
            && self.sentinels.count == sentinels
    }

    var text: String {
        let master = masters.isEmpty ? "none" : masters.map(\.description).joined(separator: ", ")
        let stale = recorded.map { masters.contains($0) ? "" : "   (ZooKeeper names \($0))" } ?? ""
        let list = replicas.map { "\($0.address)\($0.isLinked ? "" : " (not linked)")" }.joined(separator: ", ")
        let sentinels = sentinels.map(\.description).joined(separator: ", ")
        return """
            master     \(master)\(stale)
            replicas   \(list.isEmpty ? "none" : list)
            sentinels  \(sentinels.isEmpty ? "none" : sentinels)

            """
    }
}
