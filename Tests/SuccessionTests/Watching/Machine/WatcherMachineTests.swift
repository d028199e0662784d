import Testing
import Vocabulary

@testable import Succession

/// A watcher's passes: when it reads, how it looks, what it remembers, and for how long it pauses.
@Suite(.timeLimit(.minutes(5))) struct WatcherMachineTests {
    private static let settled = Snapshot.healthy

    @Test func readsAgainOnceAWatchHasFiredOrAMinuteIsOver() {
        var script = MachineScript(Self.settled)
        script.pass()
        #expect(script.reads == 1)
        script.now = .seconds(10)
        script.pass()
        #expect(script.reads == 0)
        _ = script.machine.handle(.nodeChanged, at: script.now)
        script.pass()
        #expect(script.reads == 1)
        script.now = .seconds(71)
        script.pass()
        #expect(script.reads == 1)
        // Whoever is woken up reads, whatever it was.
        script.pass([.timer])
        #expect(script.reads == 1)
    }

    @Test func looksInVainBeforeTheFirstReading() {
        var script = MachineScript(Self.settled)
        _ = script.machine.handle(.connection(isUp: false), at: .zero)
        script.pass()
        #expect(script.effects == [.lookedInVain, .pause(.milliseconds(500), isSpread: false)])
    }

    @Test func withoutItsConnectionItShowsWhatTheServersSayAndDoesNothing() {
        var script = MachineScript(Self.settled)
        script.pass()
        script.snapshot = Self.settled.crashed
        script.link = (true, true)
        _ = script.machine.handle(.connection(isUp: false), at: .zero)
        #expect(script.pass().isEmpty)
        #expect(script.effects.contains { if case .show(_, _, isFresh: false) = $0 { true } else { false } })
    }

    @Test func whatASessionSawThatIsOverCountsForNothing() {
        var script = MachineScript(Self.settled.crashed)
        guard case .read(let reading)? = script.machine.handle(.wake([], clusters: 1), at: .zero).first else {
            Issue.record("it does not read")
            return
        }
        _ = script.machine.handle(.session(isOpen: true), at: .zero)
        let effects = script.machine.handle(.read(.nodes(script.nodes), reading), at: .zero)
        #expect(effects == [.lookedInVain, .pause(.milliseconds(500), isSpread: false)])
    }

    @Test func entersAgainASecondAfterItsNodeWasLost() {
        var script = MachineScript(Self.settled)
        script.pass()
        script.nodes.isEntered = false
        script.pass([.nodeChanged(path: "/redis/watchers")])
        #expect(script.pause == .seconds(1))
        script.now += .seconds(1)
        script.nodes.isEntered = true
        script.pass()
        #expect(script.effects.contains(.enteredAgain(script.nodes.node)))
    }

    @Test func looksHastilyFromTheFirstSignOnAndCalmlyWhereNothingGoesOn() {
        var script = MachineScript(Self.settled)
        script.pass()
        #expect(script.surveys == [.survey(isHasty: false, isCalm: false)])
        script.pass()
        #expect(script.surveys == [.survey(isHasty: false, isCalm: true)])
        #expect(script.pause == Snapshot.quietInterval(clusters: 1))
        script.pass([.masterLinkEnded(Cast.recorded)])
        #expect(script.surveys == [.survey(isHasty: true, isCalm: false)])
        script.pass()
        #expect(script.surveys.first.map { $0 != .survey(isHasty: true, isCalm: true) } ?? false)
    }

    @Test func aRefusedRepairRestsAndIsRemembered() {
        let stray = Self.settled.server(Cast.second, Cast.replica(of: Cast.gone)).server(Cast.gone, .refused)
        var script = MachineScript(stray)
        script.pass()
        script.now = .seconds(3)
        let refusal = Trouble(
            "REPLICAOF: NOPERM", prefix: "NOPERM", refusal: .init(server: Cast.second, command: "REPLICAOF"))
        let steps = script.pass { step in
            if case .tell = step { .failed(refusal) } else { nil }
        }
        #expect(steps.words.last == ["tell 7004 follow 7002"])
        #expect(script.troubles == [refusal.text])
        script.now += .seconds(1)
        #expect(script.pass().isEmpty)
        #expect(script.machine.pass == nil && script.machine.recall.snapshot?.refusals == [Cast.second: "REPLICAOF"])
        script.now += .seconds(5)
        #expect(!script.pass().isEmpty)
    }

    @Test func noActionIsBegunOnceItIsToEnd() {
        var script = MachineScript(Self.settled.crashed)
        _ = script.machine.handle(.end, at: .zero)
        #expect(script.pass().isEmpty)
    }

    @Test func ofARecordTheTimeSinceTheSentinelsWordIsTold() {
        var moved = Self.settled.voices(Cast.first, Cast.first, Cast.first, epoch: 8)
            .server(Cast.recorded, .refused).server(Cast.first, Cast.master())
        moved = moved.withoutLease(of: Cast.recorded)
        var script = MachineScript(moved)
        let word = Event.sentinel(Cast.sentinels[0], name: "+switch-master", payload: "")
        let steps = script.pass([word], taking: .milliseconds(4))
        #expect(steps.words == [["record"]])
        #expect(script.effects.contains(.recorded(after: .milliseconds(4))))
        #expect(script.results.map(\.took) == [.milliseconds(4)])
        #expect(script.effects.contains(.follow(Cast.first, answers: true)))
        #expect(script.pause == .milliseconds(1))
    }

    /// What follows the record is no part of it: clients have their master.
    @Test func aSuccessionTookFromTheFirstSignToItsRecord() throws {
        var script = MachineScript(Self.settled.crashed)
        let steps = script.pass([.masterLinkEnded(Cast.recorded)], taking: .milliseconds(3))
        let record = try #require(steps.words.firstIndex(of: ["record"]))
        #expect(record < steps.count - 1)
        let result = try #require(script.results.first)
        #expect(result.took == .milliseconds(3) * (record + 1) && result.cause == "succession")
        let told = script.snapshot.cluster.map { [$0.epoch, $0.sentinelEpoch ?? 0] } ?? []
        #expect(result.epoch == Reign.next(after: told, and: []))
    }

    @Test func aSwitchoverTookFromItsRequestToItsRecord() throws {
        var asked = Self.settled
        asked.switchover = Switchover(id: "1", to: Cast.first.description)
        var script = MachineScript(asked)
        script.now = .seconds(9)
        let steps = script.pass([.nodeChanged(path: "/redis/switchover")], taking: .milliseconds(3))
        let record = try #require(steps.words.firstIndex { $0.contains("record") }, "\(steps.words)")
        let result = try #require(script.results.first)
        #expect(result.took == .milliseconds(3) * (record + 1) && result.cause == "switchover")
    }
}
