import Runtime
import Support
package import ZooKeeper

/// A session that is given up soon after its client is silent: four ticks of the test's ZooKeeper.
package let shortSession = ["ZK_SESSION_TIMEOUT": "2s"]

/// The shortest session that the tests' ZooKeeper gives: two of its ticks.
package let briefSession = ["ZK_SESSION_TIMEOUT": "1s"]
/// With it, a cold start without any data takes 6 s, which is the least, and not half a minute.
package let briefWait = ["MASTER_TIMEOUT": "12s"]

extension TestCluster {
    /// Another look at ZooKeeper, where the test's own session did not outlive what was done to the server.
    package func another() async throws -> Session {
        let address = servers
        return try await eventually("ZooKeeper takes a session", within: .seconds(60)) {
            var configuration = Session.Configuration(servers: try ConnectString(address))
            configuration.timeout = .seconds(10)
            return try? await Session.connect(configuration, within: .seconds(5))
        }
    }

    /// All leases of servers and sentinels, by path.
    package func registrations(in other: Session? = nil) async throws -> [String: Node] {
        let session = other ?? session
        var found: [String: Node] = [:]
        for parent in ["/redis/members", "/redis/sentinels"] {
            for name in (try? await session.children(parent)) ?? [] {
                found["\(parent)/\(name)"] = try? await session.get("\(parent)/\(name)")
            }
        }
        return found
    }

    /// Waits until there are so many. A sentinel is registered by its lease alone; a member by its launcher first.
    package func registered(_ count: Int, in other: Session? = nil) async throws -> [String: Node] {
        let seen = Protected<[String]>([])
        return try await eventually("\(count) leases, not \(seen.value)", within: .seconds(30)) {
            let found = try await self.registrations(in: other)
            seen.withLock { $0 = found.keys.sorted() }
            return found.count == count ? found : nil
        }
    }

    /// The sessions that hold the identities' locks.
    package func lockOwners(in other: Session? = nil) async throws -> Set<Int64?> {
        let session = other ?? session
        var owners: Set<Int64?> = []
        for name in try await session.children("/redis/identities") {
            let lock = try await session.exists("/redis/identities/\(name)/lock")
            if let lock { owners.insert(lock.ephemeralOwner) }
        }
        return owners
    }

    /// How long a lease of `address` is still there.
    package func delayUntilGone(_ address: String, _ kind: String) async throws -> Duration {
        let start = ContinuousClock.now
        try await eventually("\(address) leaves \(kind)") { try await !self.leases(kind).keys.contains(address) }
        return ContinuousClock.now - start
    }
}

extension TestCluster {
    /// Deletes every node of the cluster, as often as the leases bring one back meanwhile.
    package func deleteAll() async throws {
        try await eventually("nothing is left of /redis") {
            var paths = ["/redis"]
            var index = 0
            while index < paths.count {
                paths += try await self.children(paths[index]).map { "\(paths[index])/\($0)" }
                index += 1
            }
            for path in paths.reversed() { try? await self.session.delete(path) }
            return try await self.node("/redis/master") == nil
        }
    }
}
