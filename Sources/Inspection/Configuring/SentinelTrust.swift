public import Succession
public import Vocabulary

extension Snapshot {
    /// Why a registered sentinel is not told the servers' password; nil where it may be.
    public func objection(toTelling sentinel: Address) -> Objection? {
        switch distrust(of: sentinel) {
        case nil: nil
        case .open:
            Objection(
                .notAuthorised,
                "the sentinel \(sentinel) is not told the password: it lets everybody in, and ours ask for SENTINEL_PASSWORD; start "
                    + "it again with interrex sentinel, or say interrex forget \(sentinel)")
        case .unlisted:
            Objection(
                .notAuthorised,
                "the sentinel \(sentinel) is registered and not told the password: it has not the id of its node, or none of the "
                    + "others knows it; start it again with interrex sentinel, or, if it is a leftover, end it and say interrex "
                    + "forget \(sentinel)")
        }
    }

    /// The id under which a believed sentinel answered.
    public func sentinelID(of address: Address) -> String? {
        sentinels.first { $0.address == address }?.opinion?.id
    }
}
