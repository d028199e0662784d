public import Vocabulary

/// Whether somebody would take the recorded master's place if it failed at this moment.
extension Snapshot {
    /// How many replicas there should be: one less than `/redis/cluster` counts members; nil where nobody has counted.
    public var expectedReplicas: Int? { cluster.map { max(0, $0.members - 1) } }

    /// Live members of ours that replicate from the recorded master over a link that is up; none while that does not
    /// answer.
    public var linkedReplicas: [Address] {
        guard let master = answeringMaster else { return [] }
        return liveMembers.filter { isOurs($0) && isLinked($0, to: master) }
    }

    func isLinked(_ member: Address, to master: Address) -> Bool {
        replication(of: member).map { $0.master == master && $0.isLinked } ?? false
    }

    /// The recorded master, where it answers master and is no stranger.
    var answeringMaster: Address? {
        record.flatMap { answersMaster($0.address) && !isStranger($0.address) ? $0.address : nil }
    }

    /// Those that could be promoted in its place: linked to it as long as it answers.
    public var heirs: [Address] {
        guard let master = record?.address else { return [] }
        let promotable = promotableReplicas(of: master)
        return answeringMaster == nil ? promotable : promotable.filter { isLinked($0, to: master) }
    }

    /// Why nobody would replace the recorded master if it failed now, a line each; empty where somebody would: a
    /// replica could be promoted, and a majority of the sentinels could agree on it.
    public var failoverObstacles: [String] {
        guard let master = record?.address else { return ["no master is recorded in \(mark.root)/master"] }
        let obstacles = [
            isStranger(master) ? "the recorded master \(master) is a server of another cluster" : nil,
            votingObstacle, quorumObstacle, namingObstacle(master), heirObstacle ?? sightObstacle,
        ]
        let found = obstacles.compactMap(\.self)
        guard !found.isEmpty, !unknown.isEmpty else { return found }
        return ["it is not known: this watcher can't ask \(unknown.count) servers and sentinels"]
    }

    private var votingObstacle: String? {
        if sentinels.isEmpty { return "no sentinel is registered" }
        guard !reachesMajority else { return nil }
        return "only \(sentinels.opinions.count) of \(sentinels.electorate) sentinels answer, which is no majority"
    }

    /// One sentinel that reaches its quorum begins a failover; the others only vote.
    private var quorumObstacle: String? {
        let opinions = sentinels.opinions
        guard reachesMajority, !opinions.contains(where: \.details.hasQuorum) else { return nil }
        let needed = opinions.map(\.details.quorum).min() ?? 0
        return "no sentinel can reach its quorum: \(needed) must agree, \(opinions.count) answer"
    }

    private func namingObstacle(_ master: Address) -> String? {
        guard reachesMajority, sentinels.majorityAddress != master else { return nil }
        return "no majority of the sentinels monitors the recorded master \(master)"
    }

    private var heirObstacle: String? { heirs.isEmpty ? "no replica could be promoted: \(whyNoHeir)" : nil }

    /// Each member that is none, with the reason.
    var whyNoHeir: String {
        guard let master = record?.address else { return "no master is recorded" }
        let others = liveMembers.filter { $0 != master }
        guard !others.isEmpty else { return "there is none" }
        let reasons = others.prefix(Self.namedAlerts).map { "\($0) \(whyNotPromoted($0, after: master))" }
        return reasons.joined(separator: ", ")
    }

    private func whyNotPromoted(_ member: Address, after master: Address) -> String {
        guard !isStranger(member), let replication = replication(of: member) else {
            return answersMaster(member) && !isStranger(member) ? "is a master itself" : state(of: member)
        }
        if replication.master != master {
            return "replicates from \(replication.master.map(\.description) ?? "nobody")"
        }
        if !replication.synchronised { return "has not finished its synchronisation" }
        if !replication.isLinked { return "has lost its link" }
        if replication.priority == 0 { return "has replica-priority 0" }
        return "has neither our mark nor a lease"
    }

    /// Those that we would promote, and Sentinel would not: it does not know them (it asks the master every ten
    /// seconds), or considers them down. A crash we see ourselves; a master that freezes is left to Sentinel.
    var sightObstacle: String? {
        guard reachesMajority, answeringMaster != nil else { return nil }
        let heirs = Set(heirs)
        let isSeen = sentinels.opinions.contains { opinion in
            opinion.names == record?.address
                && !heirs.intersection(opinion.details.replicas).isSubset(of: opinion.details.barred)
        }
        return isSeen ? nil : "no sentinel knows a replica that it would promote, though there is \(list(heirs))"
    }
}
