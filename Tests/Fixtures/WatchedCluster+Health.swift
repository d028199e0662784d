import FoundationEssentials
package import Support

/// What a watcher says at `/status` of the health of its cluster.
package struct HealthView: Decodable, Sendable {
    package struct Alert: Decodable, Sendable {
        package var name: String
        package var about: String?
        package var text: String
        package var since: String?
    }

    package var healthy: Bool
    package var failoverPossible: Bool
    package var failoverBlockedBy: [String]
    package var replicasExpected: Int?
    package var replicasLinked: Int
    package var alerts: [Alert]

    /// The names of the alerts and what each is about.
    package var titles: Set<String> { Set(alerts.map { "\($0.name) \($0.about ?? "")" }) }
}

extension WatchedCluster {
    package func health(at watcher: Launched? = nil) async throws -> HealthView {
        let answer = try await get("/status", from: (watcher ?? self.watcher).port)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(HealthView.self, from: Data(answer.body.utf8))
    }

    /// Waits until there is this alert; `text` is to be in it.
    @discardableResult
    package func alerts(
        _ name: String, about subject: String, saying text: String = "", within limit: Duration = .seconds(30)
    ) async throws -> HealthView {
        try await eventually("\(name) \(subject) saying \(text)", within: limit) {
            let health = try await self.health()
            let isThere = health.alerts.contains {
                $0.name == name && $0.about == subject && $0.text.contains(text) && $0.since != nil
            }
            return isThere && !health.healthy ? health : nil
        }
    }

    package func isHealthy(within limit: Duration = .seconds(40)) async throws {
        try await eventually("the cluster is healthy", within: limit) {
            let health = try await self.health()
            return health.healthy && health.failoverPossible && health.alerts.isEmpty
        }
    }

    /// The value of a gauge at the first watcher, whatever its cluster is called.
    package func metric(_ name: String, _ labels: String = "") async throws -> Double? {
        let text = try await get("/metrics", from: watcher.port).body
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name){") && $0.contains(labels) }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }
}
