import Vocabulary

/// An action that is one write to ZooKeeper.
struct Writing: Procedure {
    let write: ActionStep?
    /// What is said of it once it is done.
    var result = ActionResult()

    func begin(_ memory: inout ActionMemory, at now: Duration) -> Progress {
        if let answer = result.switchover { memory.remember(answer) }
        return write.map { .steps([$0]) } ?? .over(nil)
    }

    func heard(
        _ outcome: StepOutcome, of step: ActionStep, _ memory: inout ActionMemory, at now: Duration
    ) -> Progress {
        switch outcome {
        case .done: .over(step.result(&memory, at: now) ?? result)
        case .failed(let trouble): .failed(trouble)
        default: .over(nil)
        }
    }
}

extension Writing {
    init(_ recording: Recording, _ context: ActionContext, _ memory: ActionMemory) {
        write = context.write(recording, memory)
    }

    init(keeping record: ClusterRecord, _ context: ActionContext) {
        write = context.node.map {
            .write(.keep(record, version: context.clusterVersion, id: context.snapshot.mark.clusterID, node: $0))
        }
    }

    /// - Parameter id: the name of the sentinel's node.
    init(removing sentinel: Address, id: String?, _ context: ActionContext) {
        write = context.node.flatMap { node in id.map { .write(.removeSentinel(id: $0, node: node)) } }
        result.notice = Notice(
            "removed", old: sentinel, "removed the dead sentinel \(sentinel) of another tool")
    }

    init(answering switchover: Switchover, _ context: ActionContext) {
        write = context.answer(switchover)
        result.switchover = switchover
    }
}

extension ActionContext {
    /// What there is to say of a request; nil where there is none, or no node to lead with.
    func answer(_ switchover: Switchover) -> ActionStep? {
        guard let node, let switchoverVersion else { return nil }
        return .write(.answer(switchover, version: switchoverVersion, node: node))
    }
}
