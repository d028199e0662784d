import Cluster
import Metrics
import Redis

/// A swift-metrics backend that shows everything in Prometheus's text format 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats).
///
/// The same name and labels are the same series, whoever makes it. Timers and aggregating recorders are histograms.
final class PrometheusBackend: MetricsFactory, Sendable {
    private let families = Protected<[String: Family]>([:])

    init() {}

    /// All metrics, sorted by name and labels.
    func text() -> String {
        let families = families.withLock { $0 }
        return families.sorted { $0.key < $1.key }.map { $1.text(name: $0) }.joined()
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { FloatingPointCounterSeries() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return series(label, dimensions, .histogram) { HistogramSeries() } }
        return series(label, dimensions, .gauge) { GaugeSeries() }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries() }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of that name and those labels, made where there is none. A name that is of another kind already gets
    /// a handler that nobody sees: two kinds under one name are no valid text.
    private func series<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Family.Kind, make: () -> Handler
    ) -> Handler {
        let name = PrometheusText.metricName(label)
        let labels = PrometheusText.labels(dimensions)
        let found: Handler? = families.withLock { families in
            guard families[name, default: Family(kind: kind)].kind == kind else { return nil }
            if let existing = families[name]?.series[labels] { return existing as? Handler }
            let handler = make()
            families[name, default: Family(kind: kind)].series[labels] = handler
            return handler
        }
        if let found { return found }
        Log.warn("the metric \(name) is of two kinds; only the first one is shown")
        return make()
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
                families[name]?.series[labels] = nil
                if families[name]?.series.isEmpty ?? false { families[name] = nil }
                return
            }
        }
    }
}

/// All series of one name.
private struct Family {
    enum Kind: String { case counter, gauge, histogram }

    let kind: Kind
    /// By their labels, as they are written.
    var series: [String: any Series] = [:]

    init(kind: Kind) { self.kind = kind }

    func text(name: String) -> String {
        let help = MetricName.help[name] ?? name
        var lines = ["# HELP \(name) \(PrometheusText.help(help))", "# TYPE \(name) \(kind.rawValue)"]
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
            lines += series.samples.map { $0.line(name: name, labels: labels) }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
