/// What a cluster was last seen to hold: nobody begins behind it without somebody's word.
public struct Holdings: Codable, Equatable, Sendable {
    /// The reign under which it was written.
    public var epoch: Int
    /// `master_repl_offset` of its master, in bytes.
    public var offset: Int64
    /// How many bytes come in a second, where that goes on for longer: so far a passport may lag behind its files.
    public var rate: Int64
    public var keys: Int64
    /// Whether any member kept it on disk; what was in memory alone can't come back.
    public var isKept: Bool
    /// When: RFC 3339, UTC.
    public var seen: String

    public init(epoch: Int, offset: Int64, rate: Int64 = 0, keys: Int64, isKept: Bool = true, seen: String) {
        self.epoch = epoch
        self.offset = offset
        self.rate = rate
        self.keys = keys
        self.isKept = isKept
        self.seen = seen
    }

    private enum CodingKeys: String, CodingKey {
        case epoch, offset, rate, keys, seen
        case isKept = "kept"
    }

    public var position: Position { Position(epoch: epoch, offset: offset) }

    /// What two members with the same writes may differ in: pings of the replication link, seen at different moments.
    public static let noise: Int64 = 256

    /// Whether a copy at `position` lacks more than the last second of writes.
    public func isAhead(of position: Position) -> Bool {
        if position.epoch != epoch { return position.epoch < epoch }
        // A number that came over the network must not overflow.
        let (distance, overflows) = offset.subtractingReportingOverflow(position.offset)
        return overflows ? offset > position.offset : distance > Self.noise && distance - Self.noise > rate
    }
}
