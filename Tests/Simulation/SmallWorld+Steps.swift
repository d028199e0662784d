import Succession

/// Every step that may come next.
extension SmallWorld {
    struct Step {
        /// Spelt out only on the way to a broken promise: few of so many steps are ever shown.
        var what: () -> String
        var world: SmallWorld
        /// What it breaks.
        var broken: String?

        init(_ what: @autoclosure @escaping () -> String, _ world: SmallWorld, broken: String? = nil) {
            (self.what, self.world, self.broken) = (what, world, broken)
        }
    }

    func steps(_ mutant: Mutant? = nil) -> [Step] {
        var result: [Step] = []
        for index in launchers.indices {
            result += steps(of: index, mutant)
            if crashes > 0, !spared.contains(index) { result += crash(index) }
            if !launchers[index].session, isLeased(index) { result.append(expiry(index)) }
        }
        if let late = isLate {
            var world = self
            (world.isLate, world.launchers[late].phase, world.launchers[late].session) = (nil, .deciding, true)
            result.append(Step("launcher \(late) comes", world))
        }
        for index in watchers.indices { result += steps(ofWatcher: index, mutant) }
        if let promotion, let next = sentinels.firstIndex(where: { $0 != promotion }) {
            var world = self
            (world.sentinels[next], world.epochs[next]) = (promotion, 2)
            if servers[promotion] != nil { world.servers[promotion] = .master }
            result.append(Step("sentinel \(next) names \(promotion)", world))
        }
        if let promotion, crashes > 0, servers[promotion] != nil {
            var world = self
            (world.servers[promotion], world.crashes) = (nil, crashes - 1)
            result.append(Step("the promoted server dies", world))
        }
        return result
    }

    // MARK: Ends

    /// The process ends: its server is gone, its lease lives until its session ends. Or another launcher takes its
    /// place.
    private func crash(_ index: Int) -> [Step] {
        guard launchers[index].phase != .ended else { return [] }
        var world = self
        world.crashes -= 1
        world.servers[index] = nil
        world.launchers[index].end(as: .ended)
        world.launchers[index].session = false
        world.candidates.removeAll { $0.number == launchers[index].candidate }
        var again = world
        again.launchers[index] = Launcher(
            at: index, holdsData: launchers[index].holdsData, hasGlanced: launchers[index].hasGlanced,
            among: launchers[index].states)
        again.members &= ~(1 << index)
        return [
            Step("the process at \(index) dies", world),
            Step("the process at \(index) dies and is launched again", again),
        ]
    }

    private func expiry(_ index: Int) -> Step {
        var world = self
        world.members &= ~(1 << index)
        return Step("the session of \(index) ends", world)
    }

    // MARK: Watchers

    private func steps(ofWatcher index: Int, _ mutant: Mutant?) -> [Step] {
        var world = self
        switch watchers[index] {
        case .looking:
            world.watchers[index] = .asking(sight)
            return [Step("watcher \(index) looks", world)]
        case .asking(let sight):
            if let recording = recording(sight, mutant) {
                let master = Names.id(recording.master)
                world.watchers[index] = .writing(master, sight)
                let broken = servers[master] == .master ? nil : "promise 3: it records what does not answer master"
                return [
                    Step("watcher \(index) plans to record \(master) (\(recording.evidence))", world, broken: broken)
                ]
            }
            world.watchers[index] = .looking
            return [Step("watcher \(index) plans nothing", world)]
        case .writing(let address, let sight):
            let isDone = master?.version == sight.master?.version
            var broken: String?
            if isDone {
                if writes != sight.writes { broken = "promise 2: it writes over what it had not read" }
                world.hasCluster = true
                world.write(address)
            }
            world.watchers[index] = .looking
            var result = [
                Step("watcher \(index) writes \(address): \(isDone ? "done" : "overtaken")", world, broken: broken)
            ]
            if losses > 0 {
                world.losses -= 1
                world.watchers[index] = .resolving(address, (sight.master?.version ?? -1) + 1)
                result.append(Step("watcher \(index) writes \(address): reply lost", world, broken: broken))
            }
            return result
        case .resolving(let address, let version):
            world.watchers[index] = .looking
            let isOurs = master == Master(address: address, version: version)
            return [Step("watcher \(index) reads: \(isOurs ? "its own" : "another's")", world)]
        case .ended: return []
        }
    }
}
