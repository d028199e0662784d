public import Vocabulary

/// What a driver does for `SentinelLauncherMachine`; see `LaunchEffect`.
public enum SentinelLaunchEffect: Equatable, Sendable {
    case connect
    case reconnect(after: Duration)
    case look
    case ask(View)
    case wait(Duration)
    /// Chooses an identity and locks it, or only says which one it would be. Meanwhile it checks that this server knows
    /// commands by the names that Sentinel will send.
    case chooseIdentity(checkingNamesAt: Address?)
    /// Asks these too.
    case askMore(Set<Address>)
    case start(SentinelStart)
    case refuse(Refusal)
    case giveUp
}

/// What a driver tells `SentinelLauncherMachine`; see `LaunchEvent`.
public enum SentinelLaunchEvent: Equatable, Sendable {
    case began
    case connected
    case looked(View)
    case answered(View, Answers)
    case woken
    case identified(String)
    case answeredMore([Address: Instance])
    case lost(isOurs: Bool)
}

/// What is told on the way, for the log.
public enum SentinelLaunchNote: Equatable, Sendable {
    case decided(SentinelDecision)
    case waits(Reason, Observation, remaining: Duration)
}

/// What comes next: what is told, and what is done.
public struct SentinelLaunchStep: Equatable, Sendable {
    public var notes: [SentinelLaunchNote]
    public var effect: SentinelLaunchEffect

    init(_ effect: SentinelLaunchEffect, noting notes: [SentinelLaunchNote] = []) {
        self.notes = notes
        self.effect = effect
    }
}

/// What a new sentinel begins with.
public struct SentinelStart: Equatable, Sendable {
    public var master: Address
    public var identity: String
    /// Of the mark of its cluster; nil where none is known.
    public var clusterID: String?
    public var seeds: Seeds
}

/// Whom a new sentinel is told of besides the master: only those that answer. Seeding the dead would be as bad as never
/// forgetting them.
public struct Seeds: Equatable, Sendable {
    public struct Peer: Equatable, Sendable {
        public var address: Address
        public var identity: String

        public init(address: Address, identity: String) {
            self.address = address
            self.identity = identity
        }
    }

    public var replicas: [Address]
    public var sentinels: [Peer]

    public init(replicas: [Address] = [], sentinels: [Peer] = []) {
        self.replicas = replicas
        self.sentinels = sentinels
    }

    /// Replicas of ours that answer as such, and registered sentinels that answer under the identity by which they are
    /// known.
    init(of master: Address, _ view: View, _ observation: Observation, without identity: String) {
        let ids = Dictionary(observation.sentinels.map { ($0.address, $0.opinion?.id) }) { $0 ?? $1 }
        self.init(
            replicas: observation.seeds(of: master),
            sentinels: view.sentinels.filter {
                $0.id != identity && ids[$0.address] == SentinelClaim.runID(of: $0.id)
            }
            .map { Peer(address: $0.address, identity: $0.id) })
    }
}
