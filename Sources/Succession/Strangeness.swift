/// Why a Redis that answers is none of ours.
extension Sighting {
    /// What the mark of a server says against it, and what to check; nil where it bears ours, or none.
    public func strangeness(of address: Address) -> String? {
        guard case .mark(let its)? = instances[address]?.mark, !its.matches(mark) else { return nil }
        guard its.root == mark.root, its.masterName == mark.masterName else {
            return "\(address) bears MASTER_NAME \(its.masterName.shown) and ZK_ROOT \(its.root.shown), and ours are "
                + "\(mark.masterName) and \(mark.root): check MASTER_NAME and ZK_ROOT here and there"
        }
        return
            "\(address) bears the cluster id \(its.clusterID ?? "-"), and ours is \(mark.clusterID ?? "-"): it is another "
            + "cluster's server, or ZooKeeper was restored from elsewhere"
    }

    /// The first one of those that ZooKeeper names; nil where there is none.
    public var strangeness: String? {
        ([record?.address].compactMap(\.self) + members.sorted()).lazy.compactMap(strangeness(of:)).first
    }
}

extension Observation {
    /// A reason to wait or to refuse, and beside it what is wrong with a server that should be ours: a setting that differs looks
    /// like a dead master otherwise.
    public func explained(_ reason: Reason) -> String { strangeness.map { "\(reason); \($0)" } ?? "\(reason)" }
}

extension String {
    /// A word that a server sent, without its end where that is long.
    fileprivate var shown: String { utf8.count > 60 ? "\(prefix(50))…" : self }
}
