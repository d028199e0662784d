import Vocabulary

@testable import Succession

/// A launch as a script: what the machine is told, and what it wants done next.
struct LaunchScript {
    private(set) var machine: LauncherMachine
    /// Of the last event.
    private(set) var notes: [LaunchNote] = []
    var now = Duration.zero

    init(
        _ data: LaunchData = LaunchData(inPlace: .init(.empty)),
        _ change: (inout LauncherMachine.Settings) -> Void = { _ in }
    ) {
        var settings = LauncherMachine.Settings(
            me: Cast.me, mark: Cast.markWithoutID, data: data, limit: Cast.limit, newClusterID: Cast.clusterID)
        change(&settings)
        machine = LauncherMachine(settings)
    }

    @discardableResult mutating func tell(_ event: LaunchEvent, after time: Duration = .milliseconds(1)) -> LaunchEffect
    {
        now += time
        let step = machine.handle(event, at: now)
        notes = step.notes
        return step.effect
    }

    /// A session opens.
    @discardableResult mutating func connect() -> LaunchEffect {
        tell(.began)
        return tell(.connected(sessionTimeout: .seconds(6)))
    }

    /// The same where the cluster is of long ago and a glance does not do: a full look is what comes next.
    @discardableResult mutating func connectToLook() -> LaunchEffect {
        connect()
        tell(.foundRoot(true))
        return tell(.glanced(nil))
    }

    /// A full look, and the answers to it.
    @discardableResult mutating func look(_ view: View, _ answers: Answers = Answers(), after time: Duration = .zero)
        -> LaunchEffect
    {
        guard tell(.looked(view), after: time) == .ask(view) else { return .giveUp }
        return tell(.answered(view, answers), after: .milliseconds(1))
    }

    /// For which rule the last ruling was made.
    var rule: Rule? {
        for case .decided(let ruling) in notes { return ruling.rule }
        return nil
    }
}

extension View {
    /// - Parameter version: of `/redis/master`; `/redis/cluster` is always at 7.
    init(
        recorded: Address? = nil, version: Int32 = 6, cluster: ClusterRecord? = nil, members: [Address] = [],
        candidates: [Candidate] = []
    ) {
        self.init()
        record = recorded.map { Record($0, version: version) }
        self.cluster = cluster
        clusterVersion = cluster.map { _ in 7 }
        self.members = members.map { Registration(id: "-", address: $0, isLeased: true) }
        self.candidates = candidates
    }
}

extension Answers {
    init(_ answers: [Address: Answer]) {
        self.init(instances: answers.mapValues { Instance($0, mark: .mark(Cast.mark)) })
    }
}

extension LaunchEffect {
    var claim: Claim? { if case .claim(let claim) = self { claim } else { nil } }
    var start: Start? { if case .start(let start) = self { start } else { nil } }
}
