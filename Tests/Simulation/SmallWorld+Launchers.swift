import Succession
import Vocabulary

/// The launchers of a small world: each runs the effects of its machine.
///
/// Without time the machine is told of three moments only: the present; that at which a candidate began to stand, which
/// is long ago; and one at which what the first claim of all created may be gone. The limit is so far away that half of
/// it is not over, and that a window that lasts for half of it is.
extension SmallWorld {
    private enum Moment {
        static let before = Duration.seconds(-60)
        static let now = Duration.seconds(7_200)
        static let later = Duration.seconds(7_210)
    }

    static let limit = Duration.seconds(14_430)

    func steps(of index: Int, _ mutant: Mutant?) -> [Step] {
        let launcher = launchers[index]
        switch launcher.phase {
        case .serving, .ended: return []
        case .resolving:
            let isOurs = isLeased(index)
            return [Step("launcher \(index) reads its own node", telling(index, isOurs ? .done : .overtaken))]
        case .deciding: break
        }
        switch launcher.state.effect {
        case .lookForRoot: return [look("for the root", index, .foundRoot(hasRoot))]
        case .readRecord:
            return [
                look("at the record", index, .readRecord(record(sight))),
                look("at the record, late", index, .readRecord(record(sight)), at: Moment.later),
            ]
        case .glance: return [look("at the least", index, .glanced(view(sight, isGlance: true)))]
        case .look: return [look("at all", index, .looked(view(sight)!))]
        case .ask(let view): return [decision(of: index, view, mutant)]
        case .stand: return [stand(index)]
        case .wait:
            return [
                Step("launcher \(index) has waited a moment", telling(index, .woken(byWatch: false))),
                Step("launcher \(index) has waited", telling(index, .woken(byWatch: true))),
            ]
        case .claim, .join: return commits(of: index, mutant)
        case .start(let start): return [become(index, start)]
        case .connect, .reconnect, .noteMissing, .refuse, .giveUp:
            preconditionFailure("\(launcher.state.effect) is none of a small world's")
        }
    }

    private func telling(_ index: Int, _ event: LaunchEvent, at now: Duration = Moment.now) -> SmallWorld {
        var world = self
        world.launchers[index].tell(event, at: now)
        return world
    }

    private func look(_ what: String, _ index: Int, _ event: LaunchEvent, at now: Duration = Moment.now) -> Step {
        var world = self
        world.launchers[index].tell(event, at: now, seeing: sight)
        return Step("launcher \(index) looks \(what)", world)
    }

    private func decision(of index: Int, _ view: View, _ mutant: Mutant?) -> Step {
        let answers = answers(to: view)
        var view = view
        mutant?.twist(&view, answers)
        let world = telling(index, .answered(view, answers))
        return Step("launcher \(index) decides on \(world.launchers[index].state.effect)", world)
    }

    private func stand(_ index: Int) -> Step {
        var world = self
        world.lastCandidate += 1
        world.candidates.append(
            Candidate(number: world.lastCandidate, address: index, holdsData: launchers[index].holdsData))
        world.launchers[index].candidate = world.lastCandidate
        world.launchers[index].tell(.stood(path: "n-\(world.lastCandidate)"), at: Moment.before)
        return Step("launcher \(index) stands", world)
    }

    /// The transaction takes effect or not, and its reply is lost or not.
    private func commits(of index: Int, _ mutant: Mutant?) -> [Step] {
        guard let sight = launchers[index].state.sight else {
            preconditionFailure("a transaction rests on what was seen")
        }
        var (world, broken) = (self, String?.none)
        let isDone: Bool
        let what: String
        if case .claim(let claim) = launchers[index].state.effect {
            what = claim.isTakeover ? "a claim" : "its own reign"
            let holds =
                master?.version == claim.version && hasCluster == (claim.clusterVersion != nil)
                && !(claim.rootIsMissing && hasRoot)
            isDone = !isLeased(index) && (holds || claim.isTakeover && mutant == .claimWithoutVersion)
            if isDone, claim.isTakeover {
                broken = self.claim(index, sight)
                world.hasCluster = true
            }
            if isDone, claim.isTakeover || mutant != .resumeWithoutWrite { world.write(index) }
        } else {
            what = "its node"
            isDone = !isLeased(index) && master?.version == sight.master?.version
        }
        if isDone { world.members |= 1 << index }
        let outcome = "launcher \(index) commits \(what): \(isDone ? "done" : "overtaken")"
        var result = [Step(outcome, world.telling(index, isDone ? .done : .overtaken), broken: broken)]
        if losses > 0 {
            world.losses -= 1
            world.launchers[index].phase = .resolving
            result.append(Step("\(outcome), reply lost", world, broken: broken))
            var unheard = self
            unheard.losses -= 1
            unheard.launchers[index].phase = .resolving
            result.append(Step("launcher \(index) commits \(what): request lost", unheard))
        }
        return result
    }

    private func become(_ index: Int, _ start: Start) -> Step {
        var world = self
        world.launchers[index].end(as: .serving)
        if let master = start.master.map(Names.id) {
            world.servers[index] = .replica(of: master)
            world.data[index] = servers[master] != nil && data[master]
        } else {
            world.servers[index] = .master
            world.data[index] = launchers[index].holdsData
        }
        world.candidates.removeAll { $0.number == launchers[index].candidate }
        return Step("launcher \(index) execs: \(start.explanation)", world, broken: self.start(index, start))
    }
}

extension SmallWorld.Launcher {
    /// One whose session has just been opened.
    init(at address: Int, holdsData: Bool, hasGlanced: Bool, among states: LauncherStates) {
        let copy = LaunchData.Copy(SmallWorld.freshness(holdsData))
        var settings = LauncherMachine.Settings(
            me: Names.address(address), mark: Names.mark(nil), data: LaunchData(inPlace: copy),
            limit: SmallWorld.limit, newClusterID: Names.mark(1).clusterID!)
        // A length that grows would be one more thing that tells states apart.
        settings.pause = GrowingPause(longest: .milliseconds(10))
        var machine = LauncherMachine(settings)
        _ = machine.handle(.began, at: .zero)
        var effect = machine.handle(.connected(sessionTimeout: .seconds(6)), at: .zero).effect
        if hasGlanced {
            _ = machine.handle(.foundRoot(true), at: .zero)
            effect = machine.handle(.glanced(nil), at: .zero).effect
        }
        state = states.state(nil, effect, machine)
        (self.address, self.holdsData, self.hasGlanced, self.states) = (address, holdsData, hasGlanced, states)
    }

    /// What it has known is of no use any more.
    mutating func end(as phase: Phase) {
        let (session, candidate) = (session, candidate)
        self = Self(at: address, holdsData: holdsData, hasGlanced: hasGlanced, among: states)
        (self.phase, self.session, self.candidate) = (phase, session, candidate)
    }

    /// - Parameter seen: what it has read, where the event says so.
    mutating func tell(_ event: LaunchEvent, at now: Duration, seeing seen: SmallWorld.Sight? = nil) {
        var machine = state.machine
        let effect = machine.handle(event, at: now).effect
        let sight: SmallWorld.Sight? =
            switch effect {
            case .lookForRoot, .readRecord, .glance, .look: nil
            default: seen ?? state.sight
            }
        (phase, state) = (.deciding, states.state(sight, effect, machine))
    }
}

extension LaunchEffect {
    /// Which one it is.
    var rank: Int {
        switch self {
        case .connect, .reconnect, .noteMissing, .refuse, .giveUp: 0
        case .lookForRoot: 1
        case .readRecord: 2
        case .glance: 3
        case .look: 4
        case .ask: 5
        case .stand: 6
        case .wait: 7
        case .claim: 8
        case .join: 9
        case .start: 10
        }
    }
}
