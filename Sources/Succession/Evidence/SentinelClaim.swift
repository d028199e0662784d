public import Vocabulary

/// A node that says that a sentinel of this cluster is at an address, and what answers there.
public struct SentinelClaim: Equatable, Sendable {
    /// The name of the node.
    public var name: String
    public var address: Address
    /// Whether `/redis/identities` has this name with this address as well: our launcher has started a sentinel there.
    public var isVouched: Bool
    /// Whether that is so; without any identity the name of the node alone may vouch for it.
    public var hasIdentity: Bool
    /// Whether there is a node below `/redis/sentinels`: without one its lease is gone.
    public var isRegistered: Bool
    /// nil where nothing answers, or where nobody asked.
    public var opinion: Opinion?
    /// Why there is no opinion; nil where there is one, or nobody knows.
    public var trouble: SentinelTrouble?
    /// Whether nothing has answered for so long that nobody waits for it any more.
    public var isMute = false

    public init(
        _ name: String, at address: Address, isVouched: Bool, isRegistered: Bool = true, _ opinion: Opinion? = nil
    ) {
        self.name = name
        self.address = address
        self.isVouched = isVouched
        hasIdentity = isVouched
        self.isRegistered = isRegistered
        self.opinion = opinion
    }

    /// The `sentinel myid` that goes with the name of an identity: a UUID's 32 digits and eight zeros.
    public static func runID(of name: String) -> String { name.filter { $0 != "-" } + "00000000" }

    /// Whether what answers is the very sentinel that our launcher has started there.
    public var isProven: Bool { isVouched && opinion?.id == Self.runID(of: name) }

    fileprivate func report(among believed: [SentinelClaim]) -> SentinelReport {
        let isConfirmed = isRegistered && isProven || believed.contains { $0.address != address && $0.hears(self) }
        return SentinelReport(
            address, opinion, isRegistered: isRegistered, isConfirmed: isConfirmed, trouble: trouble)
    }
}

extension Sentinels {
    /// Those of the claims that are believed.
    ///
    /// Whoever may write below `/redis/sentinels` could else outvote all real ones. A sentinel is believed by its
    /// identity: our launcher has written its name with its address below `/redis/identities`, and its own id is that
    /// name. What another tool has registered is believed once one that is believed lists it as a peer, at this address
    /// and under its id. One that does not answer counts where its launcher has written it, or where a believed one
    /// lists it: it may be heard elsewhere.
    ///
    /// An id is no secret, so without a node it is no proof: whoever takes a dead sentinel's port may answer with it.
    /// There a registered one must have just heard it; only where our launchers have nobody registered, or those that
    /// they have are mute (a frozen one keeps its node), the ids alone are left. The mute ones are counted against
    /// them.
    public init(claims: [SentinelClaim]) {
        let registered = claims.filter { $0.isRegistered && $0.isProven }
        let areRegistered = claims.contains { $0.isRegistered && $0.isVouched && !$0.isMute }
        func counts(_ claim: SentinelClaim) -> Bool {
            if claim.isRegistered || !areRegistered { return claim.isProven }
            return registered.contains { $0.hears(claim) }
        }
        var believed = claims.filter(counts)
        var others = claims.filter { !counts($0) }
        while true {
            let known = believed
            let listed = others.filter { claim in
                (claim.isRegistered || !areRegistered) && known.contains { $0.lists(claim) }
            }
            guard !listed.isEmpty else { break }
            believed += listed
            others.removeAll { listed.contains($0) }
        }
        let heard = Set(believed.map(\.address))
        let silent = others.filter { claim in
            guard claim.isRegistered, !heard.contains(claim.address) else { return false }
            return claim.isVouched || claim.opinion == nil && believed.contains { $0.listsAddress(of: claim) }
        }
        // Two nodes may have one address: that of a sentinel that was started again, and the one before.
        let counted =
            (believed.map { $0.report(among: believed) }
            + silent.map { SentinelReport($0.address, nil, trouble: $0.trouble) })
            .sorted {
                ($0.address, $0.isRegistered ? 0 : 1) < ($1.address, $1.isRegistered ? 0 : 1)
            }
        var seen: Set<Address> = []
        self.init(
            counted.filter { seen.insert($0.address).inserted },
            unheard: others.filter { claim in
                !claim.isRegistered && !heard.contains(claim.address) && (claim.isProven || claim.trouble == .withheld)
            },
            doubting: others.filter { claim in
                claim.isRegistered && !heard.contains(claim.address)
                    && (claim.opinion != nil || !silent.contains(claim))
            })
    }
}

extension SentinelClaim {
    /// Whether this sentinel knows that one: by its address and its id, where that is known.
    fileprivate func lists(_ claim: SentinelClaim) -> Bool {
        guard let id = claim.opinion?.id, listsAddress(of: claim) else { return false }
        return opinion?.details.sentinelIDs[claim.address] == id
    }

    /// The same, and has just heard it.
    fileprivate func hears(_ claim: SentinelClaim) -> Bool {
        lists(claim) && opinion?.details.heard.contains(claim.address) ?? false
    }

    fileprivate func listsAddress(of claim: SentinelClaim) -> Bool {
        opinion?.details.sentinels.contains(claim.address) ?? false
    }
}
