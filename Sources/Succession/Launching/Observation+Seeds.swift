import Vocabulary

/// Whom a new sentinel is told of as the replicas of its master.
extension Observation {
    /// Servers of ours that bear our mark and follow somebody of whom nothing is known: whether that one is gone
    /// decides about them, so it is asked before the seeds are chosen.
    var unaskedMasters: Set<Address> {
        Set(liveMembers.filter(bearsOurMark).compactMap { replication(of: $0)?.master })
            .subtracting(instances.keys).subtracting([me])
    }

    /// The replicas that a sentinel of `master` is told of.
    ///
    /// It has each of them follow `master`, whatever that one holds, and sends it the password. A node may outlive its
    /// server, and another cluster's replica may have the port by then: only a server that is proven ours, and that
    /// follows this master, another server of ours or, by its own mark ours, nobody who lives.
    func seeds(of master: Address) -> [Address] {
        liveMembers.filter { member in
            guard member != master, isProven(member), let followed = replication(of: member)?.master else {
                return false
            }
            if followed == master || isProven(followed) { return true }
            return bearsOurMark(member) && instances[followed] != nil && isDead(followed)
        }
    }
}
