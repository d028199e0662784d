/// How long to wait between two looks: 10 ms at first, doubling up to a limit.
public struct GrowingPause: Equatable, Sendable {
    private let longest: Duration
    private var length: Duration

    /// - Parameter longest: 200 ms, within which a wait that no watch ends is noticed to be over.
    public init(first: Duration = .milliseconds(10), longest: Duration = .milliseconds(200)) {
        self.longest = longest
        length = first
    }

    /// The length of the next one.
    /// - Parameter most: what is left of the time, of which at least 1 ms is waited.
    public mutating func next(atMost most: Duration = .seconds(60)) -> Duration {
        defer { length = min(length * 2, longest) }
        return max(min(length, most), .milliseconds(1))
    }
}
