internal import CZooKeeper

/// A watch that fired. It says that something changed, not what it is now: read again, which also sets the next watch.
public struct WatchEvent: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// A node whose absence was watched by `exists` is there.
        case created
        case deleted
        /// The data is new.
        case changed
        /// A child came or went.
        case children
    }

    public var path: String
    public var kind: Kind

    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension WatchEvent.Kind {
    init?(type: Int32) {
        switch type {
        case ZOO_CREATED_EVENT: self = .created
        case ZOO_DELETED_EVENT: self = .deleted
        case ZOO_CHANGED_EVENT: self = .changed
        case ZOO_CHILD_EVENT: self = .children
        default: return nil
        }
    }
}
