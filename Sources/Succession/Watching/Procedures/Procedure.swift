public import Vocabulary

/// An action as it is carried out, step by step. A pure value: it is told what came of each step, and says what is
/// next.
///
/// What tells a server to change is fenced: it is sent a moment at most after ZooKeeper has confirmed the lead and the
/// version of `/redis/master`, over a line on which the right server has just answered.
protocol Procedure: Sendable {
    mutating func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress

    /// - Parameter step: one that was returned before, and that is through.
    mutating func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress
}

/// How far a procedure is.
public enum Progress: Equatable, Sendable {
    /// What is done next, at the same time; none where others are under way still.
    case steps([ActionStep])
    /// Nil where nothing was changed: overtaken, no longer leading, or nothing to do here.
    case over(ActionResult?)
    case failed(Trouble)

    public static var waiting: Progress { .steps([]) }
}

/// What an action has done.
public struct ActionResult: Equatable, Sendable {
    public var notice: Notice?
    /// Why the master that was recorded is that, as the history has it.
    public var cause: String?
    /// The master that was recorded.
    public var recorded: Address?
    /// The number of the reign that began.
    public var epoch: Int?
    /// How long it took: a change of the master from its first sign, where there was one, to its record; anything else
    /// from its beginning to its end, which is known once it is through.
    public var took: Duration?
    /// What became of a request.
    public var switchover: Switchover?

    public init(
        notice: Notice? = nil, cause: String? = nil, recorded: Address? = nil, epoch: Int? = nil,
        switchover: Switchover? = nil
    ) {
        (self.notice, self.cause, self.recorded) = (notice, cause, recorded)
        (self.epoch, self.switchover) = (epoch, switchover)
    }
}

extension ActionResult {
    /// The same of an action that is through.
    func timed(since began: Duration, at now: Duration) -> ActionResult {
        guard recorded == nil else { return self }
        var result = self
        result.took = now - began
        return result
    }
}

/// What an action is carried out on: the look that it was planned from.
struct ActionContext: Equatable, Sendable {
    /// Our node below `/redis/watchers`.
    var node: String?
    var clusterVersion: Int32?
    var lossVersion: Int32?
    var switchoverVersion: Int32?
    var snapshot: Snapshot
    /// Sentinels that may be told the servers' password.
    var confidants: Set<Address> = []
    /// Our own name, as others see it.
    var address: String
    /// When the first sign came of what is done, by the machine's clock; nil where nobody saw any.
    var sign: Duration?
    /// Whether a person acts, beside whoever leads.
    var isOperators = false

    var record: Record? { snapshot.record }

    /// Nil where there is no node to lead with.
    var fence: ActionStep? {
        node == nil && !isOperators ? nil : .confirmLead(node: node, master: record?.version)
    }

    func write(_ recording: Recording, _ memory: ActionMemory, for who: String? = nil) -> ActionStep {
        .write(
            .record(
                RecordWrite(
                    recording: recording, clusterVersion: clusterVersion, lossVersion: lossVersion,
                    clusterID: snapshot.mark.clusterID, cause: memory.cause(of: recording),
                    members: Set(snapshot.members).count, who: who, sign: sign)))
    }

    /// What is to be recorded of a member that was promoted; nil where it does not answer master.
    func recording(of member: Address, as instance: Instance, _ evidence: Recording.Evidence) -> Recording? {
        guard case .master = instance.answer else { return nil }
        let snapshot = snapshot(with: instance, at: member)
        return Recording(
            master: member, evidence: evidence, previous: snapshot.record,
            cluster: snapshot.clusterRecord(under: member, wasPromoted: true))
    }

    /// Whether others may be told to follow this one, by what it answers at this moment: what it was in the look may
    /// have ended, and another have its port.
    func mayBeFollowed(_ master: Address, as instance: Instance?) -> Bool {
        snapshot(with: instance ?? Instance(.silent), at: master).mayBeFollowed(master)
    }

    func snapshot(with instance: Instance, at address: Address) -> Snapshot {
        var snapshot = snapshot
        snapshot.instances[address] = instance
        return snapshot
    }
}

extension ActionStep {
    /// The write of a recording, taken by ZooKeeper.
    func result(_ memory: inout ActionMemory, at now: Duration) -> ActionResult? {
        guard case .write(.record(let write)) = self else { return nil }
        memory.endDeed()
        let (recording, previous) = (write.recording, write.recording.previous?.address)
        let text = "\(recording.master) is master\(previous.map { ", after \($0)" } ?? "") (\(write.cause))"
        var result = ActionResult(
            notice: Notice("master-changed", old: previous, new: recording.master, text),
            cause: write.cause, recorded: recording.master, epoch: recording.cluster.epoch)
        result.took = write.sign.map { now - $0 }
        return result
    }
}
