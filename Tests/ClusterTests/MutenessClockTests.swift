import Succession
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Since when registered sentinels say nothing.
@Suite(.inTurn) struct MutenessClockTests {
    private func claim(_ port: Int, _ opinion: Opinion? = nil, isRegistered: Bool = true) -> SentinelClaim {
        SentinelClaim("name-\(port)", at: Address(port), isVouched: true, isRegistered: isRegistered, opinion)
    }

    @Test func who_is_silent_without_a_break_is_mute_in_the_end() {
        var clock = MutenessClock()
        let start = ContinuousClock.now
        let talking = claim(2, Opinion(names: nil))
        func mute(after seconds: Int, _ claims: [SentinelClaim]) -> [Int] {
            clock.noted(claims, at: start + .seconds(seconds)).filter(\.isMute).map(\.address.port)
        }
        #expect(mute(after: 0, [claim(1), talking]) == [])
        #expect(mute(after: 9, [claim(1), talking]) == [])
        #expect(mute(after: 10, [claim(1), claim(2)]) == [1])
        // One word, and it is none.
        #expect(mute(after: 11, [claim(1, Opinion(names: nil)), claim(2)]) == [])
        #expect(mute(after: 20, [claim(1), claim(2)]) == [2])
        #expect(mute(after: 21, [claim(1), claim(2)]) == [2])
        // Its node has gone meanwhile, and came back.
        #expect(mute(after: 30, [claim(2)]) == [2])
        #expect(mute(after: 31, [claim(1), claim(2)]) == [2])
    }

    /// Without a node it is no news; and our own machine's lack is not theirs.
    @Test func neither_who_is_not_registered_nor_who_could_not_be_asked_is_mute() {
        var clock = MutenessClock()
        let start = ContinuousClock.now
        var unasked = claim(1)
        unasked.trouble = .unasked
        for seconds in [0, 60] {
            let noted = clock.noted([unasked, claim(2, isRegistered: false)], at: start + .seconds(seconds))
            #expect(noted.allSatisfy { !$0.isMute })
        }
    }
}
