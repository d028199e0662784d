import Cluster
import Succession
import Vocabulary

/// Which identity a new sentinel gets: its own earlier one, that of a dead one, else a new one.
struct IdentityChoice {
    private let launch: LaunchSettings
    private let prober: Prober
    /// Choosing has a time of its own, as long as that for a master: whoever takes a new identity too early leaves one
    /// voter more to every later election.
    private let began = ContinuousClock.now
    /// For how long an address must have been silent before its identity counts as a dead one's.
    private let silence = Duration.seconds(30)

    init(_ launch: LaunchSettings, _ prober: Prober) {
        self.launch = launch
        self.prober = prober
    }

    private enum Choice {
        case take(Identity)
        case create
        case wait(String)
    }

    /// Chooses and locks; exactly one of several launchers gets each identity.
    func take(_ registry: Registry) async throws -> String {
        var (pauses, waiting) = (GrowingPause(), WaitingLine())
        var silentSince: [String: ContinuousClock.Instant] = [:]
        while true {
            switch try await choose(registry, &silentSince) {
            case .take(let identity):
                if try await registry.take(identity, for: launch.address) == .done { return identity.id }
            case .create:
                let id = UUIDText.random()
                try await registry.createParents()
                if try await registry.createIdentity(id, for: launch.address) == .done { return id }
            case .wait(let reason):
                waiting.say(reason, remaining: launch.masterTimeout - (ContinuousClock.now - began))
                try await pause(for: pauses.next(), watching: nil, on: prober.loop)
            }
        }
    }

    /// What would be taken now, without a wait or a write.
    func look(_ registry: Registry) async throws -> String {
        var nobody: [String: ContinuousClock.Instant] = [:]
        guard case .take(let identity) = try await choose(registry, &nobody) else { return UUIDText.random() }
        return identity.id
    }

    private func choose(
        _ registry: Registry, _ silentSince: inout [String: ContinuousClock.Instant]
    ) async throws -> Choice {
        let patienceIsOver = ContinuousClock.now - began >= launch.masterTimeout
        let registered = try await registry.registrations(below: registry.paths.sentinels).filter(\.isLeased)
        let identities = try await registry.identities()
        // Only those whose identity is in use: the end of no other node frees one, whoever wrote it.
        let places = Dictionary(identities.filter(\.isLocked).map { ($0.id, $0.address) }) { $1 }
        let leased = registered.filter { places[$0.id] == $0.address }.map(\.address)
        // All at the same time: each silent one takes a whole second.
        let reached = await reach(Set(leased + identities.filter { !$0.isLocked }.map(\.address)))
        // A killed container's node lives on until its session times out; then its identity is free.
        if !patienceIsOver, let dead = leased.first(where: { reached[$0] == .refused }) {
            return .wait("the sentinel registered at \(dead) refuses connections; its node is about to go")
        }
        let inUse = Set(identities.filter(\.isLocked).map(\.address))
        var silent: [Address] = []
        for identity in identities.filter({ !$0.isLocked }).sorted(by: ownAddressFirst) {
            switch reached[identity.address] ?? .silent {
            // Its own sentinel may answer there, so it is not free; unless the address is that of an identity in use.
            case .answers where !inUse.contains(identity.address): silentSince[identity.id] = nil
            case .answers, .refused: return .take(identity)
            case .unknown(let shortage):
                silentSince[identity.id] = nil
                if !patienceIsOver {
                    return .wait("this machine keeps us from asking \(identity.address): \(shortage)")
                }
            case .silent:
                let since = silentSince[identity.id, default: .now]
                silentSince[identity.id] = since
                if ContinuousClock.now - since >= silence { return .take(identity) }
                silent.append(identity.address)
            }
        }
        guard let first = silent.first, !patienceIsOver else { return .create }
        return .wait(
            "the sentinel last seen at \(first) is silent; its identity is free once it has been so for \(silence)")
    }

    private func ownAddressFirst(_ one: Identity, _ other: Identity) -> Bool {
        (one.address == launch.address ? 0 : 1, one.id) < (other.address == launch.address ? 0 : 1, other.id)
    }

    private func reach(_ addresses: Set<Address>) async -> [Address: Prober.Reach] {
        await withTaskGroup(of: (Address, Prober.Reach).self) { [launch, prober] group in
            for address in addresses {
                // Our own port is free, or we would not have come this far.
                group.addTask { (address, address == launch.address ? .refused : await prober.reach(address)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
