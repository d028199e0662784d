import Metrics

/// What is counted of this process, whatever clusters it watches.
struct ProcessMetrics: Sendable {
    private let factory: any MetricsFactory
    private let droppedLines: any CounterHandler
    private let droppedHookEvents: any CounterHandler

    init(factory: any MetricsFactory) {
        self.factory = factory
        // Made at once, and so shown as 0: `rate()` sees the first one.
        droppedLines = factory.makeCounter(label: MetricName.droppedLogLines, dimensions: [])
        droppedHookEvents = factory.makeCounter(label: MetricName.droppedHookEvents, dimensions: [])
    }

    /// Lines of the log that nobody will read.
    func droppedLines(_ count: Int) { droppedLines.increment(by: Int64(count)) }

    /// An event that a hook will not run on.
    func droppedHookEvent() { droppedHookEvents.increment(by: 1) }

    /// - Parameter outcome: one word, as few different ones as there are ways to fail.
    func hookFailed(_ hook: String, _ outcome: String) {
        factory.makeCounter(label: MetricName.hookFailures, dimensions: [("hook", hook), ("outcome", outcome)])
            .increment(by: 1)
    }
}
