import Testing
import Vocabulary

@testable import Succession

/// Our own machine kept us from asking somebody: that is no evidence of anything.
@Suite(.timeLimit(.minutes(5))) struct ShortageTests {
    private static let gone = Cast.gone
    private static let lack = "Too many open files"
    private static let stale = lasting(
        30, Snapshot.healthy.server(gone, .silent).sentinel { $0.details.replicas.append(gone) })

    private static func lasting(_ seconds: Double, _ snapshot: Snapshot) -> Snapshot {
        snapshot.lasting(.seconds(seconds))
    }

    @Test func whatRestsOnSilenceIsHeldBack() {
        #expect(!plan(Self.stale).deeds.isEmpty)
        let actions = plan(Self.stale.unasked([Self.gone]))
        #expect(actions.deeds.isEmpty)
        #expect(actions.alert("own-limits")?.hasSuffix(Self.lack) == true)
        #expect(!plan(Self.stale).alerts.contains("own-limits"))
    }

    /// A connection beside those of the look could not be opened: everybody has answered.
    @Test func aLookInWhichAllWereAskedIsWhole() {
        let actions = plan(Self.stale.with { $0.shortage = Self.lack })
        #expect(actions.deeds == plan(Self.stale).deeds && actions.alerts.contains("own-limits"))
    }

    private static let everybody = [Cast.recorded, Cast.first, Cast.second] + Cast.sentinels

    /// Nobody could be asked, and all was well before: it still is, as far as anybody knows.
    @Test func whoCouldNotBeAskedIsAsItWas() {
        let blind = Snapshot.healthy.unasked(Self.everybody)
        #expect(!blind.answersMaster(Cast.recorded) && blind.sentinels.opinions.isEmpty && !blind.isSettled)
        #expect(plan(blind).deeds.isEmpty && plan(blind).alerts == ["own-limits"])
        let seen = blind.asLastSeen
        #expect(seen.answersMaster(Cast.recorded) && seen.sentinels == Snapshot.healthy.sentinels)
        #expect(seen.failoverObstacles == [] && !seen.isUnderway)
        #expect(seen.nextLook(unsettledFor: .zero) == Snapshot.quietInterval(clusters: 1))
        // A watcher that could ask would hurry.
        #expect(Snapshot.healthy.server(Cast.recorded, .silent).isUnderway)
    }

    /// It was never asked, or too long ago.
    @Test func ofWhomNothingIsKnownNothingIsSaid() {
        for members in [[Cast.recorded], [Cast.first, Cast.second], Cast.sentinels, Self.everybody] {
            let blind = Snapshot.healthy.unasked(members, areKnown: false)
            #expect(plan(blind).deeds.isEmpty && plan(blind).alerts == ["own-limits"], "\(members)")
            #expect(!blind.asLastSeen.isUnderway)
            #expect(blind.asLastSeen.nextLook(unsettledFor: .zero) == Snapshot.quietInterval(clusters: 1))
            // A master whose replicas are ready has somebody to follow it, whatever it says itself.
            let unknown = "it is not known: this watcher can't ask \(members.count) servers and sentinels"
            #expect(blind.asLastSeen.failoverObstacles == (members == [Cast.recorded] ? [] : [unknown]))
        }
    }

    /// What was answered is said, and what was so before the shortage began.
    @Test func alertsThatRestOnAnswersAreRaised() {
        let quorums = Snapshot.healthy.sentinel(0) { $0.details.quorum = 3 }.with {
            $0.badNodes = [BadNode(path: "/redis/members/x", reason: "it is empty")]
        }
        for areKnown in [true, false] {
            let blind = quorums.unasked([Cast.recorded, Cast.second], areKnown: areKnown)
            #expect(plan(blind).alerts == ["own-limits", "bad-node", "sentinel-settings-differ"])
        }
        let frozen = Snapshot.healthy.server(Cast.second, .silent)
        let before = plan(frozen).alerts
        #expect(before.contains("replica-not-linked"))
        #expect(plan(frozen.unasked([Cast.second])).alerts == ["own-limits"] + before)
        #expect(plan(frozen.unasked([Cast.first])).alerts == ["own-limits"] + before)
        // The one that is known is named, and how many there are is not.
        let half = frozen.unasked([Cast.first], areKnown: false)
        #expect(plan(half).alerts == ["own-limits", "replica-not-linked"])
    }

    /// Our own connection to it was refused: whatever it said last, it is gone.
    @Test func aCrashIsSeenWithoutAsking() {
        for areKnown in [true, false] {
            let crashed = Snapshot.healthy.with { $0.masterHasCrashed = true }.unasked(
                [Cast.recorded], areKnown: areKnown)
            #expect(crashed.asLastSeen.answer(of: Cast.recorded) == .refused && crashed.asLastSeen.isUnderway)
        }
    }

    /// A behaviour of somebody else's sees the same.
    @Test func anotherBehavioursAlertRestsOnNobodysSilence() {
        struct Lonely: Behaviour {
            func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
                snapshot.heirs.isEmpty ? [.alert(Alert("lonely", "nobody"))] : []
            }
        }
        let both = [Cast.first, Cast.second]
        let alone = Snapshot.healthy.server(Cast.first, .silent).server(Cast.second, .silent)
        #expect(plan(alone, by: [Lonely()]).alerts == ["lonely"])
        for areKnown in [true, false] {
            #expect(plan(Snapshot.healthy.unasked(both, areKnown: areKnown), by: [Lonely()]).alerts == [])
        }
    }

    /// What was refused is never taken up again.
    @Test func aRequestIsNotRefusedForWhoCouldNotBeAsked() {
        let asked = Snapshot.healthy.with { $0.switchover = Switchover(id: "7", to: Cast.first.description) }
        func answer(_ snapshot: Snapshot) -> Switchover? {
            plan(snapshot, by: [SwitchOver()]).compactMap {
                if case .answer(let answer) = $0 { answer } else { nil }
            }.first
        }
        for unasked in [[Cast.first], [Cast.recorded], Array(Cast.sentinels.prefix(2))] {
            let silent = unasked.reduce(asked) { one, address in
                Cast.sentinels.firstIndex(of: address).map { one.silent($0) } ?? one.server(address, .silent)
            }
            let blind = asked.unasked(unasked)
            #expect(answer(blind) == nil && blind.step(of: blind.switchover!) == .wait, "\(unasked)")
            #expect(unasked == [Cast.recorded] || answer(silent)?.state == .refused, "\(unasked)")
            #expect(answer(blind.with { $0.isSwitchoverLate = true })?.state == .refused)
        }
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

extension Snapshot {
    /// Our own machine keeps us from asking these; what they say here is what they said last, where that is known.
    fileprivate func unasked(_ addresses: [Address], areKnown: Bool = true) -> Snapshot {
        var blind = self
        (blind.shortage, blind.unasked) = ("Too many open files", Set(addresses))
        var known = LastSeen(instances: [:], sentinels: sentinels)
        for address in addresses {
            if let instance = instances[address] {
                blind.instances[address] = Instance(.silent)
                if areKnown { known.instances[address] = instance } else { known.unknown.insert(address) }
            }
            for index in sentinels.indices where sentinels[index].address == address {
                (blind.sentinels[index].opinion, blind.sentinels[index].trouble) = (nil, .unasked)
                if !areKnown {
                    known.sentinels[index] = blind.sentinels[index]
                    known.unknown.insert(address)
                }
            }
        }
        blind.lastSeen = known
        return blind
    }
}
