import Succession
import Vocabulary

/// Four false sentinels beside the three real ones, for a while: a majority that names an empty Redis of nobody, at an
/// epoch above all others. In one seed of seven, beside the other faults.
final class Liars: SimActor {
    private var hasBegun = false

    override func act() -> Int? {
        if !hasBegun {
            hasBegun = true
            return world.dice.roll(5_000, 35_000)
        }
        if !world.lies {
            (world.isForeignUp, world.lies) = (true, true)
            world.tally.lies += 1
            world.note { "LIARS: four false sentinels name \(Names.address(Names.foreign))" }
            return world.dice.roll(2_000, 20_000)
        }
        (world.isForeignUp, world.lies) = (false, false)
        world.note { "the liars are gone" }
        return nil
    }
}

extension Promises {
    /// Whom nothing but the word of sentinels makes ours: nobody who held data is ever told to follow it, and it is
    /// never recorded.
    func isNobodys(_ address: Address, in truth: Evidence) -> Bool {
        guard address == Names.address(Names.foreign) else { return false }
        return !(truth.view?.members.contains(Names.foreign) ?? false)
    }

    func pointsNobody(_ action: Action, on truth: Evidence, by watcher: SimWatcher) {
        let target: Address? =
            switch action {
            case .attach(_, let master), .repoint(_, let master): master
            case .announce(let announcement): announcement.master
            case .promote(let member), .switchOver(_, let member): member
            default: nil
            }
        if let target, isNobodys(target, in: truth) {
            fail(4, "\(watcher.name) points others to \(target), for which there is but the word of sentinels")
        }
    }
}
