package import Cluster
import Inspection
import Vocabulary
import ZooKeeper

/// `interrex status --all`: every cluster below one path, a line each.
package struct StatusOfAll: Sendable {
    /// How many clusters are looked at at the same time: each takes some nine connections.
    private static let atOnce = 16
    /// So many paths are named, at most.
    private static let namedPaths = 5

    private let form: Status.Form
    private let parent: String

    /// - Parameter parent: a path in ZooKeeper, `/` or as `ZK_ROOT` may be.
    package init(_ form: Status.Form, below parent: String) {
        self.form = form
        self.parent = parent
    }

    /// - Throws: `OperatorRun.Finished` with the worst verdict's exit code where that is not 0; `Failure` 75 where
    ///   there is no cluster, 77 where some paths may not be read and the others have none; else as `OperatorRun.run`
    ///   does.
    package func run(_ environment: Environment) throws {
        if parent != "/", (try? RegistrySettings.root(parent, environment)) == nil {
            throw Failure(.usage, "--all takes a path in ZooKeeper such as /teams, and \"\(parent.clipped)\" is none")
        }
        try OperatorRun.run("status", environment) { run in
            let overview = try await run.withRegistry { registry in
                let found = try await ClusterSearch(registry: registry).clusters(below: parent)
                guard !found.roots.isEmpty else { throw Self.nothing(found, below: parent) }
                if !found.unreadable.isEmpty {
                    Log.warn("there may be more clusters: \(Self.hidden(found)); check ZK_AUTH")
                }
                if !found.isWhole {
                    Log.warn("there is too much below \(parent) to look at all of it; name a path further down")
                }
                return Overview(await lines(of: found.roots, run, registry))
            }
            let output = Output(run.environment)
            switch form {
            case .text, .tree: output.say(overview.lines(on: output.canvas))
            case .json: output.say(overview.json)
            case .tsv: output.say(overview.tabSeparated)
            }
            if overview.exitCode != 0 { throw OperatorRun.Finished(overview.exitCode) }
        }
    }

    private static func nothing(_ found: ClusterSearch.Outcome, below parent: String) -> Failure {
        guard !found.unreadable.isEmpty else {
            return Failure(.noMaster, "there is no cluster below \(parent) in ZooKeeper; check the path and ZK_HOSTS")
        }
        return Failure(
            .notAuthorised, "no cluster can be seen below \(parent) in ZooKeeper: \(hidden(found)); check ZK_AUTH")
    }

    /// Which paths may not be read; some of them where there are many.
    private static func hidden(_ found: ClusterSearch.Outcome) -> String {
        let more = found.unreadable.count - namedPaths
        return found.unreadable.prefix(namedPaths).map(\.clipped).joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "") + " may not be read"
    }

    private func lines(of roots: [String], _ run: OperatorRun, _ registry: Registry) async -> [Overview.Line] {
        await withTaskGroup(of: (Int, Overview.Line).self) { group in
            var lines = [Overview.Line?](repeating: nil, count: roots.count)
            for (index, root) in roots.enumerated() {
                if index >= Self.atOnce, let (done, line) = await group.next() { lines[done] = line }
                group.addTask {
                    do {
                        let inspector = Inspector(run, Registry(registry.session, root: root))
                        return (index, .page(StatusPage(try await inspector.lookAtOurs(withDetails: false))))
                    } catch {
                        return (index, .unseen(root: root, why: "\(error)".oneLine))
                    }
                }
            }
            for await (done, line) in group { lines[done] = line }
            return lines.compactMap(\.self)
        }
    }
}
