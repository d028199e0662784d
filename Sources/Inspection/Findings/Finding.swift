/// Something that is wrong, with its cause and what to type next.
public struct Finding: Equatable, Sendable {
    public enum Weight: Int, Comparable, Sendable {
        /// To be known.
        case note
        /// The next failure would cost more than it must.
        case degraded
        /// Clients can't write.
        case outage

        public static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
    }

    /// One word with hyphens; of an alert its name.
    public var name: String
    /// An address, a path, the root; nil where only the text tells.
    public var subject: String?
    public var weight: Weight
    /// One line: what, where, why, what to do.
    public var text: String
    /// What to type next; none where only the text can tell.
    public var commands: [String]

    public init(
        _ name: String, about subject: String? = nil, _ weight: Weight, _ text: String, _ commands: [String] = []
    ) {
        self.name = name
        self.subject = subject
        self.weight = weight
        self.text = text
        self.commands = commands
    }
}

/// How a cluster is, in one word and one line.
public struct Verdict: Equatable, Sendable {
    public enum State: String, Sendable {
        case healthy, degraded
        case noMaster = "no-master"
    }

    public var state: State
    /// In words, for people.
    public var text: String

    public init(_ state: State, _ text: String) {
        self.state = state
        self.text = text
    }

    /// What a script is told: 0 healthy, 1 degraded, 2 no master.
    public var exitCode: Int32 {
        switch state {
        case .healthy: 0
        case .degraded: 1
        case .noMaster: 2
        }
    }
}
