import Glibc

/// What HTTP may use of the process: clients must never take what the watcher needs to see its clusters.
struct HTTPLimits: Equatable, Sendable {
    /// Open connections.
    var connections: Int
    /// Open event streams, and those of one client address. A proxy in front may be the only client.
    var streams: Int
    var streamsPerClient: Int
    /// A new connection's first request must have come by then, and each request must be complete so long after it
    /// began.
    var requestTime = Duration.seconds(10)
    /// An idle connection is closed after this; Prometheus's default is to ask every minute.
    var idleTime = Duration.seconds(90)
    /// A client that takes nothing of what is sent for so long is given up.
    var stallTime = Duration.seconds(20)
    /// What is closed after its answer waits so long for the client to close its side.
    var lingerTime = Duration.seconds(1)
    /// The request line and all header fields; 100 fields at most.
    static let headerBytes = 16_384
    /// What the kernel may hold of an answer that nobody takes.
    static let sendBuffer = 32_768

    init(connections: Int, streams: Int? = nil, streamsPerClient: Int? = nil) {
        self.connections = connections
        // The rest can always be made free for a new client.
        self.streams = streams ?? min(256, connections / 2)
        self.streamsPerClient = streamsPerClient ?? max(1, self.streams / 2)
    }

    /// What is left of the files that the process may open, `reserve` of which HTTP leaves alone.
    init(descriptors: Int, reserve: Int) {
        self.init(connections: min(1_024, max(8, descriptors - reserve)))
    }

    /// How many descriptors HTTP leaves alone: those that are open when it begins (standard streams, loops, libraries),
    /// ZooKeeper's and those of short errands; for each cluster a connection or two to each of its servers and
    /// sentinels, with as many again for those that come and go; those of hooks that run; and those of clients that are
    /// about to be turned away.
    static func reserve(open: Int, clusters: Int, hasHooks: Bool) -> Int {
        open + 16 + 20 * max(1, clusters) + (hasHooks ? HookSchedule.places * HookSchedule.descriptors : 0)
            + AcceptGate.changing
    }

    /// How many descriptors are open. The first thousand are looked at: later ones come only after a process has begun
    /// its work.
    static var open: Int { (0..<min(Int32(clamping: descriptors), 1_024)).count { fcntl($0, F_GETFD) >= 0 } }

    /// How many files this process may open.
    static var descriptors: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        return Int(clamping: limit.rlim_cur)
    }
}
