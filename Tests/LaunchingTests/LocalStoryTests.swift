import Cluster
import Succession
import Testing
import Throttle
import Vocabulary

@testable import Local

/// What `interrex local` says of each change, told by looks and ends of processes.
@Suite(.inTurn) struct LocalStoryTests {
    private let start = ContinuousClock.now

    @Test("a killed master: four lines, with the time since its end")
    func killedMaster() {
        var story = whole()
        #expect(
            text(story.ended("redis-1", "ended by signal 9", at: start + .seconds(10)))
                == ["redis-1 127.0.0.1:1 (PID 101, master) ended by signal 9"])
        #expect(
            text(story.recorded(address(2), at: start + .milliseconds(10_050)))
                == ["redis-2 127.0.0.1:2 (PID 102) is master, after 0.05 s"])
        #expect(story.recorded(address(2), at: start + .seconds(11)) == [])
        #expect(
            text(story.started("redis-1", at: address(9), pid: 109))
                == ["redis-1 started again: 127.0.0.1:9 (PID 109)"])
        #expect(story.saw(topology(2, replicas: [3]), at: start + .seconds(12)) == [])
        #expect(
            text(story.saw(topology(2, replicas: [3, 9]), at: start + .milliseconds(12_345)))
                == ["back: 1 master (PID 102), 2 replicas, 1 sentinel, after 2.34 s"])
        #expect(story.saw(topology(2, replicas: [3, 9]), at: start + .seconds(13)) == [])
    }

    @Test("a look that is older than a process's end does not call everything whole, nor the dead one master")
    func oldLook() {
        var story = whole()
        _ = story.ended("redis-1", "ended by signal 9", at: start + .seconds(10))
        #expect(story.saw(topology(1, replicas: [2, 3]), at: start + .seconds(10)) == [])
        #expect(story.recorded(address(1), at: start + .seconds(10)) == [])
        _ = story.recorded(address(2), at: start + .seconds(11))
        #expect(story.saw(topology(1, replicas: [2, 3]), at: start + .seconds(11)) == [])
        #expect(story.master == address(2))
    }

    @Test("one that does not answer is named at the second look, and when it answers again")
    func frozenMaster() {
        var story = whole()
        var look = topology(nil, replicas: [2, 3])
        look.silent = [address(1)]
        #expect(story.saw(look, at: start + .seconds(10)) == [])
        #expect(
            text(story.saw(look, at: start + .seconds(11)))
                == ["redis-1 127.0.0.1:1 (PID 101, master) does not answer"])
        #expect(story.saw(look, at: start + .seconds(12)) == [])
        look.masters = [address(2)]
        look.replicas = [Topology.Replica(address: address(3), isLinked: true)]
        #expect(
            text(story.saw(look, at: start + .seconds(13)))
                == ["redis-2 127.0.0.1:2 (PID 102) is master, after 2.00 s"])
        #expect(
            text(story.saw(topology(2, replicas: [1, 3]), at: start + .seconds(14)))
                == [
                    "redis-1 127.0.0.1:1 (PID 101) answers again",
                    "back: 1 master (PID 102), 2 replicas, 1 sentinel, after 4.00 s",
                ])
    }

    @Test("what is missing for long is said, and then again; a moment's gap is not")
    func missing() {
        var story = whole()
        #expect(story.saw(topology(1, replicas: [2]), at: start + .seconds(10)) == [])
        #expect(story.saw(topology(1, replicas: [2, 3]), at: start + .seconds(11)) == [])
        #expect(story.saw(topology(1, replicas: [2]), at: start + .seconds(20)) == [])
        #expect(
            text(story.saw(topology(1, replicas: [2]), at: start + .seconds(30)))
                == ["missing for 10.0 s: 1 of 2 replicas linked"])
        #expect(story.saw(topology(1, replicas: [2]), at: start + .seconds(40)) == [])
        #expect(
            text(story.saw(topology(nil, replicas: [2]), at: start + .seconds(60)))
                == ["missing for 40.0 s: no master, 1 of 2 replicas linked"])
    }

    @Test("a start that takes long says what it lacks")
    func slowStart() {
        var story = LocalStory(redis: 2, sentinels: 1, beginning: start)
        _ = story.started("redis-1", at: address(1), pid: 101)
        #expect(story.saw(Topology(), at: start + .seconds(9)) == [])
        #expect(
            text(story.saw(Topology(), at: start + .seconds(10)))
                == ["not up after 10.0 s: no master, 0 of 1 replicas linked, 0 of 1 sentinels"])
        #expect(!story.isUp)
    }

    @Test("sentinels that do not know each other yet are no whole cluster")
    func sentinelsDisagree() {
        var look = topology(1, replicas: [2, 3])
        look.sentinelsAgree = false
        #expect(look.lacking(redis: 3, sentinels: 1) != nil)
        look.sentinelsAgree = true
        #expect(look.lacking(redis: 3, sentinels: 1) == nil)
    }

    @Test("a failover is impossible without a replica, or with fewer sentinels than must agree")
    func possible() {
        #expect(plan(redis: 3, sentinels: 3).noFailover == nil && plan(redis: 3, sentinels: 3).noSpareSentinel == nil)
        #expect(plan(redis: 1, sentinels: 3).noFailover?.contains("--redis 1") == true)
        #expect(plan(redis: 2, sentinels: 1).noFailover?.contains("SENTINEL_QUORUM") == true)
        #expect(plan(redis: 2, sentinels: 0, quorum: 1).noFailover != nil)
        #expect(plan(redis: 2, sentinels: 1, quorum: 1).noFailover == nil)
        #expect(plan(redis: 2, sentinels: 2).noSpareSentinel != nil)
        #expect(plan(redis: 2, sentinels: 4).noSpareSentinel == nil)
        #expect(plan(redis: 2, sentinels: 5, quorum: 5).noSpareSentinel != nil)
    }

    @Test("lines are broken at spaces, no wider than asked, and control characters are shown")
    func wrapping() {
        #expect("one two".wrapped(to: 80) == ["one two"])
        #expect("one two three".wrapped(to: 8) == ["one two", "  three"])
        #expect("  one two".wrapped(to: 7) == ["  one", "    two"])
        #expect("aaaaaaaaaaaa b".wrapped(to: 5) == ["aaaaaaaaaaaa", "  b"])
        #expect("a\u{1b}[2J".wrapped(to: 80) == ["a\\u{1b}[2J"])
    }

    private func whole() -> LocalStory {
        var story = LocalStory(redis: 3, sentinels: 1, beginning: start)
        for number in 1...3 {
            #expect(story.started("redis-\(number)", at: address(number), pid: 100 + Int32(number)) == [])
        }
        #expect(story.started("sentinel-1", at: address(11), pid: 111) == [])
        #expect(story.saw(topology(1, replicas: [2, 3]), at: start + .seconds(3)) == [])
        #expect(story.isUp && story.master == address(1))
        return story
    }

    private func topology(_ master: Int?, replicas: [Int]) -> Topology {
        var topology = Topology()
        topology.masters = master.map { [address($0)] } ?? []
        topology.replicas = replicas.map { Topology.Replica(address: address($0), isLinked: true) }
        topology.sentinels = [address(11)]
        return topology
    }

    private func plan(redis: Int, sentinels: Int, quorum: Int = 2) -> LocalPlan {
        LocalPlan(
            redis: redis, sentinels: sentinels, watchers: 1, zookeeper: nil, folder: "/tmp", keepsFolder: false,
            restarts: true, isVerbose: false, environment: Environment([:]), quorum: quorum)
    }

    private func address(_ port: Int) -> Address { Address("127.0.0.1:\(port)")! }
    private func text(_ lines: [LocalStory.Line]) -> [String] { lines.map(\.text) }
}
