import Succession
import ZooKeeper

/// What was made of the nodes below one path.
struct Reading<Value: Sendable>: Sendable {
    /// Of those that can be used, in the order of their names.
    var values: [Value] = []
    /// The others: none of us would write them, or somebody else did.
    var bad: [BadNode] = []
    /// The names of those among the bad that are leases: whoever holds one lives.
    var badLeases: [String] = []
}

/// Nodes that many write: one that can't be used stops nobody, and is named.
extension Registry {
    private enum Found: Sendable {
        case node(Node, foreign: String?)
        case nothing
        case denied
    }

    /// Reads the nodes below `path`; one that goes away meanwhile is left out, and so is one for which `read` returns
    /// nil.
    /// - Throws: `Failure` 69, and 77 where `path` itself can't be read.
    func reading<Value: Sendable>(
        below path: String, _ read: (_ name: String, _ node: Node) throws(BadZnode) -> Value?
    ) async throws -> Reading<Value> {
        guard let names = try await children(path) else { return Reading() }
        let found = try await withThrowingTaskGroup(of: (String, Found).self) { group in
            for name in names { group.addTask { (name, try await find("\(path)/\(name)")) } }
            return try await group.reduce(into: [(String, Found)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        var reading = Reading<Value>()
        for (name, found) in found {
            do throws(BadZnode) {
                switch found {
                case .nothing: continue
                case .denied: throw BadZnode("its ACL does not let us read it")
                case .node(_, let complaint?): throw BadZnode(complaint)
                case .node(let node, nil): if let value = try read(name, node) { reading.values.append(value) }
                }
            } catch {
                reading.bad.append(BadNode(path: "\(path)/\(name)".clipped.oneLine, reason: error.description))
                if case .node(let node, nil) = found, node.stat.ephemeralOwner != 0 { reading.badLeases.append(name) }
            }
        }
        return reading
    }

    private func find(_ path: String) async throws -> Found {
        do throws(ZooKeeperError) {
            let (node, foreign) = try await judged(path)
            return .node(node, foreign: foreign)
        } catch {
            switch error.code {
            case .noNode: return .nothing
            case .noAuth: return .denied
            default: throw Failure(error)
            }
        }
    }
}
