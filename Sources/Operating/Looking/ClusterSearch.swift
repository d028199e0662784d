import Cluster
import Glibc
import ZooKeeper

/// Finds clusters in ZooKeeper by what stands below their roots.
struct ClusterSearch {
    /// No deeper than this below the parent: a root has a few parts.
    private static let depth = 4
    /// So many nodes are looked at, at most: other programs may have millions there.
    private static let nodeLimit = 5_000
    /// So many at the same time: each costs a round trip.
    private static let atOnce = 32

    let registry: Registry

    /// What a search has found.
    struct Outcome {
        /// Of clusters, sorted.
        var roots: [String] = []
        /// Paths that may not be read, sorted: clusters may stand below them.
        var unreadable: [String] = []
        /// False where there is more than is looked at.
        var isWhole = true

        fileprivate mutating func add(_ level: Level) {
            roots = (roots + level.roots).sorted()
            unreadable = (unreadable + level.unreadable).sorted()
        }
    }

    /// What stands on one level.
    fileprivate struct Level {
        var roots: [String] = []
        var unreadable: [String] = []
        /// What stands below those that are no clusters.
        var below: [String] = []
    }

    /// The clusters below `parent`, or `parent` itself where that is one.
    /// - Throws: `Failure` 69, 77; 75 where there is no such node.
    func clusters(below parent: String) async throws -> Outcome {
        guard let names = try await registry.children(parent) else {
            throw Failure(.noMaster, "there is no \(parent) in ZooKeeper; check the path, and the chroot of ZK_HOSTS")
        }
        if parent != "/", isCluster(names) { return Outcome(roots: [parent]) }
        var paths = paths(names, below: parent)
        var (outcome, left) = (Outcome(), Self.nodeLimit)
        for _ in 0..<Self.depth {
            let looked = paths.prefix(left)
            let level = try await look(at: looked)
            outcome.add(level)
            guard looked.count == paths.count else {
                outcome.isWhole = false
                return outcome
            }
            left -= looked.count
            paths = level.below
        }
        return outcome
    }

    private func look(at paths: ArraySlice<String>) async throws -> Level {
        try await withThrowingTaskGroup(of: (String, [String]?).self) { group in
            var level = Level()
            func note(_ path: String, _ names: [String]?) {
                guard let names else { return level.unreadable.append(path) }
                if isCluster(names) {
                    level.roots.append(path)
                } else {
                    level.below += self.paths(names, below: path)
                }
            }
            for (count, path) in paths.enumerated() {
                if count >= Self.atOnce, let (done, names) = try await group.next() { note(done, names) }
                group.addTask {
                    do {
                        return (path, try await registry.children(path) ?? [])
                    } catch let failure as Failure where failure.code == .notAuthorised {
                        return (path, nil)
                    }
                }
            }
            for try await (done, names) in group { note(done, names) }
            return level
        }
    }

    private func isCluster(_ names: [String]) -> Bool {
        let ours = Set(names).intersection(["master", "cluster", "members", "sentinels", "identities"])
        return ours.contains("master") && ours.count > 1 || ours.count >= 3
    }

    private func paths(_ names: [String], below parent: String) -> [String] {
        names.sorted().map { parent == "/" ? "/\($0)" : "\(parent)/\($0)" }.filter { $0 != "/zookeeper" }
    }
}
