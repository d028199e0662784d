import Testing
import Vocabulary

@testable import Succession

/// A snapshot as a person would tell it, and what a watcher does about it, beside alerts and notices.
struct PlanScenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let snapshot: Snapshot
    let deeds: [Action]

    init(_ name: String, _ snapshot: Snapshot, _ deeds: [Action]) {
        (testDescription, self.snapshot, self.deeds) = (name, snapshot, deeds)
    }

    /// Nothing is written and no server is changed.
    static func nothing(_ name: String, _ snapshot: Snapshot) -> PlanScenario { PlanScenario(name, snapshot, []) }
}

extension [Action] {
    /// What changes a node or a server.
    var deeds: [Action] { filter { $0.reach != .nothing } }

    /// The names of the alerts, in order.
    var alerts: [String] { compactMap { if case .alert(let alert) = $0 { alert.name } else { nil } } }

    /// The text of the first alert of this name.
    func alert(_ name: String) -> String? {
        compactMap { if case .alert(let alert) = $0, alert.name == name { alert.text } else { nil } }.first
    }
}

extension Action {
    /// What is recorded in `Snapshot.healthy`, told to these sentinels.
    static func announced(_ sentinels: [Address] = Cast.sentinels, epoch: Int = Snapshot.epoch) -> Action {
        .announce(Announcement(master: Cast.recorded, epoch: epoch, sentinels: sentinels))
    }

    /// The epoch of the configuration that is recorded is put above that of a sentinel that is one ahead.
    static let raised: Action = {
        var record = Snapshot.kept
        record.sentinelEpoch = Snapshot.epoch + 1 + Reign.stride
        return .keep(record)
    }()

    /// A record of this master over what `Snapshot.healthy` has, or over nothing. Where it is agreed, the sentinels
    /// name it at this epoch; else none names it yet. The reign has a number above that of an election that begins in
    /// this moment.
    static func recorded(
        _ master: Address, _ evidence: Recording.Evidence, over previous: Record? = Record(Cast.recorded, version: 6),
        from cluster: ClusterRecord = Snapshot.kept, members: Int = 3, epoch: Int? = Snapshot.epoch, reign: Int? = nil,
        named: Int? = nil, reigns: [Reign] = []
    ) -> Action {
        var cluster = cluster
        cluster.members = members
        cluster.epoch = reign ?? max(epoch ?? 0, Snapshot.epoch) + Reign.stride
        cluster.sentinelEpoch = evidence == .agreed ? epoch : named
        cluster.reigns = reigns
        return .record(Recording(master: master, evidence: evidence, previous: previous, cluster: cluster))
    }
}
