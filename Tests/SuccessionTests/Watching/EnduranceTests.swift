import Testing

@testable import Succession

/// For how long conditions have held, as a watcher that looks now and then can know it.
@Suite(.timeLimit(.minutes(5))) struct EnduranceTests {
    private let first = Condition.agreed(Cast.first)
    private let second = Condition.agreed(Cast.second)
    private var endurance = Endurance()

    @Test mutating func aConditionIsCountedFromThePassThatFirstSawIt() {
        #expect(endurance.note([first], at: .seconds(100)) == [first: .zero])
        #expect(endurance.note([first, second], at: .seconds(103)) == [first: .seconds(3), second: .zero])
        #expect(endurance.note([first, second], at: .seconds(110)) == [first: .seconds(10), second: .seconds(7)])
    }

    @Test mutating func aConditionThatBreaksBeginsAnew() {
        _ = endurance.note([first, second], at: .zero)
        #expect(endurance.note([second], at: .seconds(9)) == [second: .seconds(9)])
        #expect(endurance.note([first, second], at: .seconds(10)) == [first: .zero, second: .seconds(10)])
    }

    @Test mutating func whatOneAddressHasEnduredIsNotAnothers() {
        _ = endurance.note([.gone(Cast.first)], at: .zero)
        #expect(endurance.note([.gone(Cast.second)], at: .seconds(29)) == [.gone(Cast.second): .zero])
    }

    @Test mutating func nothingIsKnownOfABreakLongerThanThirtySeconds() {
        _ = endurance.note([first], at: .zero)
        #expect(endurance.note([first], at: .seconds(30)) == [first: .seconds(30)])
        #expect(endurance.note([first], at: .milliseconds(60_001)) == [first: .zero])
        #expect(endurance.note([first], at: .seconds(61)) == [first: .milliseconds(999)])
    }

    @Test mutating func aPassThatSeesNothingEndsNoBreak() {
        _ = endurance.note([first], at: .zero)
        #expect(endurance.note([], at: .seconds(10)) == [:])
        #expect(endurance.note([first], at: .seconds(20)) == [first: .zero])
    }

    /// Each condition that a snapshot can have, and nothing that it has not.
    @Test func aSnapshotHasItsConditions() {
        let s = Snapshot.healthy
        let misled = s.voices(Cast.first, Cast.first, Cast.first)
        let gone = s.server(Cast.gone, .refused).sentinel { $0.details.replicas.append(Cast.gone) }
        let unraised = s.server(Cast.second, Cast.replica(priority: 0)).withoutLease(of: Cast.second)
        let leftover = s.silent(2).with {
            $0.leftovers = [Cast.sentinels[2]]
            $0.peers = [Cast.sentinels[2]: .refused]
        }
        let dead = s.server(Cast.recorded, .refused).withoutLease(of: Cast.recorded)
        let promoted = dead.server(Cast.first, Cast.master()).server(Cast.second, Cast.replica(of: Cast.first))
        #expect(s.conditions == [])
        #expect(misled.conditions == Set(Cast.sentinels.map(Condition.misled)))
        #expect(gone.conditions == [.gone(Cast.gone)])
        #expect(unraised.conditions == [.unraised(Cast.second)])
        #expect(leftover.conditions == [.refusing(Cast.sentinels[2])])
        #expect(s.server(Cast.second, Cast.master()).conditions == [.astray(Cast.second)])
        let orphan = s.server(Cast.second, Cast.replica(of: Cast.gone)).server(Cast.gone, .refused)
        #expect(orphan.conditions == [.orphaned(Cast.second)])
        #expect(orphan.sentinel(0) { $0.failoverFor = .zero }.conditions == [.orphaned(Cast.second)])
        #expect(promoted.silent(0, 1).conditions == [.sole(Cast.first)])
        #expect(promoted.voices(Cast.first, Cast.first, nil).conditions == [.agreed(Cast.first), .sole(Cast.first)])
        let orphans: Set<Condition> = [.orphaned(Cast.first), .orphaned(Cast.second)]
        #expect(dead.sentinel { $0.details.replicas = [] }.conditions == orphans.union([.unmastered, .masterless]))
        #expect(dead.conditions == orphans.union([.masterless]))
    }
}
