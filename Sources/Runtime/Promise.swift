/// One value for one waiting task: the first of answer, deadline and cancellation wins, the others change nothing.
///
/// That first-wins rule is what lets a late reply be dropped: the command's entry keeps its place in the queue, and
/// fulfilling it a second time does nothing.
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
    }

    private let state = Protected(State.empty)

    package init() {}

    package var isFulfilled: Bool {
        state.withLock { if case .fulfilled = $0 { true } else { false } }
    }

    /// Returns whether this was the first value.
    @discardableResult
    package func fulfil(_ value: Value) -> Bool {
        let (first, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .fulfilled: return (false, nil)
            case .empty:
                state = .fulfilled(value)
                return (true, nil)
            case .waiting(let continuation):
                state = .fulfilled(value)
                return (true, continuation)
            }
        }
        waiting?.resume(returning: value)
        return first
    }

    /// Waits for the value, on the caller's executor; fulfilled with `fallback` when the waiting task is cancelled.
    package nonisolated(nonsending) func value(ifCancelled fallback: Value) async -> Value {
        if case .fulfilled(let value) = state.withLock({ $0 }) { return value }
        return await withTaskCancellationHandler {
            await value()
        } onCancel: {
            fulfil(fallback)
        }
    }

    /// Waits for the value, on the caller's executor, whether the waiting task is cancelled or not.
    package nonisolated(nonsending) func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Value? in
                if case .fulfilled(let value) = state { return value }
                state = .waiting(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
