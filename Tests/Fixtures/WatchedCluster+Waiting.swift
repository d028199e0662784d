import Glibc
import Succession
package import Support
import ZooKeeper

/// What is waited for.
extension WatchedCluster {
    /// Waits until every replica's lease has raised its priority: Sentinel promotes none before.
    package func haveTheirPriority() async throws {
        for replica in replicas {
            try await eventually("\(replica.port) has its priority") {
                await replica.info("replication")["slave_priority"] == "100"
            }
        }
    }

    /// Waits until every running sentinel knows all running peers and, as replicas that it can promote, all running
    /// members but the master, and reports no failover.
    package func isComplete(within limit: Duration = .seconds(40)) async throws {
        let replicas = running.count - 1
        let sentinels = sentinels.filter { $0.process.exitCode == nil }
        try await eventually(
            "\(sentinels.count) sentinels know each other and \(replicas) replicas", within: limit
        ) {
            for sentinel in sentinels {
                let monitored = await sentinel.monitored
                guard monitored["flags"] == "master", monitored["num-other-sentinels"] == "\(sentinels.count - 1)",
                    await sentinel.promotableReplicas == replicas
                else { return false }
            }
            return true
        }
    }

    /// Waits until the first watcher leads and has written down the whole cluster, and all of them would notice the end
    /// of the master's process.
    package func isKept() async throws {
        try await eventually("every watcher is connected to \(master.port)") {
            await self.master.silentClients == self.watchers.count
        }
        try await eventually("\(watcher.port) leads") { self.watcher.process.text.contains("this watcher leads") }
        let count = running.count
        try await eventually("the cluster is written down") {
            guard let record = try await self.record() else { return false }
            return record.members == count && (record.sentinelEpoch != nil || self.sentinels.isEmpty)
        }
    }

    /// Waits until all agree on a master other than `old`, and (unless a member is stopped) all other running members
    /// follow it. Returns it.
    @discardableResult
    package func agree(
        onOtherThan old: Launched?, replicas areToFollow: Bool = true, within limit: Duration = .seconds(15)
    ) async throws -> Launched {
        do {
            return try await eventually("one master, agreed by all", within: limit) {
                guard let master = try await self.agreedMaster(), master.port != old?.port else { return nil }
                for member in self.running where areToFollow && member.port != master.port {
                    guard await member.isLinked(to: master) else { return nil }
                }
                return master
            }
        } catch {
            throw TestFailure("\(error): \(await situation())")
        }
    }

    /// Waits until a member other than `old` takes writes. Returns it.
    @discardableResult
    package func takesWrites(otherThan old: Launched, within limit: Duration = .seconds(15)) async throws -> Launched {
        do {
            return try await eventually(
                "another than \(old.port) takes writes", within: limit,
                {
                    for member in self.running where member.port != old.port {
                        if (try? await member.ask("SET", "probe", "1", within: .seconds(1))) == "OK" {
                            return member
                        }
                    }
                    return nil
                })
        } catch {
            throw TestFailure("\(error): \(await situation())")
        }
    }

    /// Waits until nothing is left to be done: all sentinels hold their master for just that, and `watcher` leads, is
    /// connected to the master and has written the cluster down.
    package func isCalm(under watcher: Launched, within limit: Duration = .seconds(20)) async throws {
        try await eventually("all is calm under \(watcher.port)", within: limit) {
            let flags = await self.sentinels.flags
            guard Set(flags) == ["master"], watcher.count(of: "this watcher leads") > 0 else { return false }
            guard let master = try await self.agreedMaster(), await master.silentClients > 0 else { return false }
            var epochs: Set<String?> = []
            for sentinel in self.sentinels { epochs.insert(await sentinel.monitored["config-epoch"]) }
            return epochs == [try await self.record()?.sentinelEpoch.map(String.init)]
        }
    }

    /// The versions, once the leader has written down the epoch that all sentinels have.
    package func quietVersions() async throws -> [String: String] {
        try await eventually("the epoch is written down") {
            let epoch = try await self.record()?.sentinelEpoch.map(String.init)
            for sentinel in self.sentinels {
                guard await sentinel.monitored["config-epoch"] == epoch else { return nil }
            }
            return try await self.versions()
        }
    }

    /// Looks at `condition` again and again during all of `time`; throws at the first look at which it does not hold.
    package func stays(
        _ what: String, for time: Duration, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            guard try await condition() else { throw TestFailure("not so any more: \(what): \(await situation())") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
