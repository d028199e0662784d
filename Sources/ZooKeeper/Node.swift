internal import CZooKeeper

/// A znode's data and metadata, read together.
public struct Node: Equatable, Sendable {
    /// The data; empty for a node that has none (NULL).
    public var data: [UInt8]
    public var stat: Stat

    public init(data: [UInt8], stat: Stat) {
        self.data = data
        self.stat = stat
    }
}

/// A znode's metadata.
public struct Stat: Equatable, Sendable {
    /// The transaction that created the node.
    public var czxid: Int64
    /// The transaction that last changed its data.
    public var mzxid: Int64
    /// The transaction that last changed its list of children.
    public var pzxid: Int64
    /// Counts changes of the data, from 0; starts again when the node is deleted and created.
    public var version: Int32
    /// Counts changes of the list of children.
    public var childVersion: Int32
    /// Counts changes of the ACL.
    public var aclVersion: Int32
    /// The session that an ephemeral node lives with; 0 for a persistent one.
    public var ephemeralOwner: Int64
    /// Bytes of data.
    public var dataLength: Int
    public var childCount: Int
    /// Milliseconds since 1970, by the server's clock.
    public var created: Int64
    /// Milliseconds since 1970, by the server's clock.
    public var modified: Int64

    public init(
        czxid: Int64 = 0, mzxid: Int64 = 0, pzxid: Int64 = 0, version: Int32 = 0, childVersion: Int32 = 0,
        aclVersion: Int32 = 0, ephemeralOwner: Int64 = 0, dataLength: Int = 0, childCount: Int = 0,
        created: Int64 = 0, modified: Int64 = 0
    ) {
        self.czxid = czxid
        self.mzxid = mzxid
        self.pzxid = pzxid
        self.version = version
        self.childVersion = childVersion
        self.aclVersion = aclVersion
        self.ephemeralOwner = ephemeralOwner
        self.dataLength = dataLength
        self.childCount = childCount
        self.created = created
        self.modified = modified
    }

    init(_ stat: CZooKeeper.Stat) {
        self.init(
            czxid: stat.czxid, mzxid: stat.mzxid, pzxid: stat.pzxid, version: stat.version,
            childVersion: stat.cversion, aclVersion: stat.aversion, ephemeralOwner: stat.ephemeralOwner,
            dataLength: Int(stat.dataLength), childCount: Int(stat.numChildren), created: stat.ctime,
            modified: stat.mtime)
    }
}

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
