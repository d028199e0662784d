public import Succession
import ZooKeeper

/// `/redis/switchover`: whoever wants another master writes it, the leading watcher writes what became of it.
extension Registry {
    /// - Throws: `BadZnode` for what can't be answered. An address in it is not looked at yet: that is answered.
    static func switchover(_ data: [UInt8]) throws(BadZnode) -> Switchover {
        let request = try decode(Switchover.self, data, limit: switchoverLimit)
        let texts = [
            ("id", request.id), ("to", request.to), ("away_from", request.awayFrom), ("who", request.who),
            ("until", request.until), ("from", request.from), ("why", request.why),
        ]
        for (name, text) in texts { if let text { try checkLine(text, name, limit: ZnodeText.limit) } }
        guard !request.id.isEmpty else { throw BadZnode("its id is empty") }
        if let until = request.until, Timestamp.seconds(until) == nil {
            throw BadZnode("its until is not a time of RFC 3339")
        }
        return request
    }

    /// Some long lines, and what we add.
    private static let switchoverLimit = 4_096

    /// Writes what became of a request, if that is still the one that was read, and `watcher` leads.
    public func answer(_ switchover: Switchover, version: Int32, as watcher: String) async throws -> RecordOutcome {
        var switchover = switchover
        switchover.why = switchover.why.map { String($0.prefix(300)) }
        return try await lead(watcher, [.set(paths.switchover, Self.encode(switchover), version: version)])
    }
}
