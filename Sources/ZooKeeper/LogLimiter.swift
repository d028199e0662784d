/// Lets one line a second through, and says with the next one how many were left out: while a server is away
/// libzookeeper writes ten lines a second.
struct LogLimiter {
    static let pause = Duration.seconds(1)

    private var last: Instant?
    private var leftOut = 0

    /// The text to log, or nil.
    mutating func admit(_ text: String, at now: Instant) -> String? {
        if let last, now - last < Self.pause {
            leftOut += 1
            return nil
        }
        defer {
            last = now
            leftOut = 0
        }
        switch leftOut {
        case 0: return text
        case 1: return "\(text) (1 line left out)"
        default: return "\(text) (\(leftOut) lines left out)"
        }
    }
}
