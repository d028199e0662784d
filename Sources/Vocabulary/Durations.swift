extension Duration {
    /// Whole milliseconds, rounded towards zero; the largest number there is where it would not fit.
    package var wholeMilliseconds: Int64 {
        let (milliseconds, overflows) = components.seconds.multipliedReportingOverflow(by: 1_000)
        return overflows ? .max : milliseconds &+ components.attoseconds / 1_000_000_000_000_000
    }

    /// As it is typed: `500ms`, `90s`, `1h`, `7d`.
    package var asTyped: String {
        let milliseconds = wholeMilliseconds
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)] {
            if milliseconds > 0, milliseconds % length == 0 { return "\(milliseconds / length)\(unit)" }
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }

    /// `42 s`, `7 min`, `3 h`, `5 d`.
    package var inWords: String {
        let seconds = components.seconds
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}
