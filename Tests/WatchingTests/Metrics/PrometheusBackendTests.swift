import Metrics
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Prometheus backend", .inTurn) struct PrometheusBackendTests {
    private let backend = PrometheusBackend()

    @Test func everyKind() throws {
        Counter(label: "a_total", dimensions: [("x", "1")], factory: backend).increment(by: 3)
        FloatingPointCounter(label: "b_total", factory: backend).increment(by: 1.25)
        Gauge(label: "c", factory: backend).record(-2.5)
        Meter(label: "d", factory: backend).increment(by: 4)
        Recorder(label: "e", factory: backend).record(0.3)
        Timer(label: "f", factory: backend).recordMilliseconds(7)
        let samples = try PrometheusParser.parse(backend.text())
        #expect(samples[#"a_total{x="1"}"#] == 3 && samples["b_total"] == 1.25 && samples["c"] == -2.5)
        #expect(samples["d"] == 4 && samples[#"e_bucket{le="0.25"}"#] == 0 && samples[#"e_bucket{le="0.5"}"#] == 1)
        #expect(samples[#"f_bucket{le="0.005"}"#] == 0 && samples[#"f_bucket{le="0.01"}"#] == 1)
        #expect(samples["f_sum"] == 0.007 && samples["f_count"] == 1)
        #expect(samples.count { $0.key.hasPrefix("f_bucket") } == 15)
    }

    @Test func buckets() throws {
        let timer = backend.makeTimer(label: "t", dimensions: [])
        for bound in HistogramSeries.bounds { timer.recordNanoseconds(Int64(bound * 1e9)) }
        timer.recordNanoseconds(31_000_000_000)
        timer.recordNanoseconds(.max)
        let samples = try PrometheusParser.parse(backend.text())
        for (index, bound) in HistogramSeries.bounds.enumerated() {
            #expect(samples[#"t_bucket{le="\#(PrometheusText.number(bound))"}"#] == Double(index + 1))
        }
        #expect(samples[#"t_bucket{le="+Inf"}"#] == 16)
        #expect(
            HistogramSeries.bounds.map(PrometheusText.number).joined(separator: " ")
                == "0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30")
    }

    @Test func hostileNamesAndLabels() throws {
        let hostile = "a\"b\\c\nd{}= é"
        Counter(
            label: "1 bad-name é", dimensions: [("k-1", hostile), ("k.1", "lost"), ("le", "x"), ("__name__", "y")],
            factory: backend
        ).increment()
        Counter(label: "", factory: backend).increment()
        let text = backend.text()
        let samples = try PrometheusParser.parse(text)
        #expect(samples["_1_bad_name__{k_1=\"\(hostile)\",label___name__=\"y\",label_le=\"x\"}"] == 1)
        #expect(samples["_"] == 1)
        #expect(text.contains(#"k_1="a\"b\\c\nd{}= é""#))
    }

    @Test func sortedAndStable() {
        for name in ["b", "a", "c"] {
            for value in ["2", "1"] { Gauge(label: name, dimensions: [("x", value)], factory: backend).record(1) }
        }
        let names = backend.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            names == [
                #"a{x="1"} 1"#, #"a{x="2"} 1"#, #"b{x="1"} 1"#, #"b{x="2"} 1"#, #"c{x="1"} 1"#, #"c{x="2"} 1"#,
            ])
        #expect(backend.text() == backend.text())
    }

    @Test func sameNameAndLabelsAreOneSeries() throws {
        for _ in 0..<3 { Counter(label: "n", dimensions: [("x", "1"), ("y", "2")], factory: backend).increment() }
        Counter(label: "n", dimensions: [("y", "2"), ("x", "1")], factory: backend).increment()
        #expect(try PrometheusParser.parse(backend.text()) == [#"n{x="1",y="2"}"#: 4])
    }

    @Test func twoKindsUnderOneName() throws {
        Counter(label: "n", factory: backend).increment()
        Gauge(label: "n", dimensions: [("x", "1")], factory: backend).record(5)
        FloatingPointCounter(label: "n", factory: backend).increment(by: 0.5)
        #expect(try PrometheusParser.parse(backend.text()) == ["n": 1])
    }

    @Test func destroyed() throws {
        let counters = ["1", "2"].map { Counter(label: "n", dimensions: [("x", $0)], factory: backend) }
        for counter in counters { counter.increment() }
        let timer = Timer(label: "t", factory: backend)
        let (meter, recorder) = (Meter(label: "m", factory: backend), Recorder(label: "r", factory: backend))
        let floating = FloatingPointCounter(label: "f", factory: backend)
        counters[0].destroy()
        #expect(try PrometheusParser.parse(backend.text())[#"n{x="1"}"#] == nil)
        #expect(try PrometheusParser.parse(backend.text())[#"n{x="2"}"#] == 1)
        counters[1].destroy()
        timer.destroy()
        meter.destroy()
        recorder.destroy()
        floating.destroy()
        #expect(backend.text().isEmpty)
    }

    @Test func oddNumbers() {
        #expect(PrometheusText.number(.infinity) == "+Inf" && PrometheusText.number(-.infinity) == "-Inf")
        #expect(PrometheusText.number(.nan) == "NaN" && PrometheusText.number(-0.0) == "0")
        #expect(PrometheusText.number(1e300) == "1e+300" && PrometheusText.number(0.1) == "0.1")
        let counter = CounterSeries(labels: "")
        counter.increment(by: .max)
        counter.increment(by: 2)
        #expect(counter.samples[0].value == "0")
    }

    @Test func fromManyTasks() async throws {
        let backend = backend
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        Counter(label: "n", dimensions: [("x", "\(number % 2)")], factory: backend).increment()
                        let meter = Meter(label: "m", dimensions: [("x", "\(number)")], factory: backend)
                        meter.set(1)
                        meter.destroy()
                        _ = try? PrometheusParser.parse(backend.text())
                    }
                }
            }
        }
        #expect(try PrometheusParser.parse(backend.text()) == [#"n{x="0"}"#: 800, #"n{x="1"}"#: 800])
    }
}
