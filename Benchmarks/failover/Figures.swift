/// Durations of one thing that was measured several times, in milliseconds.
struct Figures {
    private(set) var milliseconds: [Double] = []

    mutating func add(_ duration: Duration) {
        milliseconds.append(duration / .milliseconds(1))
    }

    var median: Double { milliseconds.sorted()[milliseconds.count / 2] }

    /// One line: the median, and the smallest and the largest figure.
    func line(_ what: String, _ note: String = "") -> String {
        let sorted = milliseconds.sorted()
        let range = "\(rounded(sorted[0])) to \(rounded(sorted[sorted.count - 1]))"
        return "  \(what): \(rounded(median)) ms (\(range), \(sorted.count) times)\(note.isEmpty ? "" : "; \(note)")"
    }
}

func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
