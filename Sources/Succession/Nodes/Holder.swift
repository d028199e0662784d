public import Vocabulary

/// A member, and how much of the data it had when the leading watcher last looked.
public struct Holder: Codable, Hashable, Sendable {
    public var address: Address
    public var epoch: Int
    public var offset: Int64

    public init(_ address: Address, epoch: Int, offset: Int64) {
        self.address = address
        self.epoch = epoch
        self.offset = offset
    }

    private enum CodingKeys: String, CodingKey {
        case address = "at"
        case epoch = "e"
        case offset = "to"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        address = try fields.decodeAddress(forKey: .address)
        epoch = try fields.decode(Int.self, forKey: .epoch)
        offset = try fields.decode(Int64.self, forKey: .offset)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(address.description, forKey: .address)
        try fields.encode(epoch, forKey: .epoch)
        try fields.encode(offset, forKey: .offset)
    }
}

/// What a member's lease has to say of its disk.
public struct MemberDisk: Codable, Hashable, Sendable {
    public var address: Address
    /// How much was set aside there, and in how many copies.
    public var asideBytes: Int64
    public var asideCopies: Int
    /// Whether less than a tenth is free.
    public var isNearlyFull: Bool

    public init(_ address: Address, asideBytes: Int64 = 0, asideCopies: Int = 0, isNearlyFull: Bool = false) {
        self.address = address
        self.asideBytes = asideBytes
        self.asideCopies = asideCopies
        self.isNearlyFull = isNearlyFull
    }

    private enum CodingKeys: String, CodingKey {
        case address = "at"
        case asideBytes = "aside"
        case asideCopies = "copies"
        case isNearlyFull = "full"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        address = try fields.decodeAddress(forKey: .address)
        asideBytes = try fields.decode(Int64.self, forKey: .asideBytes)
        asideCopies = try fields.decode(Int.self, forKey: .asideCopies)
        isNearlyFull = try fields.decode(Bool.self, forKey: .isNearlyFull)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(address.description, forKey: .address)
        try fields.encode(asideBytes, forKey: .asideBytes)
        try fields.encode(asideCopies, forKey: .asideCopies)
        try fields.encode(isNearlyFull, forKey: .isNearlyFull)
    }

    /// Whether there is anything that an operator should know.
    public var isNotable: Bool { asideCopies > 0 || isNearlyFull }
}

extension KeyedDecodingContainer {
    fileprivate func decodeAddress(forKey key: Key) throws -> Address {
        guard let address = Address(try decode(String.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no host:port")
        }
        return address
    }
}
