import Succession
public import Vocabulary

/// What is left of a server or sentinel that is gone for good, and what it takes to forget it.
public struct ForgetPlan: Equatable, Sendable {
    public var address: Address
    /// The sentinels that know it, as a replica or as a peer.
    public var knownBy: [Address]
    /// Whether `/redis/cluster` counts it, as far as is known: it had data of the cluster, or sentinels know it as a
    /// replica. Both are so until it is forgotten, so it is not counted down twice.
    public var isCounted: Bool
    /// Its persistent node below `/redis/sentinels`, which no lease takes away.
    public var leftovers: [String]
    /// The identities of sentinels that were at its address last.
    public var identities: [String]

    public var isEmpty: Bool { knownBy.isEmpty && !isCounted && leftovers.isEmpty && identities.isEmpty }

    /// What was done by it.
    package func json(isDone: Bool) -> JSON {
        [
            "address": .string(address.description), "forgotten": .bool(isDone),
            "sentinels": .array(knownBy.map { .string($0.description) }), "counted": .bool(isCounted),
            "nodes": .array(
                (leftovers.map { "sentinels/\($0)" } + identities.map { "identities/\($0)" }).map { .string($0) }),
        ]
    }

    /// For a person who follows it.
    public var lines: [String] {
        [
            knownBy.isEmpty ? nil : knowers,
            leftovers.isEmpty ? nil : "its node below sentinels is deleted: no session ends it",
            identities.isEmpty ? nil : "its identity is deleted: no sentinel takes it over any more",
            isCounted ? "\(address) is taken out of the count of members last" : nil,
        ].compactMap(\.self)
    }

    private var knowers: String {
        knownBy.count == 1
            ? "sentinel \(knownBy.words) knows \(address), and is reset"
            : "sentinels \(knownBy.words) know \(address): reset one by one, each once the last has found everybody"
    }
}

extension Sight {
    /// - Parameters:
    ///   - answers: whether anybody answers at the address.
    ///   - leftovers: nodes below `/redis/sentinels` with this address that no session ends.
    ///   - identities: the names of sentinels' identities with this address.
    ///   - isUnderWay: whether sentinels are reset already: what is not settled then may be in a moment.
    /// - Throws: why it can't be gone, or must not be forgotten now.
    public func forgetPlan(
        _ address: Address, answers: Bool, leftovers: [String], identities: [String], isUnderWay: Bool = false
    ) throws(Objection) -> ForgetPlan {
        try checkThatThereIsACluster()
        try checkThatNodesAreOurs()
        if snapshot.record?.address == address {
            throw Objection("\(address) is the recorded master: another must be master first (interrex failover)")
        }
        if snapshot.isLeased(address)
            || snapshot.sentinels.contains(where: { $0.address == address && $0.isRegistered })
                && leftovers.isEmpty
        {
            throw Objection(
                "\(address) has a lease, so it lives or ended a moment ago: stop it first, or wait some seconds")
        }
        if answers, !snapshot.isStranger(address), snapshot.peers[address] != .stranger {
            throw Objection("\(address) answers, so it is not gone: stop it first")
        }
        let counted = snapshot.cluster?.holders.contains { $0.address == address } ?? false
        let isReplica = snapshot.sentinels.opinions.contains { $0.details.replicas.contains(address) }
        let plan = ForgetPlan(
            address: address, knownBy: snapshot.sentinelsKnowing(address),
            isCounted: (counted || isReplica)
                && snapshot.cluster.map { $0.members > snapshot.liveMembers.count } ?? false
                || counted,
            leftovers: leftovers, identities: identities)
        if isUnderWay { return plan }
        if snapshot.isKept(address) {
            throw Objection(
                "\(address) can't be forgotten while so few sentinels answer: one that is reset knows nobody for some seconds, and "
                    + "the others would reach no quorum meanwhile; start another sentinel first (interrex sentinel), then say this "
                    + "again")
        }
        if plan.isCounted,
            !([snapshot.record?.address].compactMap(\.self) + snapshot.liveMembers)
                .contains(where: snapshot.isLiveMaster)
        {
            throw Objection(
                "nobody answers as master, and a cold start waits for as many members as are counted: say interrex accept-loss where "
                    + "\(address) can't come back, and this once there is a master")
        }
        if !plan.knownBy.isEmpty, !snapshot.isSettled {
            throw Objection(
                "the sentinels that know \(address) can't be reset now: the master does not answer, or a sentinel is silent or "
                    + "names another; see interrex status")
        }
        return plan
    }
}
