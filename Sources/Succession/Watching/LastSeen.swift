public import Vocabulary

/// What those said last that our own machine kept a watcher from asking: it is told to people and sets the pace, and is
/// no evidence of anything.
public struct LastSeen: Equatable, Sendable {
    public var instances: [Address: Instance]
    public var peers: [Address: PeerAnswer]
    /// All of them: those that could not be asked with what they said last.
    public var sentinels: Sentinels
    /// Whom nobody has been able to ask for so long, or ever, that nothing is known of them.
    public var unknown: Set<Address>

    public init(
        instances: [Address: Instance], peers: [Address: PeerAnswer] = [:], sentinels: Sentinels,
        unknown: Set<Address> = []
    ) {
        self.instances = instances
        self.peers = peers
        self.sentinels = sentinels
        self.unknown = unknown
    }
}

extension Snapshot {
    /// The cluster as it is known: this look, and what was said last where our own machine kept us from asking.
    ///
    /// Who could not be asked is as it was; nothing that changes a server, or what is recorded, is planned from this.
    public var asLastSeen: Snapshot {
        guard let lastSeen else { return self }
        var seen = self
        seen.lastSeen = nil
        seen.instances.merge(lastSeen.instances) { $1 }
        seen.peers.merge(lastSeen.peers) { $1 }
        seen.sentinels = lastSeen.sentinels
        seen.unregistered = Set(seen.sentinels.filter { !$0.isRegistered && $0.opinion != nil }.map(\.address))
        seen.unknown = lastSeen.unknown
        // Our connection to it told more than could be asked.
        if let master = record?.address, unasked.contains(master), masterWasRefused || masterHasCrashed {
            seen.instances[master] = Instance(.refused)
            seen.unknown.remove(master)
        }
        return seen
    }
}
