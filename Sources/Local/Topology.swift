import Cluster
import Succession
import Vocabulary

/// Who is what in a cluster at one moment.
struct Topology: Equatable, Sendable {
    struct Replica: Equatable, Sendable {
        var address: Address
        var isLinked: Bool
    }

    /// Who answers `ROLE` = master.
    var masters: [Address] = []
    var replicas: [Replica] = []
    /// Registered sentinels that answer.
    var sentinels: [Address] = []
    /// Registered servers and sentinels that don't.
    var silent: [Address] = []
    /// Whether all sentinels that answer name one master and know each other.
    var sentinelsAgree = true

    init() {}

    init(_ observation: Observation) {
        for member in observation.members.sorted(by: { $0.description < $1.description }) {
            switch observation.instances[member]?.answer {
            case .master: masters.append(member)
            case .replica(let replication):
                replicas.append(Replica(address: member, isLinked: replication.synchronised && replication.isLinked))
            case .silent: silent.append(member)
            default: break
            }
        }
        sentinels = observation.sentinels.filter { $0.opinion != nil }.map(\.address)
        silent += observation.sentinels.filter { $0.opinion == nil }.map(\.address)
        sentinelsAgree = observation.sentinels.allSatisfy { report in
            report.opinion.map { $0.names == masters.first && $0.peers + 1 >= observation.sentinels.count } ?? true
        }
    }

    /// What is missing of so many, in words; nil where everybody is there, and linked.
    func lacking(redis: Int, sentinels: Int) -> String? {
        var parts: [String] = []
        if masters.count != 1 { parts.append(masters.isEmpty ? "no master" : "\(masters.count) masters") }
        let linked = replicas.count(where: \.isLinked)
        if linked != redis - 1 { parts.append("\(linked) of \(redis - 1) replicas linked") }
        if self.sentinels.count != sentinels { parts.append("\(self.sentinels.count) of \(sentinels) sentinels") }
        if parts.isEmpty, !sentinelsAgree { parts.append("sentinels that don't know each other or the master yet") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
