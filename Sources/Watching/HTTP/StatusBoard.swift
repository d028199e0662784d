import Runtime

/// Where each cluster's watch puts what it last saw, and the endpoints read it.
final class StatusBoard: Sendable {
    private struct State {
        var byRoot: [String: ClusterStatus] = [:]
        /// Made when they are asked for: of a thousand clusters that appear one after another, once.
        var names: ClusterNames?
        var isListed = false
    }

    private let state = Protected(State())

    init() {}

    func put(_ status: ClusterStatus) {
        state.withLock { state in
            if state.byRoot.updateValue(status, forKey: status.root) == nil { state.names = nil }
        }
    }

    func remove(root: String) {
        state.withLock { state in
            if state.byRoot.removeValue(forKey: root) != nil { state.names = nil }
        }
    }

    /// How many clusters there are.
    var count: Int { state.withLock { $0.byRoot.count } }

    /// Whether it is known which clusters there are below the parents of `ZK_ROOT`.
    var isListed: Bool {
        get { state.withLock { $0.isListed } }
        set { state.withLock { $0.isListed = newValue } }
    }

    /// Sorted by root.
    var statuses: [ClusterStatus] { state.withLock { Array($0.byRoot.values) }.sorted { $0.root < $1.root } }

    func status(ofRoot root: String) -> ClusterStatus? { state.withLock { $0.byRoot[root] } }

    /// The names of all clusters.
    var names: ClusterNames {
        state.withLock { state in
            let names = state.names ?? ClusterNames(roots: state.byRoot.keys.sorted())
            state.names = names
            return names
        }
    }
}
