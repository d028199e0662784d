import Runtime
import Succession
import ZooKeeper

/// What a session has found out about nodes: their ACLs, which cost a question each, and which bad ones it has told of.
final class NodeNotes: Sendable {
    private struct Known: Equatable {
        var node: Int64
        var version: Int32
        var complaint: String?
    }

    private let known = Protected<[String: Known]>([:])
    private let told = Protected<Set<String>>([])
    /// More nodes than a cluster has: those that are gone are forgotten with all others.
    private static let limit = 4_096

    /// What was found out of the node at `path`, while it is the same one and its ACL is; nil: nothing.
    func complaint(_ path: String, _ stat: Stat) -> String?? {
        known.withLock { known in
            guard let found = known[path], found.node == stat.czxid, found.version == stat.aclVersion else {
                return nil
            }
            return .some(found.complaint)
        }
    }

    func note(_ path: String, _ stat: Stat, _ complaint: String?) {
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[path] = Known(node: stat.czxid, version: stat.aclVersion, complaint: complaint)
        }
    }

    /// Says of each node once that it can't be used.
    /// - Parameter root: of the cluster whose nodes these are.
    func tell(of nodes: [BadNode], below root: String) {
        for node in nodes {
            let isNew = told.withLock { $0.count < Self.limit && $0.insert(node.path).inserted }
            guard isNew else { continue }
            Log.warn(
                "\(node.path) in ZooKeeper can't be used: \(node.reason); repair or delete that node", .cluster(root))
        }
    }
}
