import Succession
import Testing
import Vocabulary

/// The example of a behaviour in docs/extending.md, used as somebody would who writes one: only what the module makes
/// public.
@Suite(.timeLimit(.minutes(5))) struct BehaviourTests {
    private static let master = address("10.0.0.1:6379")
    private static let replicas = [address("10.0.0.2:6379"), address("10.0.0.3:6379")]
    private static let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef")
    private static let name = "too-few-replicas"

    private static func address(_ text: String) -> Address { Address(text)! }

    private static func instance(_ answer: Answer) -> Instance { Instance(answer, mark: .mark(mark)) }

    private static func replica(linked: Bool = true) -> Instance {
        let history = History(replicationID: String(repeating: "a", count: 40))
        return instance(.replica(Replication(of: master, synchronised: true, isLinked: linked, history: history)))
    }

    /// Two replicas follow the recorded master.
    private static let snapshot = Snapshot(
        mark: mark, record: Record(master, version: 0), members: [master] + replicas,
        instances: [
            master: instance(.master(History(replicationID: String(repeating: "a", count: 40)))),
            replicas[0]: replica(), replicas[1]: replica(),
        ])

    private static func actions(_ snapshot: Snapshot, after events: [Event] = []) -> [Action] {
        plan(snapshot, after: events, by: Behaviours.builtIn + [TooFewReplicas(wanted: 2)])
    }

    private static func alert(_ snapshot: Snapshot) -> String? {
        for case .alert(let alert) in actions(snapshot) where alert.name == name { return alert.text }
        return nil
    }

    @Test func enoughReplicasAlertNobody() { #expect(Self.alert(Self.snapshot) == nil) }

    @Test func aReplicaWhoseLinkIsDownIsMissed() {
        var snapshot = Self.snapshot
        snapshot.instances[Self.replicas[1]] = Self.replica(linked: false)
        #expect(Self.alert(snapshot) == "1 of 2 wanted replicas follow 10.0.0.1:6379; start more")
    }

    @Test func aReplicaWithNeitherLeaseNorMarkIsMissed() {
        var snapshot = Self.snapshot
        snapshot.members = [Self.master, Self.replicas[0]]
        #expect(Self.alert(snapshot) == nil)
        snapshot.instances[Self.replicas[1]]?.mark = .unknown
        #expect(Self.alert(snapshot) != nil)
    }

    @Test func aReplicaOfAnotherClusterIsMissed() {
        var snapshot = Self.snapshot
        snapshot.instances[Self.replicas[1]]?.mark = .mark(
            Mark(root: "/redis", masterName: "mymaster", clusterID: "fedcba9876543210"))
        #expect(Self.alert(snapshot) != nil)
    }

    @Test func noMasterIsAnAlertOfItsOwn() {
        var snapshot = Self.snapshot
        snapshot.instances[Self.master] = Instance(.refused)
        #expect(Self.alert(snapshot) == nil)
    }

    @Test func aClockThatJumpedIsPublishedBesideWhatTheBuiltInOnesSay() {
        let sentinel = Self.address("10.0.1.1:26379")
        let events = [Event.timer, .sentinel(sentinel, name: "+tilt", payload: "#tilt mode entered")]
        let published = Self.actions(Self.snapshot, after: events).compactMap { action in
            if case .publish(let notice) = action { notice.event } else { nil }
        }
        #expect(published == ["sentinel+tilt", "clock-jumped"])
        #expect(Self.actions(Self.snapshot, after: [.timer]) == Self.actions(Self.snapshot))
    }

    /// A behaviour with a condition of its own: what has to hold for a time is declared in its file.
    struct Patient: Behaviour {
        let name = "patient"

        func conditions(in snapshot: Snapshot) -> Set<Condition> {
            snapshot.record.map { [.recorded($0.address)] } ?? []
        }

        func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
            snapshot.held(.recorded(BehaviourTests.master), for: .seconds(2))
                ? [.remove(sentinel: BehaviourTests.master)] : []
        }
    }

    @Test func aBehaviourActsOnceItsConditionHasHeld() {
        var (snapshot, endurance) = (Self.snapshot, Endurance())
        for (second, count) in [(0, 0), (1, 0), (2, 1)] {
            snapshot.held = endurance.note(Patient().conditions(in: snapshot), at: .seconds(second))
            #expect(plan(snapshot, by: [Patient()]).count == count)
        }
    }

    @Test func anActionIsTracedToItsBehaviour() {
        let planned = planned(Self.snapshot, by: [TooFewReplicas(wanted: 3), Overeager()])
        #expect(planned.map(\.behaviour) == ["TooFewReplicas", "Overeager", "Overeager"])
        #expect(planned.map(\.action) == plan(Self.snapshot, by: [TooFewReplicas(wanted: 3), Overeager()]))
        #expect(Set(Behaviours.builtIn.map(\.name)).count == Behaviours.builtIn.count)
        #expect(Patient().name == "patient")
    }

    /// Whatever a behaviour returns, the plan keeps to who may do it.
    struct Overeager: Behaviour {
        func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
            [.promote(BehaviourTests.replicas[0]), .remove(sentinel: BehaviourTests.replicas[0])]
        }
    }

    @Test(arguments: [(true, false, 2), (false, false, 0), (true, true, 0), (false, true, 0)])
    func onlyALeaderThatIsNotPausedChangesServers(_ leads: Bool, _ isPaused: Bool, _ count: Int) {
        var snapshot = Self.snapshot
        (snapshot.leads, snapshot.isPaused) = (leads, isPaused)
        #expect(plan(snapshot, by: [Overeager()]).count == count)
        #expect(plan(snapshot, by: [Overeager(), Overeager()]).count == count)
        snapshot.badNodes = [BadNode(path: "/redis/master", reason: "it is empty", isEssential: true)]
        #expect(plan(snapshot, by: [Overeager()]).isEmpty)
    }
}

extension Condition {
    fileprivate static func recorded(_ master: Address) -> Condition { Condition("recorded", of: master) }
}
