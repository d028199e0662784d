public import Vocabulary

extension ClusterRecord {
    /// The same without this member.
    /// - Parameter live: how many members there are at least.
    public func without(_ address: Address, live: Int) -> ClusterRecord {
        var next = self
        next.members = max(live, members - 1)
        next.holders = holders.filter { $0.address != address }
        next.disks = disks.filter { $0.address != address }
        return next
    }
}
