import Testing

@testable import Succession

/// Our own machine kept us from asking somebody: that is no evidence of anything.
@Suite struct ShortageTests {
    private static let gone = Cast.gone
    private static let lack = "Too many open files"
    private static let stale = lasting(
        30, Snapshot.healthy.server(gone, .silent).sentinel { $0.details.replicas.append(gone) })

    private static func lasting(_ seconds: Double, _ snapshot: Snapshot) -> Snapshot {
        snapshot.lasting(.seconds(seconds))
    }

    @Test func whatRestsOnSilenceIsHeldBack() {
        #expect(!plan(Self.stale).deeds.isEmpty)
        let actions = plan(Self.stale.with { $0.shortage = Self.lack })
        #expect(actions.deeds.isEmpty)
        #expect(actions.alert("own-limits")?.hasSuffix(Self.lack) == true)
        #expect(!plan(Self.stale).alerts.contains("own-limits"))
    }

    /// All actions that there are, and whether they may go on.
    @Test func whatRestsOnAnswersGoesOn() {
        let record = Snapshot.healthy.cluster!
        func recording(_ evidence: Recording.Evidence) -> Action {
            .record(Recording(master: Cast.first, evidence: evidence, previous: nil, cluster: record))
        }
        let goesOn: [Action] = [
            recording(.agreed), recording(.early), .succeed(Cast.recorded), .force(master: Cast.recorded, on: []),
            .announced(),
        ]
        let waits: [Action] = [
            recording(.sole), .promote(Cast.first), .reset(Cast.sentinels[0], toForget: []),
            .attach(Cast.first, to: Cast.recorded), .remove(sentinel: Cast.sentinels[0]), .keep(record),
            .repoint(Cast.sentinels, to: Cast.recorded),
            .configure(Cast.first, parameter: "replica-priority", value: "100"),
        ]
        #expect(goesOn.allSatisfy(\.standsOnAnswers) && !waits.contains(where: \.standsOnAnswers))
    }

    /// Nobody answers, and nothing is recorded: a launcher that could ask everybody would claim.
    @Test func aLauncherWaits() {
        var observation = Observation(me: Cast.me, mark: Cast.mark)
        #expect(decide(observation) == .claim(at: nil))
        observation.shortage = Self.lack
        #expect(decide(observation) == .wait(.shortage(Self.lack)))
        #expect(decide(observation.after(.seconds(61))) == .refuse(.shortage(Self.lack)))
    }

    @Test func aSentinelsLauncherWaits() {
        var observation = Observation(me: Cast.me, mark: Cast.mark).recorded(.silent)
        observation.shortage = Self.lack
        #expect(decideSentinel(observation) == .wait(.shortage(Self.lack)))
    }
}
