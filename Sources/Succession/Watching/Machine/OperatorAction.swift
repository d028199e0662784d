public import Vocabulary

/// One action that a person has carried out beside the watchers, step by step. A pure value, as a watcher's machine is:
/// it is told what came of each step, and says what is next. Its fence is the version of `/redis/master` alone.
public struct OperatorAction: Sendable {
    private var procedure: any Procedure
    private var memory = ActionMemory()
    /// How many steps are not through.
    private var outstanding = 0
    /// How it ended; steps that are not through are waited for.
    private var ending: Progress?

    /// What it rests on: one look, and the versions that were read before it.
    public struct Basis: Sendable {
        public var snapshot: Snapshot
        /// Of `/redis/cluster`; nil where that is not there.
        public var clusterVersion: Int32?
        /// Of `/redis/accept-loss`; nil where that is not there.
        public var lossVersion: Int32?
        /// Who acts, as others see it.
        public var name: String

        public init(_ snapshot: Snapshot, clusterVersion: Int32?, lossVersion: Int32?, name: String) {
            self.snapshot = snapshot
            self.clusterVersion = clusterVersion
            self.lossVersion = lossVersion
            self.name = name
        }

        fileprivate var context: ActionContext {
            ActionContext(
                node: nil, clusterVersion: clusterVersion, lossVersion: lossVersion, snapshot: snapshot, address: name,
                isOperators: true)
        }
    }

    /// Makes `heir` master in the place of the recorded one, which does not answer as master.
    /// - Parameter who: for the history.
    public init(takingOver heir: Address, for who: String?, _ basis: Basis) {
        procedure = TakingOver(heir, for: who, basis.context)
    }

    /// Tells sentinels what is recorded, and has replicas follow it that follow nobody of use.
    public init(_ announcement: Announcement, _ basis: Basis) {
        procedure = Announcing(announcement, basis.context)
    }

    /// Makes a sentinel forget who is gone, and knows at once the peers that live.
    public init(resetting sentinel: Address, toForget gone: [Address], _ basis: Basis) {
        procedure = Resetting(sentinel, gone, basis.context)
    }

    public mutating func begin(at now: Duration) -> Progress { proceed(procedure.begin(&memory, at: now)) }

    public mutating func heard(_ outcome: StepOutcome, of step: ActionStep, at now: Duration) -> Progress {
        outstanding -= 1
        return proceed(ending ?? procedure.heard(outcome, of: step, &memory, at: now))
    }

    /// Whether a server may have been made master, of which nobody has recorded anything.
    public var mayHavePromoted: Bool { memory.hasDeed }

    /// What went wrong beside it, and did not stop it.
    public var remarks: [String] { memory.remarks }

    private mutating func proceed(_ progress: Progress) -> Progress {
        if case .steps(let steps) = progress, !(steps.isEmpty && outstanding == 0) {
            outstanding += steps.count
            return progress
        }
        ending = progress
        if outstanding > 0 { return .waiting }
        if case .steps = progress { return .over(nil) }
        return progress
    }
}
