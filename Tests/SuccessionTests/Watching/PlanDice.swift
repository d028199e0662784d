import Vocabulary

@testable import Succession

/// One throw for each dimension of a snapshot.
struct PlanDice {
    typealias Turn = @Sendable (inout Snapshot, inout SeededGenerator) -> Void
    private typealias D = PlanDimension

    /// Who is there.
    static let servers: [Turn] = [
        { s, dice in s.record = dice.oneIn(8) ? nil : Record(Cast.recorded, version: 6) },
        { s, dice in place(D.recordedServers.any(&dice), at: Cast.recorded, &s) },
        { s, dice in place(D.others.any(&dice), at: Cast.first, &s) },
        { s, dice in place(D.others.any(&dice), at: Cast.second, &s) },
        { s, dice in place(D.others.any(&dice), at: Cast.gone, &s) },
        { s, dice in s.instances[Cast.heir] = dice.oneIn(2) ? nil : Instance(Cast.master(), mark: D.marks.any(&dice)) },
        { s, dice in s.cluster = D.clusters.any(&dice) },
    ]

    /// What the watcher knows of itself and of the time before.
    static let circumstances: [Turn] = [
        { s, dice in s.followed = dice.oneIn(2) ? [:] : [Cast.first: Cast.recorded, Cast.second: Cast.recorded] },
        { s, dice in s.masterHasCrashed = dice.oneIn(2) },
        { s, dice in s.masterWasRefused = dice.oneIn(2) },
        { s, dice in s.masterHadLease = !dice.oneIn(4) },
        { s, dice in s.switchover = dice.oneIn(3) ? nil : PlanDimension.requests.any(&dice) },
        { s, dice in s.isSwitchoverLate = dice.oneIn(4) },
        { s, dice in s.leads = !dice.oneIn(8) },
        { s, dice in s.isPaused = dice.oneIn(8) },
        { s, dice in s.isDisputed = dice.oneIn(8) },
        { s, dice in s.isExposed = dice.oneIn(8) },
        { s, dice in
            let word = Cast.history(
                [Cast.line, Cast.otherLine].any(&dice), offset: [500, 1_000, 2_000].any(&dice), keys: !dice.oneIn(3))
            s.lastWord = dice.oneIn(3) ? nil : word
        },
        { s, dice in s.acceptsLoss = dice.oneIn(8) },
        { s, dice in s.acceptLossAfter = dice.oneIn(4) ? .seconds([5, 20, 7_200].any(&dice)) : nil },
        { s, dice in s.seen = dice.oneIn(2) ? nil : "2026-01-01T00:00:01Z" },
        { s, dice in s.badNodes = dice.oneIn(8) ? D.badNodes.any(&dice) : [] },
        { s, dice in s.held = D.helds.any(&dice) },
    ]

    /// What each sentinel says, one throw for all or for one.
    static let sentinels: [Turn] = [
        { s, dice in
            let name = D.names.any(&dice)
            some(&s, &dice) { $0.names = name }
        },
        { s, dice in
            let down = dice.oneIn(2)
            some(&s, &dice) { $0.subjectivelyDown = down }
        },
        { s, dice in
            let failover = dice.oneIn(2) ? nil : D.failovers.any(&dice)
            some(&s, &dice) { $0.failoverFor = failover }
        },
        { s, dice in
            let epoch = D.epochs.any(&dice)
            some(&s, &dice) { $0.epoch = epoch }
        },
        { s, dice in
            let peers = [0, 2, 2, 3, 5].any(&dice)
            some(&s, &dice) { $0.peers = peers }
        },
        { s, dice in
            let (link, reply) = (!dice.oneIn(3), Duration.seconds([0, 3, 4, 40].any(&dice)))
            some(&s, &dice) {
                $0.details.isDisconnected = link
                $0.details.lastReply = reply
            }
        },
        { s, dice in
            let quorum = !dice.oneIn(2)
            some(&s, &dice) { $0.details.hasQuorum = quorum }
        },
        { s, dice in
            let replicas = D.knownReplicas.any(&dice)
            some(&s, &dice) { $0.details.replicas = replicas }
        },
        { s, dice in
            let answer = D.peerAnswers.any(&dice)
            some(&s, &dice) { $0.details.sentinels.append(D.oldPeer) }
            s.peers[D.oldPeer] = answer
        },
        { s, dice in
            if dice.oneIn(2), let at = s.sentinels.indices.randomElement(using: &dice) {
                s.sentinels[at].opinion = nil
            }
        },
        { s, dice in
            if dice.oneIn(2), let last = s.sentinels.popLast() {
                s.peers[last.address] = D.peerAnswers.any(&dice)
            }
        },
        { s, dice in
            if dice.oneIn(2), let last = s.sentinels.last {
                s.leftovers = [last.address]
                s.peers[last.address] = D.peerAnswers.any(&dice)
            }
        },
        { s, dice in if dice.oneIn(16) { s.sentinels = [] } },
    ]

    static let all = servers + circumstances + sentinels

    static func place(_ neighbour: Neighbour, at address: Address, _ snapshot: inout Snapshot) {
        snapshot.instances[address] = neighbour.instance
        snapshot.members.removeAll { $0 == address }
        if neighbour.leased { snapshot.members.append(address) }
    }

    private static func some(
        _ snapshot: inout Snapshot, _ dice: inout SeededGenerator, _ change: (inout Opinion) -> Void
    ) {
        let number = dice.oneIn(2) ? nil : snapshot.sentinels.indices.randomElement(using: &dice)
        snapshot = snapshot.sentinel(number, change)
    }
}

extension SeededGenerator {
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

extension Array {
    func any(_ dice: inout SeededGenerator) -> Element { randomElement(using: &dice)! }
}
