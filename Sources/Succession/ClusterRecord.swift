/// The data of `/redis/cluster`: who the cluster is, and what the leading watcher last saw of it.
public struct ClusterRecord: Codable, Equatable, Sendable {
    /// Random, given by the first claim, never changed: part of every server's mark.
    public var id: String
    /// How many members there were.
    public var members: Int
    /// The master's replication id (`master_replid` of `INFO replication`).
    public var replicationID: String?
    /// The configuration epoch under which the sentinels named that master.
    public var epoch: Int?

    public init(id: String, members: Int, replicationID: String? = nil, epoch: Int? = nil) {
        self.id = id
        self.members = members
        self.replicationID = replicationID
        self.epoch = epoch
    }

    private enum CodingKeys: String, CodingKey {
        case id, members, epoch
        case replicationID = "replication_id"
    }

    /// The record as JSON, keys sorted. Every launch writes it, and no field can hold what JSON would have to escape, so
    /// the encoder's start-up (1 ms of a launch) is left out.
    public var json: String {
        let fields = [
            epoch.map { #""epoch":\#($0)"# }, #""id":"\#(id)""#, #""members":\#(members)"#,
            replicationID.map { #""replication_id":"\#($0)""# },
        ]
        return "{\(fields.compactMap(\.self).joined(separator: ","))}"
    }

    /// - Throws: `BadZnode` where a field can't be what we wrote. The id goes into rendered files, so it is held to a
    ///   grammar of its own.
    public func validated() throws(BadZnode) -> ClusterRecord {
        guard Self.isID(id) else { throw BadZnode("its id is not 8 to 64 letters, digits or hyphens") }
        guard (0...100_000).contains(members) else { throw BadZnode("its number of members is not from 0 to 100000") }
        if let replicationID, !isReplicationID(replicationID) {
            throw BadZnode("its replication id is not 40 hexadecimal digits")
        }
        if let epoch, epoch < 0 { throw BadZnode("its epoch is negative") }
        return self
    }

    static func isID(_ text: some StringProtocol) -> Bool {
        (8...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
    }
}

/// Redis's replication ids: 40 hexadecimal digits (`CONFIG_RUN_ID_SIZE`).
public func isReplicationID(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy(isHexDigit)
}
