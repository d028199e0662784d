import Inspection
import Succession
import Testing
import Vocabulary

/// Which registered sentinels are told the servers' password.
@Suite(.timeLimit(.minutes(5))) struct SentinelTrustTests {
    private static let names = (1...3).map { "0a1b2c3d-0000-4000-8000-00000000000\($0)" }

    private func snapshot(planted: SentinelClaim? = nil, _ change: (inout [SentinelClaim]) -> Void = { _ in })
        -> Snapshot
    {
        let addresses = Sight.sentinelAddresses
        var claims = zip(Self.names, addresses).map { name, address in
            SentinelClaim(name, at: address, isVouched: true, opinion(SentinelClaim.runID(of: name), at: address))
        }
        if let planted { claims.append(planted) }
        change(&claims)
        var snapshot = Sight.healthy.snapshot
        snapshot.sentinels = Sentinels(claims: claims)
        snapshot.hasPassword = true
        return snapshot
    }

    private func opinion(_ id: String, at address: Address) -> Opinion {
        let peers = zip(Self.names, Sight.sentinelAddresses).filter { $1 != address }
        var details = SentinelDetails(sentinels: peers.map(\.1))
        details.heard = Set(peers.map(\.1))
        details.sentinelIDs = Dictionary(peers.map { ($1, SentinelClaim.runID(of: $0)) }) { $1 }
        var opinion = Opinion(names: Sight.master, epoch: 7, peers: 2, details: details)
        opinion.id = id
        return opinion
    }

    @Test func oursAreTold() {
        for address in Sight.sentinelAddresses {
            #expect(snapshot().objection(toTelling: address) == nil)
            #expect(snapshot().sentinelID(of: address)?.hasSuffix("00000000") == true)
        }
    }

    @Test func whoeverIsRegisteredBesidesIsNot() {
        let stranger = Address("10.0.0.9:26379")!
        let id = "0a1b2c3d-0000-4000-8000-000000000009"
        let planted = [
            SentinelClaim(
                "planted", at: stranger, isVouched: false, opinion(String(repeating: "9", count: 40), at: stranger)),
            // With an identity of its own as well, and the id that goes with it.
            SentinelClaim(id, at: stranger, isVouched: true, opinion(SentinelClaim.runID(of: id), at: stranger)),
            SentinelClaim("silent", at: stranger, isVouched: false),
        ]
        for claim in planted {
            let objection = snapshot(planted: claim).objection(toTelling: stranger)
            #expect(objection?.kind == .notAuthorised, "\(claim.name)")
            #expect(objection?.description.contains("interrex forget \(stranger)") == true, "\(claim.name)")
            #expect(snapshot(planted: claim).objection(toTelling: Sight.sentinelAddresses[0]) == nil, "\(claim.name)")
        }
    }

    /// Somebody has taken the port of one of ours.
    @Test func anotherIDThanTheNodesIsNot() {
        let address = Sight.sentinelAddresses[1]
        let taken = snapshot { $0[1].opinion?.id = String(repeating: "9", count: 40) }
        #expect(taken.objection(toTelling: address)?.kind == .notAuthorised)
    }

    @Test func whoLetsEverybodyInIsNotWhereOursAskForAPassword() {
        var snapshot = snapshot { $0[0].opinion?.details.asksForPassword = false }
        snapshot.hasSentinelPassword = true
        let text = snapshot.objection(toTelling: Sight.sentinelAddresses[0])?.description
        #expect(text?.contains("lets everybody in") == true)
    }
}
