public import Vocabulary

/// A start that ZooKeeper has let through: what the server becomes.
public struct Start: Equatable, Sendable {
    public var ruling: Ruling
    public var record: Record?
    /// Of the mark that the server bears; nil where none is known.
    public var clusterID: String?
    /// What `/redis/master` says while this start is right; nil where nothing is recorded.
    public var startedUnder: Address?
    public var data: DataFate
    /// Our candidate's node, which nobody needs any more.
    public var candidate: String?

    init(_ ruling: Ruling, _ observation: Observation, _ data: LaunchData) {
        self.ruling = ruling
        record = observation.record
        clusterID = observation.mark.clusterID
        startedUnder = observation.record?.address
        if case .claim = ruling.decision { startedUnder = observation.me }
        self.data = .keep
        self.data = data.fate(following: master, observation)
    }

    /// Whom the server follows; nil for a master.
    public var master: Address? {
        if case .follow(let master) = ruling.decision { master } else { nil }
    }

    /// For the log.
    public var explanation: String {
        let what =
            switch ruling.decision {
            case .claim: "starting as master: nobody else is"
            case .resume: "starting as master: ZooKeeper names us and nobody holds fresher data"
            case .follow(let master): "starting as a replica of \(master)"
            case .stand, .wait, .refuse: "\(ruling.decision)"
            }
        let record = record.map { "\($0.address) is recorded" } ?? "nothing is recorded"
        return "\(what) (rule \(ruling.rule.rawValue); \(record))"
    }
}

/// The data in a server's folder, as a launch weighs it.
public struct LaunchData: Equatable, Sendable {
    public struct Copy: Equatable, Sendable {
        public var freshness: Freshness
        /// One line, where no server must start as master with it.
        public var problem: String?

        public init(_ freshness: Freshness, problem: String? = nil) {
            self.freshness = freshness
            self.problem = problem
        }
    }

    /// What the server would find at its start.
    public var inPlace: Copy
    /// The freshest of all copies: that one, or one that was set aside before.
    public var best: Copy
    public var isBestAside: Bool
    /// What a first synchronisation may have left that was broken off, where no server would load what is there.
    public var leftover: Freshness?

    /// - Parameter aside: a copy that was set aside and is fresher than what is in place.
    public init(inPlace: Copy, aside: Copy? = nil, leftover: Freshness? = nil) {
        self.inPlace = inPlace
        best = aside ?? inPlace
        isBestAside = aside != nil
        self.leftover = leftover
    }

    /// Data that is a part of the history of the master that is followed stays: until the server has a whole new copy,
    /// a cold start can use it.
    /// - Parameter master: nil for a server that becomes master itself.
    func fate(following master: Address?, _ observation: Observation) -> DataFate {
        guard let master else { return isBestAside ? .restore : .keep }
        if let problem = inPlace.problem {
            // A server would end at it, or overwrite what it passes over.
            let isLeft = leftover.map { observation.isContained($0, inHistoryOf: master) } ?? false
            return isLeft ? .keep : .setAside(because: problem)
        }
        if !inPlace.freshness.holdsData || observation.isContained(inPlace.freshness, inHistoryOf: master) {
            return .keep
        }
        return .setAside(because: "it is no part of the history of the master \(master), as far as is known")
    }
}

/// What becomes of the data in the folder, right before the server starts.
public enum DataFate: Equatable, Sendable {
    case keep
    case setAside(because: String)
    /// The best copy is put back in its place.
    case restore
}
