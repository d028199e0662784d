import Vocabulary

/// The data of `/redis/cluster`: who the cluster is, which reign it is in, and what was last seen of it.
///
/// A claim, a record and a resumed start begin a reign in their own transaction. During it the master's lease and the
/// leading watcher keep what the cluster holds; the leading watcher counts the members.
public struct ClusterRecord: Codable, Equatable, Sendable {
    /// Random, given by the first claim, never changed: part of every server's mark.
    public var id: String
    /// How many members there were.
    public var members: Int
    /// The number of the reign that goes on.
    public var epoch: Int
    /// The highest epoch under which the sentinels have named its master in this reign, or are to be told of it; nil
    /// where neither is known.
    public var sentinelEpoch: Int?
    /// `master_replid` of its master; nil until it was seen.
    public var replicationID: String?
    /// What it holds, or held in a reign before as long as the one that goes on does not count (`HoldingsDraft`); nil
    /// until that was seen.
    public var holdings: Holdings?
    /// The reigns before it of which it holds something, the newest last, at most `reignLimit`.
    public var reigns: [Reign]
    /// Who had how much, at most `holderLimit`.
    public var holders: [Holder]
    /// What members have to say of their disks, at most `holderLimit`; who has nothing to say is not among them.
    public var disks: [MemberDisk]
    /// Since when a launcher that may begin with less after a while has seen no master, in milliseconds by ZooKeeper's
    /// clock.
    public var missingSince: Int64?

    /// How many bytes of it are read, at most.
    public static let byteLimit = 8_192
    public static let reignLimit = 16
    public static let holderLimit = 16

    public init(
        id: String, members: Int, epoch: Int = 0, sentinelEpoch: Int? = nil, replicationID: String? = nil,
        holdings: Holdings? = nil, reigns: [Reign] = [], holders: [Holder] = [], disks: [MemberDisk] = [],
        missingSince: Int64? = nil
    ) {
        self.id = id
        self.members = members
        self.epoch = epoch
        self.sentinelEpoch = sentinelEpoch
        self.replicationID = replicationID
        self.holdings = holdings
        self.reigns = reigns
        self.holders = holders
        self.disks = disks
        self.missingSince = missingSince
    }

    private enum CodingKeys: String, CodingKey {
        case id, members, epoch, reigns, holders, disks
        case sentinelEpoch = "sentinel_epoch"
        case replicationID = "replication_id"
        case holdings = "holds"
        case missingSince = "missing_since"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        members = try fields.decode(Int.self, forKey: .members)
        epoch = try fields.decodeIfPresent(Int.self, forKey: .epoch) ?? 0
        sentinelEpoch = try fields.decodeIfPresent(Int.self, forKey: .sentinelEpoch)
        replicationID = try fields.decodeIfPresent(String.self, forKey: .replicationID)
        holdings = try fields.decodeIfPresent(Holdings.self, forKey: .holdings)
        reigns = try fields.decodeIfPresent([Reign].self, forKey: .reigns) ?? []
        holders = try fields.decodeIfPresent([Holder].self, forKey: .holders) ?? []
        disks = try fields.decodeIfPresent([MemberDisk].self, forKey: .disks) ?? []
        missingSince = try fields.decodeIfPresent(Int64.self, forKey: .missingSince)
    }

    /// As the node has it. Every launch reads or writes it: Foundation's encoder would take a millisecond to start.
    public var json: String {
        let fields: [(String, JSON)?] = [
            ("epoch", .number(epoch)), list("disks", disks.map(\.json)), list("holders", holders.map(\.json)),
            holdings.map { ("holds", $0.json) }, ("id", .string(id)), ("members", .number(members)),
            missingSince.map { ("missing_since", .number(Int($0))) }, list("reigns", reigns.map(\.json)),
            replicationID.map { ("replication_id", .string($0)) },
            sentinelEpoch.map { ("sentinel_epoch", .number($0)) },
        ]
        return JSON.object(fields.compactMap(\.self)).text { $0 }
    }

    private func list(_ name: String, _ elements: [JSON]) -> (String, JSON)? {
        elements.isEmpty ? nil : (name, .array(elements))
    }

    /// - Throws: `BadZnode` where a field can't be what we wrote. The id goes into rendered files, so it is held to a
    ///   grammar of its own.
    public func validated() throws(BadZnode) -> ClusterRecord {
        guard Mark.isClusterID(id) else { throw BadZnode("its id is not 8 to 64 letters, digits or hyphens") }
        guard (0...100_000).contains(members) else { throw BadZnode("its number of members is not from 0 to 100000") }
        guard ([replicationID].compactMap(\.self) + reigns.map(\.replicationID)).allSatisfy({ isReplicationID($0) })
        else {
            throw BadZnode("a replication id is not 40 hexadecimal digits")
        }
        let epochs = [epoch, sentinelEpoch ?? 0, holdings?.epoch ?? 0] + reigns.map(\.epoch) + holders.map(\.epoch)
        // Room is left for the next one, whoever wrote this one.
        guard epochs.allSatisfy({ (0..<Self.highestEpoch).contains($0) }) else {
            throw BadZnode("an epoch is negative or too high")
        }
        guard reigns.count <= Self.reignLimit, max(holders.count, disks.count) <= Self.holderLimit else {
            throw BadZnode("it lists more than it may")
        }
        let amounts = [holdings?.offset, holdings?.rate, holdings?.keys, missingSince].compactMap(\.self)
        let sizes = disks.map(\.asideBytes) + disks.map { Int64($0.asideCopies) }
        guard (amounts + sizes + reigns.map(\.until) + holders.map(\.offset)).allSatisfy({ $0 >= 0 }) else {
            throw BadZnode("a number is negative")
        }
        if let seen = holdings?.seen, seen.utf8.count > 40 || !seen.utf8.allSatisfy(Self.isTimeByte) {
            throw BadZnode("its time is none")
        }
        return self
    }

    /// Sentinel's epochs are of 64 bits; nobody counts that far, but a hostile number must leave room for the next.
    static let highestEpoch = 1 << 53

    private static func isTimeByte(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "-:.+".utf8.contains(byte)
    }
}

extension Holdings {
    fileprivate var json: JSON {
        [
            "epoch": .number(epoch), "keys": .number(Int(keys)), "kept": .bool(isKept), "offset": .number(Int(offset)),
            "rate": .number(Int(rate)), "seen": .string(seen),
        ]
    }
}

extension Holder {
    fileprivate var json: JSON {
        ["at": .string(address.description), "e": .number(epoch), "to": .number(Int(offset))]
    }
}

extension MemberDisk {
    fileprivate var json: JSON {
        [
            "aside": .number(Int(asideBytes)), "at": .string(address.description), "copies": .number(asideCopies),
            "full": .bool(isNearlyFull),
        ]
    }
}

extension Reign {
    fileprivate var json: JSON {
        ["e": .number(epoch), "id": .string(replicationID), "to": .number(Int(until))]
    }
}

/// Redis's replication ids: 40 hexadecimal digits (`CONFIG_RUN_ID_SIZE`).
public func isReplicationID(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy(\.isHexDigit)
}
