internal import CZooKeeper

/// One part of a `multi`, in which all take effect or none does.
public enum Operation: Equatable, Sendable {
    case create(String, [UInt8], CreateMode)
    /// Without a version the data is replaced whatever the version is.
    case set(String, [UInt8], version: Int32?)
    case delete(String, version: Int32?)
    /// Fails the whole `multi` unless the node has this version.
    case check(String, version: Int32)

    public var path: String {
        switch self {
        case .create(let path, _, _), .set(let path, _, _), .delete(let path, _), .check(let path, _): path
        }
    }
}

/// What one operation of a `multi` did.
public enum OperationResult: Equatable, Sendable {
    /// The new node's path, with the number that the server appended to a sequential one.
    case created(String)
    case set(Stat)
    case deleted
    case checked
}

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

/// How long a write is on the wire, in bytes, without the length in front of it: what a server compares with its
/// `jute.maxbuffer`. Numbers are those of zookeeper.jute: 4 for an integer or a length, 1 for a boolean.
enum RequestSize {
    static func bytes(_ operations: [Operation], chroot: String, acl: ACL, isMulti: Bool) -> Int {
        // A request's header is a number and a type; a multi has a type, a boolean and an error before each operation,
        // and once more at its end.
        let header = 8
        let separator = isMulti ? 9 : 0
        return operations.reduce(header + separator) { sum, operation in
            let path = 4 + chroot.utf8.count + operation.path.utf8.count
            let rest =
                switch operation {
                case .create(_, let data, _): 4 + data.count + self.bytes(acl) + 4
                case .set(_, let data, _): 4 + data.count + 4
                case .delete, .check: 4
                }
            return sum + separator + path + rest
        }
    }

    private static func bytes(_ acl: ACL) -> Int {
        acl.entries.reduce(4) { $0 + 4 + 4 + $1.scheme.utf8.count + 4 + $1.id.utf8.count }
    }
}
