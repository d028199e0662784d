import Succession
import Testing
import Throttle

@testable import Watching

@Suite("Whose hooks run", .inTurn) struct HookDutyTests {
    private func event(_ text: String) -> PublishedEvent {
        PublishedEvent(time: "", event: "e", cluster: "/redis", old: nil, new: nil, text: text)
    }

    private let start = ContinuousClock.now

    @Test func aLeadersRunAtOnceAndOnce() {
        var duty = HookDuty()
        duty.leads = true
        duty.add(event("one"), at: start)
        #expect(duty.due(at: start).map(\.text) == ["one"])
        #expect(duty.due(at: start).isEmpty)
    }

    /// The leader is gone and still registered: what happens meanwhile is the next one's.
    @Test func anothersWaitForTheLead() {
        var duty = HookDuty()
        duty.patience = .seconds(8)
        duty.add(event("old"), at: start)
        duty.add(event("one"), at: start + .seconds(2))
        duty.add(event("two"), at: start + .seconds(3))
        #expect(duty.due(at: start + .seconds(7)).isEmpty)
        duty.leads = true
        #expect(duty.due(at: start + .seconds(10)).map(\.text) == ["one", "two"])
        #expect(duty.due(at: start + .seconds(10)).isEmpty)
    }

    @Test func aStormKeepsTheNewest() {
        var duty = HookDuty()
        for number in 0..<200 { duty.add(event("\(number)"), at: start) }
        duty.leads = true
        #expect(duty.due(at: start).map(\.text) == (200 - HookDuty.limit..<200).map(String.init))
    }
}

@Suite("What ZooKeeper names", .inTurn) struct MasterSightTests {
    @Test func anothersRecordIsTold() {
        var sight = MasterSight()
        #expect(sight.saw(Sights.address(1)) == nil)
        #expect(sight.saw(Sights.address(1)) == nil)
        let text = "10.0.0.1:2 is master, after 10.0.0.1:1 (recorded by another)"
        #expect(
            sight.saw(Sights.address(2))
                == Notice("master-changed", old: Sights.address(1), new: Sights.address(2), text))
        #expect(sight.saw(Sights.address(2)) == nil)
    }

    @Test func ourOwnIsNot() {
        var sight = MasterSight()
        #expect(sight.saw(Sights.address(1)) == nil)
        sight.wrote(Sights.address(2))
        #expect(sight.saw(Sights.address(2)) == nil)
    }

    @Test func aNodeThatIsGoneIsNoMaster() {
        var sight = MasterSight()
        #expect(sight.saw(Sights.address(1)) == nil)
        #expect(sight.saw(nil) == nil && sight.saw(Sights.address(1)) == nil)
        #expect(sight.saw(nil) == nil && sight.saw(Sights.address(2))?.old == Sights.address(1))
    }

    /// The first claim of a new cluster, after a watcher that was there before.
    @Test func theFirstMasterIsTold() {
        var sight = MasterSight()
        #expect(sight.saw(nil) == nil)
        #expect(
            sight.saw(Sights.address(1))
                == Notice("master-changed", new: Sights.address(1), "10.0.0.1:1 is master (recorded by another)"))
    }
}
