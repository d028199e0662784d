import Vocabulary

/// For how long each condition has held.
public struct Endurance: Equatable, Sendable {
    /// A break between two passes that is longer than this ends every count: what was so during the break, nobody saw.
    public static let longestBreak = Duration.seconds(30)

    private var since: [Condition: Duration] = [:]
    private var last: Duration?

    public init() {}

    /// Takes note of the conditions that hold at `time`, and returns for how long each has.
    public mutating func note(_ conditions: Set<Condition>, at time: Duration) -> [Condition: Duration] {
        if let last, time - last > Self.longestBreak { since = [:] }
        last = time
        since = since.filter { conditions.contains($0.key) }
        for condition in conditions where since[condition] == nil { since[condition] = time }
        return since.mapValues { time - $0 }
    }
}
