/// A configuration that sentinels are told: a master, and the epoch under which it is recorded.
public struct Announcement: Equatable, Sendable {
    public var master: Address
    public var epoch: Int
    /// Whom to tell.
    public var sentinels: [Address]

    public init(master: Address, epoch: Int, sentinels: [Address]) {
        self.master = master
        self.epoch = epoch
        self.sentinels = sentinels
    }
}
