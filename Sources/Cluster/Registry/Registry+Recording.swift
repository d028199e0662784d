public import Succession
import ZooKeeper

/// How a watcher's write ended.
public typealias RecordOutcome = Registry.Outcome

/// What every watcher writes.
extension Registry {
    /// Records a new master: `/redis/master` at the version read before the evidence, `/redis/cluster` and the history,
    /// in one transaction (promise 2). Where nothing was recorded they are created.
    ///
    /// Whatever is wrong with the history does not stop it: an unusable one is set aside, one that can't be written at
    /// all is left out.
    /// - Parameters:
    ///   - clusterVersion: of `/redis/cluster` where it exists.
    ///   - lossVersion: of `/redis/accept-loss` where it exists: the next reign uses it up, whoever begins it.
    ///   - clusterID: the cluster's id where the recording knows none.
    ///   - entry: told apart from others by all that it says, its time and writer among it.
    ///   - seen: the history, where it was read already.
    /// - Throws: `Failure` 69 where ZooKeeper can't be reached, also where the outcome is unknown for that reason.
    public func record(
        _ recording: Recording, clusterVersion: Int32?, lossVersion: Int32? = nil, clusterID: String,
        entry: HistoryEntry, after seen: HistoryNode? = nil
    ) async throws -> RecordOutcome {
        var (cluster, clusterVersion) = (recording.cluster, clusterVersion)
        var attempt = 0
        while true {
            attempt += 1
            let isLast = attempt == Self.recordAttempts
            let essential = try essential(recording, cluster, clusterVersion, lossVersion, clusterID)
            let history: Addition
            switch (isLast, seen) {
            case (true, _): history = .none
            case (_, let seen?) where attempt == 1: history = adding(entry, to: seen)
            default: history = try await adding(entry)
            }
            do {
                try await session.multi(essential + history.operations)
                if let reason = history.problem {
                    Log.warn("\(paths.history) in ZooKeeper can't be used: \(reason)", .cluster(paths.root))
                }
                return .done
            } catch  where error.isAmbiguous {
                return try await hasRecorded(recording, history.operations.isEmpty ? nil : entry) ? .done : .overtaken
            } catch  where !isLast && (error.failedOperation ?? 0) >= essential.count {
                // Somebody else wrote the history, or its ACL does not let us: read it again, at last do without.
                continue
            } catch  where !isLast && error.failedOperation == 1 && error.code == .badVersion {
                // `/redis/master` is as it was. The master's lease writes down what the cluster holds once a second.
                guard let (newer, version) = try await self.cluster(), let rebased = cluster.rebased(on: newer) else {
                    return .overtaken
                }
                (cluster, clusterVersion) = (rebased, version)
            } catch  where error.code == .noNode && recording.previous == nil && attempt == 1 {
                // ZooKeeper was wiped.
                try await createParents()
            } catch  where [.badVersion, .noNode, .nodeExists].contains(error.code) {
                return .overtaken
            } catch {
                throw Failure(error)
            }
        }
    }

    /// Whether a new master could be recorded at these versions, nil where a node is not there: by its last operation,
    /// which never holds, the transaction only fails where all that goes before it would be done. It changes nothing.
    /// - Parameter clusterVersion: which one is no matter, because a record is rebased.
    /// - Returns: false where a node isn't as it was when it was read.
    /// - Throws: `Failure` 65 where `/redis/cluster` is there and could not be read; 69, 77.
    public func rehearsesRecord(
        over version: Int32?, clusterVersion: Int32?, lossVersion: Int32? = nil
    ) async throws -> Bool {
        let deeds: [Operation] =
            [
                version.map { .set(paths.master, [], version: $0) } ?? .create(paths.master, [], .persistent),
                clusterVersion.map { _ in .set(paths.cluster, [], version: nil) }
                    ?? .create(paths.cluster, [], .persistent),
            ] + (lossVersion.map { [.delete(paths.acceptLoss, version: $0)] } ?? [])
        // Neither the version that is there nor the one that these would make.
        let end = Operation.check(paths.master, version: (version ?? 0) &+ 2)
        do throws(ZooKeeperError) {
            try await session.multi(deeds + [end])
        } catch {
            if error.failedOperation == deeds.count, error.code == .badVersion { return true }
            if error.failedOperation == 1, error.code == .nodeExists {
                throw Failure(badZnode: BadZnode("it could not be read a moment ago"), at: paths.cluster)
            }
            guard ![.badVersion, .noNode, .nodeExists].contains(error.code) else { return false }
            throw Failure(error)
        }
        return false
    }

    private func essential(
        _ recording: Recording, _ cluster: ClusterRecord, _ clusterVersion: Int32?, _ lossVersion: Int32?,
        _ clusterID: String
    ) throws -> [Operation] {
        let address = recording.master.znode
        return [
            recording.previous.map { .set(paths.master, address, version: $0.version) }
                ?? .create(paths.master, address, .persistent),
            try keeping(cluster, version: clusterVersion, id: clusterID),
        ] + (lossVersion.map { [.delete(paths.acceptLoss, version: $0)] } ?? [])
    }

    /// How often a record is tried that only the history stands in the way of; the last time without it.
    private static let recordAttempts = 5

    /// The operation that writes `/redis/cluster`.
    /// - Throws: `Failure` 65 for what no reader would take.
    func keeping(_ record: ClusterRecord, version: Int32?, id: String = "") throws -> Operation {
        var record = record
        if record.id.isEmpty { record.id = id }
        do {
            let data = Array(try record.validated().json.utf8)
            return version.map { .set(paths.cluster, data, version: $0) } ?? .create(paths.cluster, data, .persistent)
        } catch {
            throw Failure(.badData, "\(paths.cluster) is not written: \(error)")
        }
    }

    /// Whether a record of which no reply came took effect: nobody else can have made the version that follows and the
    /// history's newest entry, too (promise 7). Without an entry it is enough that the master is recorded.
    private func hasRecorded(_ recording: Recording, _ entry: HistoryEntry?) async throws -> Bool {
        try await answered {
            do {
                // The server of the next connection may lag behind the one that took the write.
                try await session.sync(paths.root)
                let master = try await session.get(paths.master)
                let version = recording.previous.map { $0.version + 1 } ?? 0
                guard master.data == recording.master.znode, master.stat.version == version else { return false }
                guard let entry else { return true }
                return try Self.history(try await session.get(paths.history).data).last == entry
            } catch let error as ZooKeeperError where error.code == .noNode {
                return false
            } catch is BadZnode {
                return false
            }
        }
    }
}
