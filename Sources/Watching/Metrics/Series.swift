import Metrics
import Runtime

/// One series: a name with one set of labels.
protocol Series: AnyObject, Sendable {
    /// As they stand between the braces: under which the series is found again.
    var labels: String { get }
    /// What is shown of it, in the order in which it is shown.
    var samples: [Sample] { get }
}

/// One line of the text.
struct Sample {
    /// Added to the name: `_bucket`, `_sum`, `_count` of a histogram.
    var suffix = ""
    /// The upper bound of a histogram's bucket.
    var bound: String?
    var value: String

    func line(name: String, labels: String) -> String {
        let all = [labels, bound.map { "le=\"\($0)\"" } ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
        return "\(name)\(suffix)\(all.isEmpty ? "" : "{\(all)}") \(value)"
    }
}

final class CounterSeries: CounterHandler, Series {
    let labels: String
    private let value = Protected<Int64>(0)

    init(labels: String) { self.labels = labels }

    func increment(by amount: Int64) {
        value.withLock { value in
            let (sum, overflow) = value.addingReportingOverflow(amount)
            // A counter that starts again at 0 is what Prometheus expects.
            value = overflow ? 0 : sum
        }
    }

    func reset() { value.withLock { $0 = 0 } }

    var samples: [Sample] { [Sample(value: String(value.withLock { $0 }))] }
}

final class FloatingPointCounterSeries: FloatingPointCounterHandler, Series {
    let labels: String
    private let value = Protected<Double>(0)

    init(labels: String) { self.labels = labels }

    /// A counter never goes down, so anything but a positive amount is left out.
    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { value.withLock { $0 += amount } }
    }

    func reset() { value.withLock { $0 = 0 } }

    var samples: [Sample] { [Sample(value: PrometheusText.number(value.withLock { $0 }))] }
}

final class GaugeSeries: MeterHandler, RecorderHandler, Series {
    let labels: String
    private let value = Protected<Double>(0)

    init(labels: String) { self.labels = labels }

    func set(_ new: Int64) { set(Double(new)) }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(new) }
    func record(_ new: Double) { set(new) }

    var samples: [Sample] { [Sample(value: PrometheusText.number(value.withLock { $0 }))] }
}

final class HistogramSeries: TimerHandler, RecorderHandler, Series {
    /// The upper bounds of the buckets, in seconds. The last one, without a bound, is the count.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private struct State {
        /// One a bound, each without those below it.
        var counts = [Int64](repeating: 0, count: HistogramSeries.bounds.count)
        var count: Int64 = 0
        var sum = 0.0
    }

    let labels: String
    private let state = Protected(State())

    init(labels: String) { self.labels = labels }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    /// Not a number has no bucket, and would make the sum one for ever.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        state.withLock { state in
            if let bucket = Self.bounds.firstIndex(where: { value <= $0 }) { state.counts[bucket] += 1 }
            state.count += 1
            state.sum += value
        }
    }

    var samples: [Sample] {
        let state = state.withLock { $0 }
        var cumulated: Int64 = 0
        var samples = zip(Self.bounds, state.counts).map { bound, count in
            cumulated += count
            return Sample(suffix: "_bucket", bound: PrometheusText.number(bound), value: String(cumulated))
        }
        samples.append(Sample(suffix: "_bucket", bound: "+Inf", value: String(state.count)))
        samples.append(Sample(suffix: "_sum", value: PrometheusText.number(state.sum)))
        samples.append(Sample(suffix: "_count", value: String(state.count)))
        return samples
    }
}
