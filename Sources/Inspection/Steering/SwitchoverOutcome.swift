public import Succession
package import Vocabulary

/// What a switchover came to, for whoever asked.
public struct SwitchoverOutcome: Equatable, Sendable {
    public var answer: Switchover
    /// How long it took, from the request on.
    public var took: Duration

    public init(_ answer: Switchover, took: Duration) {
        self.answer = answer
        self.took = took
    }

    /// The one line of result; nil where it did not end well.
    public var line: String? {
        guard answer.state == .done else { return nil }
        let pause = answer.pause.map { "; clients could not write for \($0) ms" } ?? ""
        return "\(answer.why ?? "done")\(pause)"
    }

    /// Why it did not end well; nil where it did.
    public var objection: Objection? {
        let why = answer.why ?? "no reason was given"
        switch answer.state {
        case .done: return nil
        case .refused: return Objection("refused by the watcher: \(why)")
        case .failed:
            return Objection(
                "it was begun and did not end well: \(why); what there was before goes on, see interrex status")
        case .running:
            return Objection(
                .unavailable,
                "it was begun, and nobody says what became of it; see interrex status, and the watcher's log")
        case nil: return Objection(.unavailable, why)
        }
    }

    package var json: JSON {
        [
            "state": .string(answer.state?.rawValue ?? "untouched"), "from": JSON(answer.from),
            "to": JSON(answer.to), "why": JSON(answer.why), "pause_ms": JSON(answer.pause),
            "took_ms": .number(Int(took / .milliseconds(1))),
        ]
    }
}

extension Objection {
    /// The same form for what was never asked for.
    package var json: JSON {
        ["state": .string("refused"), "from": .null, "to": .null, "why": .string(description)]
    }
}

extension Switchover {
    /// What a person is told when a request turns into this one; nil where nothing is new.
    public func progress(after before: Switchover?) -> String? {
        guard state != before?.state else { return nil }
        switch state {
        case nil: return "asked for; waiting for a watcher to begin"
        case .running: return "running: \(from ?? "the master") gives way to \(to ?? "a replica")"
        case .done, .refused, .failed: return nil
        }
    }
}
