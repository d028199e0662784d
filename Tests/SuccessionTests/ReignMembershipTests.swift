import Succession
import Testing

/// When nobody should promote a replica.
@Suite(.timeLimit(.minutes(5))) struct ReignMembershipTests {
    /// Looks, one a second: whether it has joined. Whether it is outside at each of them.
    private static func outside(_ joined: [Bool], isReplica: Bool = true) -> [Bool] {
        var membership = ReignMembership()
        return joined.enumerated().map { second, hasJoined in
            membership.isOutside(isReplica: isReplica, hasJoined: hasJoined, at: .seconds(second))
        }
    }

    @Test func oneThatIsToldInTimeIsNeverOutside() {
        #expect(Self.outside([true, false, false, false, true, true]).allSatisfy { !$0 })
    }

    @Test func oneThatIsNotIsOutsideUntilItHasJoined() {
        #expect(
            Self.outside([false, false, false, false, false, true, true])
                == [false, false, false, true, true, false, false])
    }

    @Test func aBreakBeginsTheCountAnew() {
        #expect(Self.outside([false, false, true, false, false, false, false]).last == true)
        #expect(Self.outside([false, false, true, false, false, false]).allSatisfy { !$0 })
    }

    @Test func aMasterNeverIs() {
        #expect(Self.outside([false, false, false, false, false], isReplica: false).allSatisfy { !$0 })
    }
}
