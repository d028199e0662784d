import Succession

/// Every step that may come next.
extension SmallWorld {
    struct Step {
        var what: String
        var world: SmallWorld
        /// What it breaks.
        var broken: String?

        init(_ what: String, _ world: SmallWorld, broken: String? = nil) {
            (self.what, self.world, self.broken) = (what, world, broken)
        }
    }

    func steps(_ mutant: Mutant? = nil) -> [Step] {
        var result: [Step] = []
        for index in launchers.indices {
            result += steps(of: index, mutant)
            if crashes > 0 { result += crash(index) }
            if !launchers[index].session, isLeased(index) { result.append(expiry(index)) }
        }
        if let late = isLate {
            var world = self
            (world.isLate, world.launchers[late].phase, world.launchers[late].session) = (nil, .looking, true)
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

    // MARK: Launchers

    private func steps(of index: Int, _ mutant: Mutant?) -> [Step] {
        var world = self
        switch launchers[index].phase {
        case .looking:
            world.launchers[index].phase = .asking(sight)
            return [Step("launcher \(index) looks", world)]
        case .asking(let sight): return [decision(of: index, sight, mutant)]
        case .standing:
            world.lastCandidate += 1
            world.candidates.append(
                Candidate(number: world.lastCandidate, address: index, holdsData: launchers[index].holdsData))
            (world.launchers[index].candidate, world.launchers[index].phase) = (world.lastCandidate, .looking)
            return [Step("launcher \(index) stands", world)]
        case .committing(let plan, let sight): return commits(of: index, plan, sight, mutant)
        case .resolving(let plan):
            world.launchers[index].phase = isLeased(index) ? .starting(plan) : .looking
            return [Step("launcher \(index) reads its own node", world)]
        case .starting(let plan):
            world.launchers[index].phase = .serving
            if case .follow(let master) = plan {
                world.servers[index] = .replica(of: master)
                world.data[index] = servers[master] != nil && data[master]
            } else {
                world.servers[index] = .master
                world.data[index] = launchers[index].holdsData
            }
            world.candidates.removeAll { $0.number == launchers[index].candidate }
            return [Step("launcher \(index) execs: \(plan)", world, broken: start(index, plan))]
        case .serving, .ended: return []
        }
    }

    private func decision(of index: Int, _ sight: Sight, _ mutant: Mutant?) -> Step {
        var (world, observation) = (self, observation(of: index, sight))
        mutant?.twist(&observation)
        let decision = decide(observation)
        switch decision {
        case .claim(let version): world.launchers[index].phase = .committing(.claim(version), sight)
        case .follow(let master): world.launchers[index].phase = .committing(.follow(Names.id(master)), sight)
        case .resume: world.launchers[index].phase = .committing(.resume, sight)
        case .stand: world.launchers[index].phase = .standing
        case .wait, .refuse: world.launchers[index].phase = .looking
        }
        return Step("launcher \(index) decides: \(decision)", world)
    }

    /// The transaction takes effect or not, and its reply is lost or not.
    private func commits(of index: Int, _ plan: Plan, _ sight: Sight, _ mutant: Mutant?) -> [Step] {
        var (world, broken) = (self, String?.none)
        let isClaim = if case .claim = plan { true } else { false }
        let holds = master?.version == sight.master?.version && (!isClaim || hasCluster == sight.hasCluster)
        let isDone = !isLeased(index) && (holds || isClaim && mutant == .claimWithoutVersion)
        if isDone {
            world.members |= 1 << index
            if isClaim {
                broken = claim(index, sight)
                world.hasCluster = true
                world.write(index)
            } else if plan == .resume, mutant != .resumeWithoutWrite {
                world.write(index)
            }
        }
        world.launchers[index].phase = isDone ? .starting(plan) : .looking
        var result = [
            Step("launcher \(index) commits \(plan): \(isDone ? "done" : "overtaken")", world, broken: broken)
        ]
        if losses > 0 {
            world.losses -= 1
            world.launchers[index].phase = .resolving(plan)
            result.append(
                Step(
                    "launcher \(index) commits \(plan): \(isDone ? "done" : "overtaken"), reply lost", world,
                    broken: broken))
            var unheard = self
            unheard.losses -= 1
            unheard.launchers[index].phase = .resolving(plan)
            result.append(Step("launcher \(index) commits \(plan): request lost", unheard))
        }
        return result
    }

    /// The process ends: its server is gone, its lease lives until its session ends. Or another launcher takes its
    /// place.
    private func crash(_ index: Int) -> [Step] {
        guard launchers[index].phase != .ended else { return [] }
        var world = self
        world.crashes -= 1
        world.servers[index] = nil
        world.launchers[index].phase = .ended
        world.launchers[index].session = false
        world.candidates.removeAll { $0.number == launchers[index].candidate }
        var again = world
        again.launchers[index] = Launcher(session: true, holdsData: launchers[index].holdsData)
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
            var snapshot = snapshot(sight)
            mutant?.twist(&snapshot)
            for case .record(let recording) in plan(snapshot) {
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
