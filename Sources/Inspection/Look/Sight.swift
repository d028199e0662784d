public import Succession
public import Vocabulary

/// All that one look of an operator shows of a cluster: what a watcher would plan on, and what only people want to
/// know.
public struct Sight: Equatable, Sendable {
    /// As a watcher that leads sees it. Conditions that must have lasted are taken to have: nobody looked before.
    public var snapshot: Snapshot
    /// What redis-servers say of themselves; only those that let us in.
    public var servers: [Address: ServerFacts]
    /// The same of sentinels.
    public var sentinels: [Address: ServerFacts]
    /// By their numbers: the first one leads.
    public var watchers: [WatcherFacts]
    /// Nil where the cluster is not paused.
    public var pause: Pause?
    /// Nodes that others than the user of `ZK_AUTH` may change, or that belong to another user, each with the command
    /// that mends it.
    public var exposed: [BadNode] = []
    /// Launchers that wait in a cold start.
    public var candidates: [Candidate] = []
    /// The changes of the master, newest last.
    public var history: [HistoryEntry]
    /// When it was made: seconds since 1970, by this machine's clock.
    public var time: Double
    /// How long ago the recorded master became it; nil where the history does not tell.
    public var reign: Duration?

    public init(
        snapshot: Snapshot, servers: [Address: ServerFacts] = [:], sentinels: [Address: ServerFacts] = [:],
        watchers: [WatcherFacts] = [], pause: Pause? = nil, history: [HistoryEntry] = [], time: Double = 0,
        reign: Duration? = nil
    ) {
        self.snapshot = snapshot
        self.servers = servers
        self.sentinels = sentinels
        self.watchers = watchers
        self.pause = pause
        self.history = history
        self.time = time
        self.reign = reign
    }

    public var root: String { snapshot.mark.root }

    /// Every server that anybody names: the recorded master first, then by address.
    public var servedAddresses: [Address] {
        let named = Set(snapshot.liveMembers).union(snapshot.sentinels.opinions.flatMap(\.details.replicas))
            .union(snapshot.sentinels.opinions.compactMap(\.names))
        guard let master = snapshot.record?.address else { return named.sorted() }
        return [master] + named.subtracting([master]).sorted()
    }
}
