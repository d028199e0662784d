import Vocabulary

/// How we stand with ZooKeeper: the session, our node there, and how old is what was read.
struct Standing: Equatable, Sendable {
    /// How long our node below `/redis/watchers` stays missing before it is entered again: somebody may be deleting the
    /// whole root, and could not where its watchers came back at once.
    static let entryDelay = Duration.seconds(1)

    private(set) var hasSession = false
    /// Whether the session has its connection: the lead is lost at once with it, and only read again.
    private(set) var isConnected = false
    private var session = 0
    /// Our node below `/redis/watchers` in this session.
    private(set) var node: String?
    /// Since when that node has been missing, or written to by somebody else; nil while it is as we left it.
    private var missing: Duration?
    private(set) var read: NodesRead?
    /// When it was read; nil where it must be read again.
    private var readAt: Duration?
    /// Whether a watch has fired since that reading began.
    private var isOld = false

    var isMissing: Bool { missing != nil }

    /// The lowest number leads.
    var leads: Bool { isConnected && node != nil && read?.isFirst ?? false }

    mutating func session(isOpen: Bool) {
        session += 1
        (hasSession, isConnected) = (isOpen, isOpen)
        (node, missing, readAt) = (nil, nil, nil)
    }

    mutating func connection(isUp: Bool) { (isConnected, readAt) = (isUp, nil) }

    mutating func nodeChanged() { isOld = true }

    /// What was done, or refused: either way the nodes may not be what they were.
    mutating func hasActed() { readAt = nil }

    /// For how long what was read may be used while no watch fires. They tell of every change; this is for one that got
    /// lost. A minute; of many clusters two are read a second.
    private static func life(clusters: Int) -> Duration { max(.seconds(60), .milliseconds(500) * clusters) }

    /// What is to be read; nil where what was read holds, or where nothing can be.
    /// - Parameter isQuiet: whether nothing has happened since the last pass. No watch has fired then.
    mutating func reading(isQuiet: Bool, clusters: Int, at now: Duration) -> Reading? {
        if isQuiet, !isOld, missing == nil, let read, read.isWhole, let readAt,
            now - readAt < Self.life(clusters: clusters)
        {
            return nil
        }
        (readAt, isOld) = (nil, false)
        let isLost = missing.map { now - $0 >= Self.entryDelay } ?? false
        return Reading(node: isLost ? nil : node, session: session, began: now)
    }

    /// Takes note of what was read. Without an answer the last reading stays, to go on showing what the servers say;
    /// nothing is done then.
    /// - Returns: whether it holds, and whether our node had to be made again.
    mutating func note(
        _ outcome: ReadingOutcome, of reading: Reading, at now: Duration
    ) -> (holds: Bool, isEnteredAgain: Bool) {
        // Another session may have begun meanwhile: what this one saw, and its node, are of the past then.
        guard reading.session == session else { return (false, false) }
        guard case .nodes(let read) = outcome else {
            if case .failed = outcome { self.read?.isFirst = false }
            return (false, false)
        }
        let isEnteredAgain = read.isEntered && missing != nil && reading.node == nil
        (node, self.read, readAt) = (read.node, read, isConnected ? reading.began : nil)
        missing = read.isEntered ? nil : missing ?? now
        return (isConnected, isEnteredAgain)
    }
}
