public import Succession
public import Vocabulary
import ZooKeeper

/// The one fenced transaction of every start.
extension Registry {
    /// How such a transaction ended.
    public enum Outcome: Equatable, Sendable {
        case done
        /// Somebody else was faster: observe again.
        case overtaken
    }

    /// Claims the cluster, and begins a reign: creates `/redis/master`, or sets it at `version`, with `/redis/cluster`,
    /// the member's node and those of our parents that are missing.
    /// - Parameters:
    ///   - clusterVersion: of `/redis/cluster` where it exists: nobody else may have begun a reign, or written down
    ///     what the cluster holds, since it was read.
    ///   - lossVersion: of `/redis/accept-loss` where it exists: the next reign uses it up, whoever begins it.
    ///   - entry: for the history; whatever is wrong with that stops no claim. Nil where the master stays the same.
    public func claim(
        _ address: Address, member: String, at version: Int32?, cluster: ClusterRecord, clusterVersion: Int32?,
        lossVersion: Int32? = nil, creating missing: [String], entry: HistoryEntry? = nil
    ) async throws -> Outcome {
        var operations = missing.map { Operation.create($0, [], .persistent) }
        if let version {
            operations.append(.set(paths.master, address.znode, version: version))
        } else {
            operations.append(.create(paths.master, address.znode, .persistent))
        }
        operations.append(try keeping(cluster, version: clusterVersion))
        if let lossVersion { operations.append(.delete(paths.acceptLoss, version: lossVersion)) }
        operations.append(.create(paths.member(member), address.znode, .ephemeral))
        let history: [Operation] =
            if let entry {
                try await missing.contains(paths.root) ? [beginning(with: entry)] : adding(entry).operations
            } else { [] }
        return try await commit(operations, and: history, provenBy: paths.member(member))
    }

    /// Joins under a master that is recorded at `version`; nil where nothing is recorded, which no transaction can
    /// check.
    public func join(_ address: Address, member: String, checking version: Int32?) async throws -> Outcome {
        var operations: [Operation] = []
        if let version { operations.append(.check(paths.master, version: version)) }
        operations.append(.create(paths.member(member), address.znode, .ephemeral))
        return try await commit(operations, provenBy: paths.member(member))
    }

    /// Runs one transaction. A lost reply looks like a failure, so then the node at `proof` is read, which nobody but
    /// this session can have created, and only by this transaction (promise 7).
    /// - Parameter more: what is left out where it alone stands in the way.
    func commit(
        _ operations: [Operation], and more: [Operation] = [], provenBy proof: String
    ) async throws -> Outcome {
        do {
            try await session.multi(operations + more)
            return .done
        } catch  where (error.failedOperation ?? 0) >= operations.count {
            return try await commit(operations, provenBy: proof)
        } catch  where error.code == .noNode {
            // A parent is missing (ZooKeeper wiped, or half prepared by hand), or a node went away meanwhile.
            try await createParents()
            return .overtaken
        } catch  where [.nodeExists, .badVersion].contains(error.code) {
            return .overtaken
        } catch  where error.isAmbiguous {
            return try await owns(proof) ? .done : .overtaken
        } catch {
            throw Failure(error)
        }
    }

    /// Whether `path` exists as an ephemeral node of this very session.
    func owns(_ path: String) async throws -> Bool {
        try await answered { try await session.exists(path)?.ephemeralOwner == session.credentials.id }
    }

    /// What a read says that must be answered: only the answer tells what became of a write. Where the connection is
    /// lost again before it, it is asked again, as long as the session may live. (Each try waits for the next
    /// connection, so this doesn't spin.)
    func answered<Value>(_ read: () async throws -> Value) async throws -> Value {
        let end = ContinuousClock.now + session.negotiatedTimeout
        while true {
            do {
                return try await read()
            } catch let error as ZooKeeperError {
                guard error.code == .connectionLoss, ContinuousClock.now < end else { throw Failure(error) }
            }
        }
    }

    /// Creates what is missing of our persistent parents.
    public func createParents() async throws {
        for parent in paths.parents { try await createPersistent(parent) }
    }

    /// Those of our parents, from the root down, that are not there. Where the root is known to be missing, nothing is
    /// read; what stands above it is created.
    public func missingParents(rootIsMissing: Bool) async throws -> [String] {
        let present = rootIsMissing ? nil : try await children(paths.root)
        guard let present else {
            let above = paths.root.split(separator: "/").dropLast()
            if !above.isEmpty { try await createPersistent("/" + above.joined(separator: "/")) }
            return paths.parents
        }
        return paths.parents.dropFirst().filter { !present.contains(String($0.dropFirst(paths.root.utf8.count + 1))) }
    }

    func createPersistent(_ path: String) async throws {
        do throws(ZooKeeperError) {
            do throws(ZooKeeperError) {
                try await session.createUnlessThere(path)
            } catch  where error.code == .noNode {
                try await session.createParents(of: path)
                try await session.createUnlessThere(path)
            }
        } catch {
            throw Failure(error)
        }
    }

    /// Deletes a node of ours; one that is gone already is as good. A lost reply is no failure: the session's end takes
    /// an ephemeral node with it.
    public func remove(_ path: String) async {
        try? await session.delete(path)
    }
}
