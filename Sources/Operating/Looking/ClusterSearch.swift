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

    /// The roots below `parent`, or `parent` itself where that is one, sorted; and whether there may be more of them.
    /// - Throws: `Failure` 69, 77; 75 where there is no such node.
    func roots(below parent: String) async throws -> (roots: [String], isWhole: Bool) {
        guard let names = try await registry.children(parent) else {
            throw Failure(.noMaster, "there is no \(parent) in ZooKeeper; check the path, and the chroot of ZK_HOSTS")
        }
        if parent != "/", isCluster(names) { return ([parent], true) }
        var level = paths(names, below: parent)
        var (roots, left) = ([String](), Self.nodeLimit)
        for _ in 0..<Self.depth {
            let looked = level.prefix(left)
            let (found, next) = await look(at: looked)
            roots += found
            guard looked.count == level.count else { return (roots.sorted(), false) }
            left -= looked.count
            level = next
        }
        return (roots.sorted(), true)
    }

    /// Which of them are clusters, and what stands below the others.
    private func look(at level: ArraySlice<String>) async -> (roots: [String], below: [String]) {
        await withTaskGroup(of: (String, [String]).self) { group in
            var found = (roots: [String](), below: [String]())
            func note(_ path: String, _ names: [String]) {
                if isCluster(names) { found.roots.append(path) } else { found.below += paths(names, below: path) }
            }
            for (count, path) in level.enumerated() {
                if count >= Self.atOnce, let (done, names) = await group.next() { note(done, names) }
                // What can't be read is nobody's of ours, or its verdict says so.
                group.addTask { (path, (try? await registry.children(path)) ?? []) }
            }
            for await (done, names) in group { note(done, names) }
            return found
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
