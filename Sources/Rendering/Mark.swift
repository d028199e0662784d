/// What tells a server of one cluster from any other Redis: the end of its `proc-title-template`.
///
/// It shows in `ps`, and `CONFIG GET proc-title-template` reads it from a redis-server (redis-sentinel accepts the
/// directive but has no `CONFIG`). The words are separated by spaces, so none of them may hold one.
public struct Mark: Equatable, Sendable {
    /// The root path of the cluster in ZooKeeper.
    public var root: String

    /// The name under which Sentinel monitors the cluster's master.
    public var masterName: String

    /// The random id of the cluster, or `-` while it is not known.
    public var clusterID: String

    /// The `replica-priority` that a replica gets once it has synchronised, where it starts with 0 until then; nil where 0 is
    /// the user's own word, or the priority is none of our business.
    public var awaitedPriority: Int?

    public init(root: String, masterName: String, clusterID: String = "-", awaitedPriority: Int? = nil) {
        self.awaitedPriority = awaitedPriority
        self.root = root
        self.masterName = masterName
        self.clusterID = clusterID
    }

    /// The value of `proc-title-template`. `{title}` and the two after it are Redis's own names.
    public var procTitle: String {
        "{title} {listen-addr} {server-mode} \(root) \(masterName) \(clusterID)"
            + (awaitedPriority.map { " awaits=\($0)" } ?? "")
    }
}

extension Mark {
    func validate() throws(RenderingError) {
        try Check.znodePath(root, name: "ZK_ROOT")
        try Check.masterName(masterName, name: "master_name")
        try Check.clusterID(clusterID, name: "cluster id")
    }
}
