import Vocabulary

@testable import Succession

/// What is fixed before the cheap dimensions are crossed over it.
struct Scene {
    enum Recorded {
        case none
        case us
        case another((Instance, leased: Bool))
    }

    static var records: [Recorded] { [.none, .us] + Dimension.recordedClasses.map { .another($0) } }

    var record: Recorded
    var sentinels: Sentinels = []
    var neighbours: [Neighbour?] = []
    var heir = Dimension.heirs[0]
    /// A lease at our own address, of the life before this one, and a master that still answers there.
    var earlierLease = false

    /// Every observation of this scene with these counts, candidates, windows and data, at the start of the wait.
    func cross(
        counts: [Dimension.Count], standing: [Dimension.Standing], windows: [Dimension.Window], data: [Freshness],
        _ body: (Observation) -> Void
    ) {
        var observation = self.observation
        let live = Set(observation.members).union([Cast.me]).count
        for count in counts {
            observation.cluster = count.record(live: live)
            for data in data {
                observation.data = data
                for standing in standing {
                    for window in standing.hasWindow ? windows : [.over] {
                        observation.stand(standing, window)
                        body(observation)
                    }
                }
            }
        }
    }

    private var isHeirNamed: Bool {
        if sentinels.contains(where: { $0.opinion?.names == Cast.heir }) { return true }
        guard case .another(let (instance, _)) = record, case .replica(let replication) = instance.answer else {
            return false
        }
        return replication.master == Cast.heir
    }

    var observation: Observation {
        var observation = Observation(me: Cast.me, mark: Cast.mark, sentinels: sentinels, limit: Cast.limit)
        observation.instances = [
            Cast.gone: Instance(.refused), Cast.foreign: Instance(Cast.master(), mark: .mark(Cast.markOfNamesake)),
        ]
        // Nobody asks it whom nobody names.
        if isHeirNamed { observation.instances[Cast.heir] = heir }
        switch record {
        case .none: break
        case .us: observation.record = Record(Cast.me, version: 5)
        case .another(let (instance, leased)):
            observation.record = Record(Cast.recorded, version: 6)
            observation.instances[Cast.recorded] = instance
            if leased { observation.members.append(Cast.recorded) }
        }
        for (address, neighbour) in zip([Cast.first, Cast.second], neighbours) {
            guard let neighbour else { continue }
            observation.instances[address] = neighbour.instance
            if neighbour.leased { observation.members.append(address) }
        }
        if earlierLease {
            observation.members.append(Cast.me)
            observation.instances[Cast.me] = Instance(Cast.master(), mark: .mark(Cast.mark))
        }
        return observation
    }
}
