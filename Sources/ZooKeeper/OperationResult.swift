/// What one operation of a `multi` did.
public enum OperationResult: Equatable, Sendable {
    /// The new node's path, with the number that the server appended to a sequential one.
    case created(String)
    case set(Stat)
    case deleted
    case checked
}
