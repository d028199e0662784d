import Fixtures
import Glibc
import Runtime
import Support
import Testing
import Throttle

/// Redis, sentinels and watchers killed faster than they come back, under a load that remembers.
@Suite(.inTurn, .scheduled) struct KillFaults {
    /// Half a minute of it, or `INTERREX_SCHEDULE_MINUTES`. The seed is `INTERREX_SEED`, else a new one.
    @Test(
        "F81: a churn of kills -9: all agree again, and of each reign at most its tail is lost, never its beginning",
        arguments: [0, 1])
    func f81_churn(minReplicas: Int) async throws {
        let environment = currentEnvironment()
        let seed = environment["INTERREX_SEED"].flatMap(UInt64.init) ?? .random(in: 1..<1_000_000)
        let length = Duration.seconds(60 * (environment["INTERREX_SCHEDULE_MINUTES"].flatMap(Double.init) ?? 0.5))
        let variables = [
            "MASTER_TIMEOUT": "20s", "SENTINEL_QUORUM": "2", "MIN_REPLICAS_TO_WRITE": "\(minReplicas)",
        ]
        try await TestCluster.with(variables) { cluster in
            let places = Protected<[Writers.Place]>([])
            let churn = try Churn(on: cluster, seed: seed, places: places)
            try await churn.startAll()
            try await churn.hasConverged(in: cluster)
            let writers = Writers(2) { places.value }
            try await writers.write(100)

            let begin = ContinuousClock.now
            try await churn.goOn(for: length)
            try await churn.startAll()
            try await recovery { try await churn.hasConverged(in: cluster) }
            try await writers.write(10)
            let ledger = await writers.stop()
            let master = try await churn.hasConverged(in: cluster)
            let lost = try await ledger.lost(on: master.place)

            let reigns = Reign.all(in: ledger, lives: await churn.lives)
            let report = await churn.report(reigns, lost: lost, since: begin)
            let heading = "a churn of kills for \(seconds(length)) s, seed \(seed)"
            print("\(heading), MIN_REPLICAS_TO_WRITE=\(minReplicas): \(report.text)")
            LossReport.enter(heading, minReplicas: minReplicas, ledger, lost: lost.count)
            #expect(
                report.unexplained == 0,
                "seed \(seed): \(report.unexplained) lost writes that no crash explains:\n\(report.text)")
            do { try await churn.haveTheirPassports(in: cluster) } catch { Issue.record(error) }
            let leftovers = await churn.leftovers
            #expect(leftovers.isEmpty, "seed \(seed)")
        }
    }
}

extension Churn {
    /// Waits until all agree: 15 s, down-after (2 s), twice failover-timeout (5 s), a launcher's wait that is refused
    /// (20 s), and 15 s in which a busy machine starts ten processes.
    @discardableResult
    fileprivate func hasConverged(in cluster: TestCluster) async throws -> Launched {
        let limit = Duration.seconds(62)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            try startWhatEnded()
            if let master = try await agreedMaster(in: cluster) { return master }
            // Between two looks, until the limit: what ends meanwhile is started again with each.
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestFailure("no agreement within \(limit):\n\(await situation(in: cluster))")
    }

    /// What happened and what is lost, by reign, and how many of the lost writes nothing explains.
    fileprivate func report(
        _ reigns: [Reign], lost: [Ledger.Entry], since begin: ContinuousClock.Instant
    ) -> (text: String, unexplained: Int) {
        let keys = Set(lost.map(\.key))
        var lines: [String] = []
        var unexplained = 0
        for reign in reigns {
            let lost = reign.entries.filter { keys.contains($0.key) }
            guard !lost.isEmpty else { continue }
            let count = reign.unexplained(lost).count
            unexplained += count
            let verdict = count == 0 ? "" : " - \(count) of them no crash explains"
            lines.append("  \(reign.description(of: lost, since: begin))\(verdict)")
        }
        let acknowledged = reigns.map(\.entries.count).reduce(0, +)
        let copies = aside
        let endings = ends.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        let heading = [
            "\(kills) kills, \(leaseKills) of them with the lease, \(starts) starts; ended by themselves: \(endings)",
            "  \(acknowledged) writes acknowledged in \(reigns.count) reigns, \(lost.count) lost in \(lines.count) of them",
            "  \(copies.count) copies set aside, \(copies.bytes) bytes",
        ]
        return ((heading + lines).joined(separator: "\n"), unexplained)
    }
}
