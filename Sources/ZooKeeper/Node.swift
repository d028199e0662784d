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
