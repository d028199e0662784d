import Succession
public import Vocabulary
import ZooKeeper

/// A sentinel's identity: `/redis/identities/<uuid>`, used by one sentinel at a time.
///
/// Redis never forgets a sentinel, and its failover needs a majority of all ever known. So a new sentinel takes over
/// the identity of a dead one, and its peers see a moved sentinel instead of one more.
public struct Identity: Equatable, Sendable {
    public var id: String
    /// Where the sentinel was that used it last.
    public var address: Address
    public var version: Int32
    /// Whether a sentinel uses it.
    public var isLocked: Bool

    /// The `sentinel myid` that goes with an identity: its UUID's 32 hex digits and eight zeros.
    public static func runID(_ id: String) -> String { SentinelClaim.runID(of: id) }

    /// The identity that goes with a `sentinel myid`; nil for one that is none of ours.
    public static func id(ofRunID text: String) -> String? {
        guard text.utf8.count == 40, text.hasSuffix("00000000") else { return nil }
        var id = ""
        for (index, digit) in text.dropLast(8).enumerated() {
            if [8, 12, 16, 20].contains(index) { id += "-" }
            id.append(digit)
        }
        return UUIDText.isValid(id) ? id : nil
    }
}

extension Registry {
    /// All identities that can be used. The others are nobody's: a sentinel takes another, or makes one.
    public func identities() async throws -> [Identity] {
        let reading = try await readIdentities()
        notes.tell(of: reading.bad, below: paths.root)
        return reading.values
    }

    func readIdentities() async throws -> Reading<Identity> {
        try await reading(below: paths.identities) { name, node throws(BadZnode) in try Self.identity(name, node) }
    }

    static func identity(_ name: String, _ node: Node) throws(BadZnode) -> Identity {
        guard UUIDText.isValid(name) else { throw BadZnode("its name is no UUID") }
        return Identity(
            id: name, address: try Address(znode: node.data), version: node.stat.version,
            isLocked: node.stat.childCount > 0)
    }

    /// Takes `identity` for the sentinel at `address`, in one transaction: set at the version read, create the lock.
    public func take(_ identity: Identity, for address: Address) async throws -> Outcome {
        try await commit(
            [
                .set(paths.identity(identity.id), address.znode, version: identity.version),
                .create(paths.lock(identity.id), address.znode, .ephemeral),
            ], provenBy: paths.lock(identity.id))
    }

    /// Creates a new identity, locked.
    public func createIdentity(_ id: String, for address: Address) async throws -> Outcome {
        try await commit(
            [
                .create(paths.identity(id), address.znode, .persistent),
                .create(paths.lock(id), address.znode, .ephemeral),
            ], provenBy: paths.lock(id))
    }
}
