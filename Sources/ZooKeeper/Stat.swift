internal import CZooKeeper

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
