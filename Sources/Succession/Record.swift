/// `/redis/master`: the recorded address, and the version that guards it.
public struct Record: Equatable, Sendable {
    public var address: Address
    public var version: Int32

    public init(_ address: Address, version: Int32) {
        self.address = address
        self.version = version
    }
}
