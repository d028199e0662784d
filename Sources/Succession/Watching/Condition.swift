public import Vocabulary

/// Something that must have been so for a while before a watcher acts on it.
///
/// Each is declared beside the behaviour that needs it, which also tells whether it holds
/// (`Behaviour.conditions(in:)`); those that several need, beside the word of the snapshot. The snapshot says for how
/// long it has held.
public struct Condition: Hashable, Sendable {
    /// What holds: a word or two, another one for each condition of any behaviour.
    public var name: String
    /// What it holds of: an address, a request's id; nil where it is about the whole cluster.
    public var subject: String?

    public init(_ name: String, of subject: String? = nil) {
        self.name = name
        self.subject = subject
    }

    public init(_ name: String, of address: Address) { self.init(name, of: address.description) }
}

extension Snapshot {
    /// Every condition of the built-in behaviours that holds in this snapshot.
    public var conditions: Set<Condition> {
        Behaviours.builtIn.reduce(into: []) { $0.formUnion($1.conditions(in: self)) }
    }

    /// Whether `condition` has held for `limit`.
    public func held(_ condition: Condition, for limit: Duration) -> Bool {
        held[condition].map { $0 >= limit } ?? false
    }
}
