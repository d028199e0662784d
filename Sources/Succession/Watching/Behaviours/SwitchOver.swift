public import Vocabulary

/// Carries out what somebody asks for in `/redis/switchover`, or says why not.
struct SwitchOver: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        guard let request = snapshot.switchover else { return [] }
        if request.isNew { return [.requested(request.id)] }
        return request.state == .running ? [.unfinished(request.id)] : []
    }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let request = snapshot.switchover else { return [] }
        if request.state == .running { return snapshot.outcome(ofUnfinished: request).map { [.answer($0)] } ?? [] }
        guard request.isNew else { return [] }
        switch snapshot.step(of: request) {
        case .wait: return []
        case .begin(let target): return [.switchOver(request, to: target)]
        case .end(let state, let why):
            return [.answer(request.ended(state, why, from: snapshot.record?.address))]
        }
    }
}

extension Condition {
    /// A request of this id for another master waits to be begun: nothing counts for how long, but it is looked at
    /// again soon.
    static func requested(_ id: String) -> Condition { Condition("requested", of: id) }

    /// One was begun, and nobody has said what became of it.
    static func unfinished(_ id: String) -> Condition { Condition("unfinished", of: id) }
}

/// What a watcher makes of a request at this moment.
public enum SwitchoverStep: Equatable, Sendable {
    case begin(to: Address)
    /// Something is under way that will be over.
    case wait
    case end(Switchover.State, why: String)
}

extension Snapshot {
    /// So many bytes a target may lag behind, beside what comes in a second: it has to catch up while clients wait.
    static let switchoverLag: Int64 = 1_048_576

    public func step(of request: Switchover) -> SwitchoverStep {
        if let before = answered, before.id == request.id, let state = before.state {
            return .end(state, why: before.why ?? "it was asked for before")
        }
        if let field = request.badField { return .end(.refused, why: "its \(field) is not HOST:PORT") }
        let (to, awayFrom) = (request.to.flatMap { Address($0) }, request.awayFrom.flatMap { Address($0) })
        if isPaused {
            return .end(.refused, why: "the cluster is paused; remove \(mark.root)/paused first, or wait for its end")
        }
        if isExposed {
            return .end(
                .refused,
                why: "others than the user of ZK_AUTH may change \(mark.root), so nobody knows who asks; see the alerts"
            )
        }
        if isDisputed {
            return .end(.refused, why: "the members bear another id than \(mark.root)/cluster; see the alerts")
        }
        if let master = record?.address, answersMaster(master) {
            if to == master { return .end(.done, why: "\(master) is master already") }
            if let awayFrom, awayFrom != master { return .end(.done, why: "\(awayFrom) is not master, \(master) is") }
        }
        if isSwitchoverLate {
            return .end(
                .refused, why: "its time was over before it could begin: \(obstacle ?? "a failover was under way")")
        }
        // What was refused is never taken up again, and who could not be asked may be as it should.
        guard unasked.isEmpty else { return .wait }
        guard isSettled, reachesMajority, let master = record?.address, mayBeFollowed(master) else {
            return reachesMajority ? .wait : .end(.refused, why: obstacle ?? "the sentinels don't agree")
        }
        guard let to else {
            if let heir = furthest(of: liveMembers.filter { objection(to: $0, under: master) == nil }) {
                return .begin(to: heir)
            }
            return .end(.refused, why: "no replica of \(master) could take its place: \(objections(under: master))")
        }
        if let objection = objection(to: to, under: master) { return .end(.refused, why: objection) }
        return .begin(to: to)
    }

    /// Why this server can't take the master's place; nil where it can.
    private func objection(to target: Address, under master: Address) -> String? {
        guard liveMembers.contains(target) else {
            let replicas = liveMembers.filter { $0 != master }.map(\.description).joined(separator: ", ")
            return "\(target) is no member of this cluster; its replicas are \(replicas.isEmpty ? "none" : replicas)"
        }
        guard mayBeChanged(target) else { return "\(target) is another cluster's, or does not bear our mark" }
        guard let replication = replication(of: target), replication.master == master else {
            return "\(target) does not replicate from \(master)"
        }
        guard isPromotable(target) else {
            return replication.synchronised
                ? "\(target) has priority 0, so nobody may promote it"
                : "\(target) has never finished a synchronisation; wait until it has"
        }
        guard replication.isLinked else { return "the link of \(target) to \(master) is down" }
        guard case .master(let history) = answer(of: master) else { return "\(master) does not answer" }
        let lag = history.offset - replication.history.offset
        guard lag - Self.switchoverLag <= holdings?.rate ?? 0 else {
            return "\(target) is \(lag) bytes behind \(master); wait until it has caught up"
        }
        return nil
    }

    private func objections(under master: Address) -> String {
        let all = liveMembers.filter { $0 != master }.compactMap { objection(to: $0, under: master) }
        return all.isEmpty ? "there is none" : all.joined(separator: "; ")
    }

    /// Why nothing is settled, as far as that is known.
    private var obstacle: String? {
        if sentinels.isEmpty { return "no sentinel is registered" }
        if !reachesMajority { return "only \(sentinels.opinions.count) of \(sentinels.electorate) sentinels answer" }
        guard let master = record?.address else { return "no master is recorded" }
        guard answersMaster(master) else { return "the recorded master \(master) does not answer as master" }
        return isProven(master) ? nil : "the recorded master \(master) has neither a lease nor our mark"
    }

    /// Longer than a hand-over takes: it ends by itself once the pause of clients is over, and is recorded then, if at
    /// all.
    private static let unfinishedTime = Duration.seconds(3)

    /// What became of a request that somebody has begun; nil as long as that may be going on. What this watcher has
    /// answered it could not write down; else its watcher ended in the midst of it.
    fileprivate func outcome(ofUnfinished request: Switchover) -> Switchover? {
        if let answered, answered.id == request.id, answered.state != .running { return answered }
        guard held(.unfinished(request.id), for: Self.unfinishedTime), isSettled || isSwitchoverLate else { return nil }
        if let to = request.to, record?.address.description == to {
            return request.ended(.done, "\(to) is master; the watcher that did it ended before it could say so")
        }
        return request.ended(.failed, "the watcher that began it ended")
    }
}
