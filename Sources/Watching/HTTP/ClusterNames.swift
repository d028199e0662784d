/// Which cluster a path names: its root's last component, or the whole root without its first slash.
struct ClusterNames: Sendable {
    /// Sorted.
    let roots: [String]
    private let wholes: Set<String>
    private let byLastComponent: [String: [String]]
    /// The most components that a root has.
    private let depth: Int

    init(roots: [String]) {
        self.roots = roots
        wholes = Set(roots)
        byLastComponent = Dictionary(grouping: roots, by: Self.lastComponent)
        depth = roots.map { $0.utf8.count { $0 == UInt8(ascii: "/") } }.max() ?? 0
    }

    enum Finding: Equatable, Sendable {
        case root(String)
        /// The last component of several roots.
        case ambiguous([String])
        case unknown
    }

    /// The cluster of that name. A whole root comes before another one's last component: it has no other name.
    func find(_ name: some StringProtocol) -> Finding {
        let whole = name.hasPrefix("/") ? String(name) : "/\(name)"
        if wholes.contains(whole) { return .root(whole) }
        guard !name.contains("/") else { return .unknown }
        let found = byLastComponent[String(name)] ?? []
        return found.isEmpty ? .unknown : found.count == 1 ? .root(found[0]) : .ambiguous(found)
    }

    /// What stands first in `path` as a cluster, and what is left of the path; the longest root that fits.
    func split(_ path: ArraySlice<String>) -> (Finding, rest: ArraySlice<String>) {
        // A path of thousands of components costs no more than the longest root.
        let ends = path.indices.dropFirst().prefix(depth).reversed()
        for end in ends where wholes.contains("/" + path[..<end].joined(separator: "/")) {
            return (find(path[..<end].joined(separator: "/")), path[end...])
        }
        guard let first = path.first else { return (.unknown, []) }
        return (find(first), path.dropFirst())
    }

    /// The shortest name that leads to this root and no other.
    func name(of root: String) -> String {
        let last = Self.lastComponent(of: root)
        return find(last) == .root(root) ? last : String(root.dropFirst())
    }

    /// All names, for a message.
    var list: String { roots.map(name(of:)).joined(separator: ", ") }

    private static func lastComponent(of root: String) -> String {
        root.split(separator: "/").last.map(String.init) ?? root
    }
}
