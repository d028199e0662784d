import Succession
import Vocabulary

/// People and tools that ask for another master.
final class Asker: SimActor {
    private var count = 0

    override func act() -> Int? {
        if world.now > Faults.end { return nil }
        count += 1
        let targets = world.slots.map { Names.address($0.address) }
        let to = world.dice.once(in: 2) ? targets[world.dice.below(targets.count)] : nil
        let awayFrom = world.dice.once(in: 4) ? targets[world.dice.below(targets.count)] : nil
        let request = Switchover(id: "\(count)", to: to?.description, awayFrom: awayFrom?.description)
        if world.zk.isUp {
            world.zk.switchover = SimZooKeeper.Asked(
                request: request, version: world.zk.switchover.map { $0.version + 1 } ?? 0)
            for watcher in world.watchers where !watcher.isGone && !watcher.isPaused {
                if watcher.isResting { watcher.wake(in: world.dice.roll(1, 20)) }
            }
        }
        return world.dice.roll(4_000, 20_000)
    }
}
