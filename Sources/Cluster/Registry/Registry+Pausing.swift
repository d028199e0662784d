import Succession
import ZooKeeper

/// `/redis/paused`: that it exists is what counts.
extension Registry {
    static func pause(_ data: [UInt8]) throws(BadZnode) -> Pause {
        let pause = try decode(Pause.self, data)
        for (name, text) in [("who", pause.who), ("why", pause.why), ("since", pause.since), ("until", pause.until)] {
            if let text { try checkLine(text, name, limit: ZnodeText.limit) }
        }
        if let until = pause.until, Timestamp.seconds(until) == nil {
            throw BadZnode("its until is not a time of RFC 3339")
        }
        return pause
    }

    /// Ends a pause whose `until` has passed: deletes `/redis/paused` at the version read, so that a pause that somebody
    /// has just prolonged goes on.
    /// - Returns: `.overtaken` where there is no such pause (any more), or `watcher` does not lead.
    public func resume(as watcher: String) async throws -> RecordOutcome {
        guard let node = try await node(paths.paused), let until = try? Self.pause(node.data).until,
            Timestamp.hasPassed(until)
        else { return .overtaken }
        return try await lead(watcher, [.delete(paths.paused, version: node.stat.version)])
    }
}
