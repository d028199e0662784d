import Metrics
import Runtime

/// The handlers that one cluster's metrics have asked a backend for, so that all of them can be given back.
final class MetricHandlers: Sendable {
    private struct Key: Hashable {
        var name: String
        var label = ""
        var value = ""
    }

    private struct State {
        var counters: [Key: any CounterHandler] = [:]
        var meters: [Key: any MeterHandler] = [:]
        var timers: [Key: any TimerHandler] = [:]
        var isRemoved = false
    }

    private let factory: any MetricsFactory
    private let cluster: String
    private let state = Protected(State())

    init(factory: any MetricsFactory, cluster: String) {
        self.factory = factory
        self.cluster = cluster
    }

    func count(_ name: String, _ label: (String, String) = ("", ""), by amount: Int64 = 1) {
        let key = Key(name: name, label: label.0, value: label.1)
        state.withLock { state in
            guard !state.isRemoved else { return }
            let handler = state.counters[key] ?? factory.makeCounter(label: name, dimensions: dimensions(key))
            state.counters[key] = handler
            handler.increment(by: amount)
        }
    }

    func set(_ name: String, _ label: (String, String), _ value: Int) {
        state.withLock { set(Key(name: name, label: label.0, value: label.1), value, in: &$0) }
    }

    /// Sets a gauge for each value of a label; those that were there before and are not in `values` go to 0.
    func setAll(_ name: String, label: String, to values: [String: Int]) {
        state.withLock { state in
            for key in state.meters.keys where key.name == name && values[key.value] == nil { set(key, 0, in: &state) }
            for (value, number) in values { set(Key(name: name, label: label, value: value), number, in: &state) }
        }
    }

    func time(_ name: String, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        state.withLock { state in
            guard !state.isRemoved else { return }
            let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            timer(Key(name: name), in: &state).recordNanoseconds(
                overflow ? .max : nanoseconds &+ attoseconds / 1_000_000_000)
        }
    }

    /// Shows histograms that nothing was recorded in yet.
    func prepare(timers names: [String]) {
        state.withLock { state in for name in names { _ = timer(Key(name: name), in: &state) } }
    }

    func remove() {
        let state = state.withLock { state in
            defer { state = State(isRemoved: true) }
            return state
        }
        for handler in state.counters.values { factory.destroyCounter(handler) }
        for handler in state.meters.values { factory.destroyMeter(handler) }
        for handler in state.timers.values { factory.destroyTimer(handler) }
    }

    private func set(_ key: Key, _ value: Int, in state: inout State) {
        guard !state.isRemoved else { return }
        let handler = state.meters[key] ?? factory.makeMeter(label: key.name, dimensions: dimensions(key))
        state.meters[key] = handler
        handler.set(Int64(value))
    }

    private func timer(_ key: Key, in state: inout State) -> any TimerHandler {
        let handler = state.timers[key] ?? factory.makeTimer(label: key.name, dimensions: dimensions(key))
        state.timers[key] = handler
        return handler
    }

    private func dimensions(_ key: Key) -> [(String, String)] {
        [("cluster", cluster)] + (key.label.isEmpty ? [] : [(key.label, key.value)])
    }
}
