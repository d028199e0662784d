import Succession
import Vocabulary

extension SentinelClaim {
    /// What ZooKeeper says of sentinels: the nodes below `/redis/sentinels`, and identities whose sentinel has lost its
    /// lease. Nobody has been asked yet.
    static func all(registered: [View.Registration], identities: [View.Registration]) -> [SentinelClaim] {
        let places = Dictionary(identities.map { ($0.id, $0.address) }) { $1 }
        let nodes = registered.map { node in
            // Where no launcher of ours has ever started one, a name that is an identity's stands for it.
            let isVouched = places.isEmpty ? UUIDText.isValid(node.id) : places[node.id] == node.address
            // A name may be as long and as strange as ZooKeeper lets it be.
            var claim = SentinelClaim(node.id.clipped.oneLine, at: node.address, isVouched: isVouched)
            claim.hasIdentity = places[node.id] == node.address
            return claim
        }
        let addresses = Set(registered.map(\.address))
        let lost = identities.filter { !addresses.contains($0.address) && UUIDText.isValid($0.id) }.map {
            SentinelClaim($0.id, at: $0.address, isVouched: true, isRegistered: false)
        }
        return nodes + lost
    }
}

extension [SentinelClaim] {
    /// Addresses that only `/redis/sentinels` has: anybody may have written them there.
    var unvouched: Set<Address> { Set(filter(\.isRegistered).map(\.address)).subtracting(vouched) }

    /// Addresses where our launcher has started a registered sentinel.
    var vouched: Set<Address> { Set(filter { $0.isVouched && $0.isRegistered }.map(\.address)) }

    /// Addresses of identities that are not registered: of sentinels that are gone, or have lost their lease.
    var unregistered: Set<Address> { Set(filter { !$0.isRegistered }.map(\.address)) }

    /// The same with what was answered at these addresses, or why nothing was.
    func answered(_ opinions: [Address: Opinion], troubles: [Address: SentinelTrouble] = [:]) -> [SentinelClaim] {
        map { claim in
            var claim = claim
            claim.opinion = opinions[claim.address]
            claim.trouble = troubles[claim.address]
            return claim
        }
    }

    /// Addresses that only `/redis/sentinels` has, and that one that is proven lists as a peer by these opinions.
    func listed(_ opinions: [Address: Opinion]) -> Set<Address> {
        let proven = answered(opinions).filter(\.isProven).compactMap(\.opinion)
        return unvouched.intersection(proven.flatMap(\.details.sentinels))
    }
}
