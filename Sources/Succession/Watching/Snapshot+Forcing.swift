public import Vocabulary

/// What stands against a person's word that another be master by force, whatever the person knows.
extension Snapshot {
    /// Why nobody may be made master by force at this moment, and what to do instead; nil where nothing is known
    /// against it. One line.
    public func objection(toForcing heir: Address) -> String? {
        if let objectionToSilence { return objectionToSilence }
        if anyFailover {
            return "a sentinel reports a failover in progress, and two must never overlap: wait until it is over"
        }
        if let master = record?.address, master != heir, isHeardElsewhere(master) {
            return
                "a majority of the sentinels has just heard the recorded master \(master), so it serves whoever reaches it: mend "
                + "the network from here to it, or stop its process first; where it hangs, Sentinel replaces it by itself"
        }
        if let named = sentinels.majorityAddress, named != record?.address, named != heir, !isDead(named) {
            return
                "a majority of the sentinels names \(named), which may be master: see interrex status; where it must not be, stop "
                + "its process first"
        }
        if isElectionNear {
            return
                "Sentinel is about to replace the master by itself, and two changes must never overlap: wait for it, and say "
                + "interrex status"
        }
        return nil
    }

    /// Why nothing may rest on who was silent in this look: this machine lacked something. Nil where all were asked.
    public var objectionToSilence: String? {
        guard !unasked.isEmpty else { return nil }
        let names = unasked.sorted().map(\.description).joined(separator: ", ")
        return "this machine could not ask \(names): \(shortage ?? "it lacks something"); mend that first"
    }

    /// Whether a majority of the sentinels has just heard this master.
    public func isHeardBySentinels(_ master: Address) -> Bool {
        let hearing = sentinels.opinions.count { opinion in
            opinion.names == master && !opinion.subjectivelyDown && !opinion.details.isDisconnected
                && opinion.details.lastReply < Self.longestPing
        }
        return sentinels.isMajority(hearing)
    }

    /// Sentinel asks its master once a second.
    private static let longestPing = Duration.seconds(2)

    /// Whether it is we alone who can't reach it. One that loads answers the sentinels, and serves nobody.
    private func isHeardElsewhere(_ master: Address) -> Bool {
        guard !isStranger(master), [.silent, .refused].contains(answer(of: master)) else { return false }
        return isHeardBySentinels(master)
    }

    /// Whether the sentinels may begin an election before a change of ours is known to them, and have somebody whom
    /// they would promote. Where they lack a quorum, or all whom they would, they can't help themselves.
    private var isElectionNear: Bool {
        guard reachesMajority, !mayStillBegin else { return false }
        let able = sentinels.opinions.map(\.details).filter(\.hasQuorum)
        return liveMembers.contains { member in
            isPromotable(member) && able.contains { $0.replicas.contains(member) && !$0.barred.contains(member) }
        }
    }
}
