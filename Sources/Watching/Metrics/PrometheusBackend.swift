import Cluster
import Metrics
import Runtime

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
        series(label, dimensions, .counter) { CounterSeries(labels: $0) }
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { FloatingPointCounterSeries(labels: $0) }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries(labels: $0) }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return series(label, dimensions, .histogram) { HistogramSeries(labels: $0) } }
        return series(label, dimensions, .gauge) { GaugeSeries(labels: $0) }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(labels: $0) }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler as? any Series) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler as? any Series) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler as? any Series) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler as? any Series) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler as? any Series) }

    /// The series of that name and those labels, made where there is none. A name that is of another kind already gets
    /// a handler that nobody sees: two kinds under one name are no valid text.
    private func series<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Family.Kind, make: (_ labels: String) -> Handler
    ) -> Handler {
        let name = PrometheusText.metricName(label)
        let labels = PrometheusText.labels(dimensions)
        let found: Handler? = families.withLock { families in
            guard families[name, default: Family(kind: kind)].kind == kind else { return nil }
            if let existing = families[name]?.series[labels] { return existing as? Handler }
            let handler = make(labels)
            families[name, default: Family(kind: kind)].series[labels] = handler
            return handler
        }
        if let found { return found }
        Log.warn("the metric \(name) is of two kinds; only the first one is shown")
        return make(labels)
    }

    /// Takes a series away; one that is not ours, or is gone already, is left alone.
    private func remove(_ handler: (any Series)?) {
        guard let handler else { return }
        families.withLock { families in
            for name in families.keys where families[name]?.series[handler.labels] === handler {
                families[name]?.series[handler.labels] = nil
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
