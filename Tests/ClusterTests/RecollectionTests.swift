import Redis
import Succession
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// What is known of those that our own machine keeps us from asking.
@Suite(.inTurn) struct RecollectionTests {
    private let start = ContinuousClock.now
    private let one = Address(1)
    private let other = Address(2)

    @Test func who_cannot_be_asked_is_as_it_was_for_half_a_minute() {
        var recollection = Recollection<String>()
        #expect(recollection.note([one: "master", other: "replica"], except: [], at: start) == [:])
        for time in [Duration.seconds(1), .milliseconds(29_999)] {
            let known = recollection.note([one: "silent", other: "replica"], except: [one], at: start + time)
            #expect(known == [one: "master"])
        }
        #expect(recollection.note([one: "silent"], except: [one], at: start + .seconds(30)) == [:])
        #expect(recollection.note([one: "silent"], except: [one], at: start + .seconds(31)) == [:])
        #expect(recollection.note([one: "replica"], except: [], at: start + .seconds(32)) == [:])
        #expect(recollection.note([:], except: [one], at: start + .seconds(33)) == [one: "replica"])
    }

    @Test func who_is_not_to_be_asked_is_forgotten() {
        var recollection = Recollection<String>()
        _ = recollection.note([one: "master"], except: [], at: start)
        #expect(recollection.note([:], except: [], at: start) == [:])
        #expect(recollection.note([one: "silent"], except: [one], at: start) == [:])
    }

    /// Whoever lacks something may try only now and then; a launcher asks what was lacking in this look.
    @Test func a_shortage_lasts_for_a_while() {
        let shortage = Shortage()
        shortage.note(RedisError(.refused, message: "Connection refused"))
        #expect(shortage.recent == nil && shortage.take() == nil)
        shortage.note(RedisError(.system, message: "Too many open files"))
        for _ in 0..<3 { #expect(shortage.recent == "Too many open files") }
        #expect(shortage.take() == "Too many open files" && shortage.take() == nil)
    }
}
