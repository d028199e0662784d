import Succession
import Testing
import Throttle

@testable import Watching

@Suite("Metrics of a watcher", .inTurn) struct WatcherMetricsTests {
    private let backend = PrometheusBackend()

    private func samples() throws -> [String: Double] { try PrometheusParser.parse(backend.text()) }

    @Test func knownCausesAreThereFromTheStart() throws {
        _ = WatcherMetrics(factory: backend, cluster: "/redis")
        let samples = try samples()
        for cause in ["succession", "forced", "agreed", "early", "sole", "promoted"] {
            #expect(samples[#"interrex_failovers_total{cause="\#(cause)",cluster="/redis"}"#] == 0)
        }
        for kind in ["succeed", "force", "announce", "promote", "repoint", "forget", "attach", "configure", "remove"] {
            #expect(samples[#"interrex_repairs_total{cluster="/redis",kind="\#(kind)"}"#] == 0)
        }
        for name in [
            "interrex_passes_total", "interrex_failed_passes_total", "interrex_record_seconds_count",
            "interrex_pass_seconds_count",
        ] {
            #expect(samples[#"\#(name){cluster="/redis"}"#] == 0)
        }
    }

    @Test func counted() throws {
        let metrics = WatcherMetrics(factory: backend, cluster: "/redis")
        metrics.failover(cause: "early")
        metrics.failover(cause: "early")
        metrics.failover(cause: "another")
        metrics.recorded(after: .milliseconds(4))
        metrics.passed(in: .seconds(2))
        metrics.failedPass()
        metrics.repaired("forget")
        let samples = try samples()
        #expect(samples[#"interrex_failovers_total{cause="early",cluster="/redis"}"#] == 2)
        #expect(samples[#"interrex_failovers_total{cause="another",cluster="/redis"}"#] == 1)
        #expect(samples[#"interrex_record_seconds_bucket{cluster="/redis",le="0.005"}"#] == 1)
        #expect(samples[#"interrex_record_seconds_bucket{cluster="/redis",le="0.0025"}"#] == 0)
        #expect(samples[#"interrex_record_seconds_sum{cluster="/redis"}"#] == 0.004)
        #expect(samples[#"interrex_pass_seconds_sum{cluster="/redis"}"#] == 2)
        #expect(samples[#"interrex_passes_total{cluster="/redis"}"#] == 1)
        #expect(samples[#"interrex_failed_passes_total{cluster="/redis"}"#] == 1)
        #expect(samples[#"interrex_repairs_total{cluster="/redis",kind="forget"}"#] == 1)
    }

    private func gauges() throws -> [String: Double] {
        var result: [String: Double] = [:]
        for (key, value) in try samples() {
            let name = key.prefix { $0 != "{" }.dropFirst("interrex_".count)
            let state = key.split(separator: "state=\"").last?.prefix { $0 != "\"" } ?? ""
            result[key.contains("state=") ? "\(name) \(state)" : String(name)] = value
        }
        return result
    }

    @Test func healthyAndFailover() throws {
        let metrics = WatcherMetrics(factory: backend, cluster: "/redis")
        metrics.show(Sights.healthy())
        let healthy = try gauges()
        let wanted: [String: Double] = [
            "sentinels known": 3, "sentinels registered": 3, "sentinels reachable": 3, "replicas known": 2,
            "replicas reachable": 2, "members live": 3, "members reachable": 3, "leader": 1, "session_connected": 1,
            "paused": 0, "master_up": 1, "healthy": 1, "failover_possible": 1, "replicas expected": 2,
            "replicas linked": 2, "replicas promotable": 2, "sentinel_settings_differing": 0,
        ]
        for (name, value) in wanted { #expect(healthy[name] == value, "\(name)") }
        var status = Sights.failover()
        status.snapshot?.leads = false
        status.snapshot?.isPaused = true
        status.isConnected = false
        metrics.show(status)
        let failover = try gauges()
        let changed: [String: Double] = [
            "sentinels known": 3, "sentinels registered": 3, "sentinels reachable": 2, "replicas known": 2,
            "replicas reachable": 2, "members live": 2, "members reachable": 2, "leader": 0, "session_connected": 0,
            "paused": 1, "master_up": 0, "healthy": 0, "failover_possible": 1, "replicas expected": 2,
            "replicas linked": 0, "replicas promotable": 2,
        ]
        for (name, value) in changed { #expect(failover[name] == value, "\(name)") }
    }

    @Test func deadSentinelsCountAsKnown() throws {
        var status = Sights.healthy()
        status.snapshot?.sentinels[0].opinion?.peers = 5
        status.snapshot?.instances[Sights.address(2)] = Instance(.silent)
        WatcherMetrics(factory: backend, cluster: "/redis").show(status)
        let gauges = try gauges()
        #expect(gauges["sentinels known"] == 6 && gauges["replicas reachable"] == 1)
        #expect(gauges["members live"] == 3 && gauges["members reachable"] == 2)
    }

    @Test func clearedAlertGoesToZero() throws {
        let metrics = WatcherMetrics(factory: backend, cluster: "/redis")
        var status = Sights.healthy()
        status.alerts = [Alert("stranger", "a"), Alert("stranger", "b"), Alert("no-quorum", "c")]
        metrics.show(status)
        #expect(try samples()[#"interrex_alerts{alert="stranger",cluster="/redis"}"#] == 2)
        status.alerts = [Alert("no-quorum", "c")]
        metrics.show(status)
        #expect(try samples()[#"interrex_alerts{alert="stranger",cluster="/redis"}"#] == 0)
        #expect(try samples()[#"interrex_alerts{alert="no-quorum",cluster="/redis"}"#] == 1)
    }

    @Test func whatNeedsAHandHasANumber() throws {
        var status = Sights.healthy()
        for index in 0..<2 { status.snapshot?.sentinels[index].opinion?.details.quorum = 3 + index }
        status.snapshot?.members = [Sights.address(1), Sights.address(2)]
        status.snapshot?.unregistered = [Sights.address(14), Sights.address(15)]
        WatcherMetrics(factory: backend, cluster: "/redis").show(status)
        let samples = try samples()
        #expect(samples[#"interrex_servers_without_lease{cluster="/redis",kind="redis"}"#] == 1)
        #expect(samples[#"interrex_servers_without_lease{cluster="/redis",kind="sentinel"}"#] == 2)
        #expect(samples[#"interrex_sentinel_settings_differing{cluster="/redis"}"#] == 1)
    }

    /// An alarm on one of them needs a series before it is raised for the first time.
    @Test func everyAlertIsThereFromTheStart() throws {
        _ = WatcherMetrics(factory: backend, cluster: "/redis")
        let samples = try samples()
        for name in Alert.names { #expect(samples[#"interrex_alerts{alert="\#(name)",cluster="/redis"}"#] == 0) }
    }

    @Test func unseenClusterIsAllZero() throws {
        WatcherMetrics(factory: backend, cluster: "/redis").show(Sights.unseen())
        #expect(try samples().values.allSatisfy { $0 == 0 })
    }

    @Test func removedClusterLeavesNothing() throws {
        let metrics = WatcherMetrics(factory: backend, cluster: "/a")
        let others = WatcherMetrics(factory: backend, cluster: "/b")
        for each in [metrics, others] { each.show(Sights.failover()) }
        metrics.remove()
        metrics.show(Sights.healthy())
        metrics.failover(cause: "early")
        metrics.passed(in: .seconds(1))
        let samples = try samples()
        #expect(samples.keys.allSatisfy { $0.contains(#"cluster="/b""#) } && !samples.isEmpty)
        others.remove()
        #expect(backend.text().isEmpty)
    }

    @Test func everyMetricHasAHelp() throws {
        WatcherMetrics(factory: backend, cluster: "/redis").show(Sights.failover())
        for line in backend.text().split(separator: "\n") where line.hasPrefix("# HELP ") {
            let words = line.split(separator: " ")
            #expect(words.count > 4 && MetricName.help[String(words[2])] != nil, "\(line)")
        }
    }
}
