internal import CZooKeeper

/// How long a created znode lives, and whether the server appends a number to its name.
public enum CreateMode: Equatable, Sendable {
    case persistent
    /// Lives until it is deleted or its session ends; can't have children.
    case ephemeral
    /// The server appends ten digits that only grow under one parent.
    case persistentSequential
    case ephemeralSequential

    var flags: Int32 {
        switch self {
        case .persistent: ZOO_PERSISTENT
        case .ephemeral: ZOO_EPHEMERAL
        case .persistentSequential: ZOO_PERSISTENT_SEQUENTIAL
        case .ephemeralSequential: ZOO_EPHEMERAL_SEQUENTIAL
        }
    }
}
