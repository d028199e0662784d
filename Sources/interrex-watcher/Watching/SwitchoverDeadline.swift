import Cluster
import Succession

/// Until when a request may be begun: as it says, else for a minute from when it was first seen.
struct SwitchoverDeadline {
    private static let patience = Duration.seconds(60)

    private var first: (id: String, at: ContinuousClock.Instant)?

    mutating func isOver(for request: Switchover?) -> Bool {
        guard let request else {
            first = nil
            return false
        }
        if first?.id != request.id { first = (request.id, .now) }
        if let until = request.until { return Timestamp.hasPassed(until) }
        return first.map { .now - $0.at >= Self.patience } ?? false
    }
}
