public import Succession
public import Vocabulary
import ZooKeeper

/// How a command for operators writes what it asks for, and takes it back: `/redis/switchover`, `/redis/paused`,
/// `/redis/accept-loss`. Never over what it has not read.
extension Registry {
    /// Such a node as it was read.
    public struct OrderNode: Equatable, Sendable {
        /// Empty where its ACL does not let us read it.
        public var data: [UInt8]
        public var version: Int32
        /// Whether somebody else may change it: then another is put in its place.
        public var isForeign: Bool
        public var hasChildren: Bool
        /// When it was written last: milliseconds since 1970, by ZooKeeper's clock.
        public var modified: Int64
    }

    /// - Parameter watch: whether `session.changes()` tells of its next change.
    /// - Returns: nil where there is none.
    /// - Throws: `Failure` 69, 77.
    public func orderNode(_ path: String, watch: Bool = false) async throws -> OrderNode? {
        switch try await translated({ try await order(path, watch: watch) }) {
        case .nothing: return nil
        case .node(let node, let isForeign): return OrderNode(node, isForeign: isForeign)
        case .hidden(let stat): return OrderNode(Node(data: [], stat: stat), isForeign: true)
        case .changed:
            guard let stat = try await translated({ try await session.exists(path) }) else { return nil }
            return OrderNode(Node(data: [], stat: stat), isForeign: true)
        }
    }

    /// Gives up what is missing, as long as `/redis/master` is as it was read; nil: not there.
    /// - Returns: `.overtaken` where either node is not as it was read.
    /// - Throws: as `place` does.
    public func acceptLoss(_ word: [UInt8], under master: Record?, over node: OrderNode?) async throws -> Outcome {
        // No operation checks that a node is not there, but one can't be created where another is.
        let unchanged: [Operation] =
            master.map { [.check(paths.master, version: $0.version)] }
            ?? [.create(paths.master, [], .persistent), .delete(paths.master, version: 0)]
        return try await place(word, at: paths.acceptLoss, over: node, where: unchanged) { $0 == word }
    }

    /// Writes a node of ours in the place of what was read there; nil: where nothing was.
    /// - Returns: `.overtaken` where it is not as it was read.
    /// - Throws: `Failure` 69, 77; 65 where the old one has children.
    public func place(_ data: [UInt8], at path: String, over node: OrderNode?) async throws -> Outcome {
        // Nobody else writes the very same.
        try await place(data, at: path, over: node, where: []) { $0 == data }
    }

    /// - Parameters:
    ///   - conditions: what has to hold in the same transaction.
    ///   - isOurs: whether what is there came of what was written: that tells where no reply came.
    private func place(
        _ data: [UInt8], at path: String, over node: OrderNode?, where conditions: [Operation] = [],
        isOurs: ([UInt8]) -> Bool
    ) async throws -> Outcome {
        let operations: [Operation] =
            switch node {
            case nil: [.create(path, data, .persistent)]
            case let node? where node.isForeign:
                [.delete(path, version: node.version), .create(path, data, .persistent)]
            case let node?: [.set(path, data, version: node.version)]
            }
        do {
            try await session.multi(conditions + operations)
            return .done
        } catch  where [.badVersion, .noNode, .nodeExists].contains(error.code) {
            return .overtaken
        } catch  where error.code == .notEmpty {
            throw Failure(badZnode: BadZnode("it has children"), at: path)
        } catch  where error.isAmbiguous {
            return try await answered { try await self.latest(path).map(isOurs) ?? false } ? .done : .overtaken
        } catch {
            throw Failure(error)
        }
    }

    /// What a node holds after a write; nil where it is not there.
    private func latest(_ path: String) async throws(ZooKeeperError) -> [UInt8]? {
        // The server of the next connection may lag behind the one that took the write.
        try await session.sync(path)
        do throws(ZooKeeperError) {
            return try await session.get(path).data
        } catch {
            if error.code == .noNode { return nil }
            throw error
        }
    }

    /// Deletes a node at the version read, with what is below it.
    /// - Returns: `.overtaken` where it is not as it was read.
    public func withdraw(_ path: String, _ node: OrderNode) async throws -> Outcome {
        let below = node.hasChildren ? try await descendants(of: path) : []
        do {
            try await session.multi(below.map { .delete($0, version: nil) } + [.delete(path, version: node.version)])
            return .done
        } catch  where [.badVersion, .noNode, .notEmpty].contains(error.code) {
            return .overtaken
        } catch  where error.isAmbiguous {
            return try await answered { try await self.latest(path) == nil } ? .done : .overtaken
        } catch {
            throw Failure(error)
        }
    }

    // MARK: What is gone

    /// Has a member that is gone not counted any more in `/redis/cluster`, where the master's lease writes once a
    /// second meanwhile.
    /// - Throws: `Failure` 69, 75, 77.
    public func uncount(_ address: Address) async throws {
        let live = Set(try await registrations(below: paths.members).filter(\.isLeased).map(\.address)).count
        for _ in 0..<Self.turns {
            guard let (record, version) = try await cluster() else { return }
            do {
                try await session.multi([try keeping(record.without(address, live: live), version: version)])
                return
            } catch let error as ZooKeeperError {
                guard error.code == .badVersion else { throw Failure(error) }
            }
        }
        throw Failure(.noMaster, "\(paths.cluster) changes faster than it can be written; say it again")
    }

    /// Deletes a node that no session ends, and below which nothing is.
    /// - Returns: false where it is ephemeral, in use, or has just changed.
    public func deleteLeftover(_ path: String) async throws -> Bool {
        guard let node = try await node(path) else { return true }
        guard node.stat.ephemeralOwner == 0, node.stat.childCount == 0 else { return false }
        do throws(ZooKeeperError) {
            try await session.delete(path, version: node.stat.version)
            return true
        } catch {
            if error.code == .noNode { return true }
            if [.badVersion, .notEmpty].contains(error.code) { return false }
            throw Failure(error)
        }
    }

    // MARK: Requests for another master

    /// A request, where it can be read, and its node.
    public func request(watch: Bool = false) async throws -> (request: Switchover?, node: OrderNode)? {
        guard let node = try await orderNode(paths.switchover, watch: watch) else { return nil }
        return (try? Self.switchover(node.data), node)
    }

    public func ask(_ request: Switchover, over node: OrderNode?) async throws -> Outcome {
        // A watcher that has taken it up meanwhile has written into it.
        try await place(Self.encode(request), at: paths.switchover, over: node) { data in
            (try? Self.switchover(data))?.id == request.id
        }
    }

    public func pause(_ pause: Pause, over node: OrderNode?) async throws -> Outcome {
        try await place(Self.encode(pause), at: paths.paused, over: node)
    }

    /// What a pause says, as far as it can be read.
    public func pause(of node: OrderNode) -> Pause { Self.pause(node.data, written: node.modified).pause }
}

extension Registry.OrderNode {
    fileprivate init(_ node: Node, isForeign: Bool) {
        self.init(
            data: node.data, version: node.stat.version, isForeign: isForeign, hasChildren: node.stat.childCount > 0,
            modified: node.stat.modified)
    }
}
