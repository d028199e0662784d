import Cluster

/// Which clusters are watched: `ZK_ROOT=/redis-a,/redis-b` or `/parent/*`, whose children are clusters, those that appear
/// later as well.
struct Roots: Equatable, Sendable {
    var clusters: [String] = []
    var parents: [String] = []

    /// - Throws: `Failure` (78) that names `ZK_ROOT`.
    init(_ environment: Environment) throws(Failure) {
        let text = try environment.text("ZK_ROOT", default: "/redis")
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let root = part.drop { $0 == " " }
            if root.hasSuffix("/*") {
                let parent = try RegistrySettings.root(String(root.dropLast(2)), environment)
                if !parents.contains(parent) { parents.append(parent) }
            } else {
                let cluster = try RegistrySettings.root(String(root), environment)
                if !clusters.contains(cluster) { clusters.append(cluster) }
            }
        }
    }

    /// How many there are; nil where that is not known beforehand.
    var count: Int? { parents.isEmpty ? clusters.count : nil }
}
