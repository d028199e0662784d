public import Succession
import ZooKeeper

/// What a lease reads and writes of the reign.
extension Registry {
    /// `/redis/master`, with a watch, and `/redis/cluster`, both of one reign; nil where either is missing, or where a
    /// new reign begins right now: the watch tells.
    /// - Throws: `Failure` 65, 69, 77.
    public func reign() async throws -> ReignView? {
        guard let record = try await record(watch: true) else {
            try await watchMaster()
            return nil
        }
        guard let (cluster, version) = try await cluster() else { return nil }
        // An epoch belongs to the master that was recorded with it, and to no other.
        guard try await translated({ try await session.exists(paths.master)?.version }) == record.version else {
            return nil
        }
        let leases = try await children(paths.members)?.count ?? 0
        return ReignView(record: record, cluster: cluster, clusterVersion: version, leases: leases)
    }

    /// Writes `/redis/cluster`, if the reign is still the one that was read.
    public func keep(_ record: ClusterRecord, in reign: ReignView) async throws -> Outcome {
        do {
            try await session.multi([
                .check(paths.master, version: reign.record.version),
                try keeping(record, version: reign.clusterVersion),
            ])
            return .done
        } catch let error as ZooKeeperError where [.badVersion, .noNode].contains(error.code) {
            return .overtaken
        } catch let error as ZooKeeperError {
            throw Failure(error)
        }
    }

    /// Takes note that nobody is master, where nobody has yet: a wait with a limit must outlive the launchers that
    /// wait.
    /// - Parameter since: in milliseconds since 1970 by ZooKeeper's clock.
    public func noteMissing(_ cluster: ClusterRecord, version: Int32, since: Int64) async throws -> Outcome {
        var cluster = cluster
        cluster.missingSince = since
        do {
            try await session.multi([try keeping(cluster, version: version)])
            return .done
        } catch let error as ZooKeeperError where error.code == .badVersion || error.code == .noNode {
            return .overtaken
        } catch let error as ZooKeeperError {
            throw Failure(error)
        }
    }
}
