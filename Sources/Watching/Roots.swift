import Cluster

/// Which clusters are watched: `ZK_ROOT=/redis-a,/redis-b` or `/parent/*`, whose children are clusters, those that
/// appear later as well.
struct Roots: Equatable, Sendable {
    var clusters: [String] = []
    var parents: [String] = []
    /// What is named more than once, and watched once all the same.
    var repeated: [String] = []

    /// - Throws: `Failure` (78) that names `ZK_ROOT`.
    init(_ environment: Environment) throws(Failure) {
        let text = try environment.text("ZK_ROOT", default: "/redis")
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let root = part.trimmed
            guard !root.isEmpty else {
                throw environment.bad("ZK_ROOT", "is \"\(text.prefix(40))\", which names nothing where a comma stands")
            }
            if root.hasSuffix("/*") {
                guard root != "/*" else {
                    throw environment.bad("ZK_ROOT", "is /*; put the clusters below a node of their own, like /redis/*")
                }
                let parent = try RegistrySettings.root(String(root.dropLast(2)), environment)
                if parents.contains(parent) { repeated.append("\(parent)/*") } else { parents.append(parent) }
            } else {
                let cluster = try RegistrySettings.root(String(root), environment)
                if clusters.contains(cluster) { repeated.append(cluster) } else { clusters.append(cluster) }
            }
        }
    }

    /// Another root may have been meant, whose cluster nobody watches then.
    func warnOfRepeated() {
        for root in repeated {
            Log.warn(
                "ZK_ROOT names \(root) more than once: it is watched once; if another cluster is meant, name that one")
        }
    }

    /// The node right above a root.
    static func parent(of root: String) -> Substring { root.lastIndex(of: "/").map { root[..<$0] } ?? "" }

    /// How many there are; nil where that is not known beforehand.
    var count: Int? { parents.isEmpty ? clusters.count : nil }
}

extension Substring {
    /// Without the spaces at both ends.
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
