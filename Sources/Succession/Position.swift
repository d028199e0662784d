/// How new data is: the reign under which it was last written, and how far it had come by then, read as Raft reads term and
/// index. Data written under a later reign is fresher; within a reign the higher offset is. It needs no clock.
public struct Position: Hashable, Codable, Sendable {
    /// The number of the reign. Every record, claim and succession takes the next one in its own transaction.
    public var epoch: Int
    /// `master_repl_offset`, in bytes.
    public var offset: Int64

    public init(epoch: Int, offset: Int64) {
        self.epoch = epoch
        self.offset = offset
    }
}

extension Position: Comparable {
    public static func < (one: Position, other: Position) -> Bool {
        (one.epoch, one.offset) < (other.epoch, other.offset)
    }
}
