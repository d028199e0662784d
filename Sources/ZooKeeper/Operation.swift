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
