import Succession
public import Vocabulary

/// One redis-server, as ZooKeeper, the sentinels and the server itself have it.
public struct ServerRow: Equatable, Sendable {
    public enum Registration: String, Sendable { case master, member }

    public var address: Address
    /// What it says itself, in a word: `Answer.word`.
    public var role: String
    /// Nil where ZooKeeper does not name it.
    public var registration: Registration?
    /// How many sentinels name it as the master.
    public var namedBy: Int
    /// Whether any of them knows it as a replica.
    public var isKnownReplica: Bool
    public var isStranger: Bool
    public var follows: Address?
    public var isLinked: Bool?
    /// In bytes; nil where either offset is not known.
    public var lag: Int?
    /// How long ago it last heard from its master.
    public var lastContact: Duration?
    public var offset: Int?
    public var priority: Int?
    public var facts: ServerFacts?
    /// Where the three don't agree; nil where they do.
    public var disagreement: String?

    init(_ address: Address, in sight: Sight) {
        let snapshot = sight.snapshot
        self.address = address
        let answer = snapshot.answer(of: address)
        let isRecorded = snapshot.record?.address == address
        role = answer.word
        registration = isRecorded ? .master : snapshot.isLeased(address) ? .member : nil
        let opinions = snapshot.sentinels.opinions
        namedBy = opinions.count { $0.names == address }
        isKnownReplica = opinions.contains { $0.details.replicas.contains(address) }
        isStranger = snapshot.isStranger(address)
        facts = sight.servers[address]
        var history: History?
        switch answer {
        case .master(let own): history = own
        case .replica(let replication):
            history = replication.history
            (follows, isLinked, priority) = (replication.master, replication.isLinked, replication.priority)
            lastContact = facts?.lastContact ?? replication.lastContact
            lag = snapshot.masterOffset.map {
                Int(max(0, $0.subtractingReportingOverflow(replication.history.offset).partialValue))
            }
        default: break
        }
        offset = history.map { Int($0.offset) }
        let (named, all) = (namedBy, opinions.count)
        disagreement =
            if isStranger {
                "a server of another cluster has this port"
            } else if isRecorded, role == "replica" {
                "ZooKeeper records it as master, and it follows \(follows.map(\.description) ?? "nobody")"
            } else if isRecorded, named == 0, all > 0 {
                "ZooKeeper records it as master, and none of \(all) sentinels does"
            } else if isRecorded, named < all {
                "ZooKeeper records it as master, and \(all - named) of \(all) sentinels name another"
            } else if !isRecorded, named > 0 {
                "\(named) of \(all) sentinels name it as master, and ZooKeeper does not"
            } else if !isRecorded, role == "master" {
                "it says it is master, and ZooKeeper does not"
            } else if role == "replica", let master = snapshot.record?.address, follows != master {
                "it follows \(follows.map(\.description) ?? "nobody"), not the recorded master"
            } else {
                nil
            }
    }
}
