package import Cluster
import Glibc
import Inspection
import Runtime
import Vocabulary
import ZooKeeper

/// `interrex status`: how one cluster is.
package struct Status: Sendable {
    package enum Form: Sendable { case text, tree, json, tsv }

    private let form: Form

    package init(_ form: Form) { self.form = form }

    /// Looks once.
    /// - Throws: `OperatorRun.Finished` with the verdict's exit code where that is not 0; else as `OperatorRun.run`
    ///   does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("status", environment) { run in
            let page = try await run.withRegistry { StatusPage(try await Inspector(run, $0).lookAtOurs()) }
            show(page, on: Output(run.environment))
            if page.verdict.exitCode != 0 { throw OperatorRun.Finished(page.verdict.exitCode) }
        }
    }

    /// Looks once a second, and draws each page over the one before, until a signal comes or nobody reads any more. A
    /// session that ends, as ZooKeeper's absence makes it, is followed by another.
    /// - Throws: `Stopped`; `Failure` where the first look fails.
    package func watch(_ environment: Environment) throws {
        try OperatorRun.run("status", environment) { run in
            let output = Output(run.environment)
            var registry = try await run.registry(.long)
            var isFirst = true
            while true {
                do {
                    if [.expired, .closed].contains(registry.session.state) {
                        registry = try await run.registry(.short)
                    }
                    draw(StatusPage(try await Inspector(run, registry).lookAtOurs()), on: output)
                } catch let failure as Failure where !isFirst && !Task.isCancelled {
                    tell(failure, of: registry.paths.root, on: output)
                }
                guard !output.isGone else { return }
                isFirst = false
                // As often as a person reads it.
                try await run.loop.sleep(for: .seconds(1))
            }
        }
    }

    private func draw(_ page: StatusPage, on output: Output) {
        switch form {
        case .text, .tree: output.redraw { page.lines(on: output.canvas, asTree: form == .tree, within: $0) }
        case .json, .tsv: show(page, on: output)
        }
    }

    private func tell(_ failure: Failure, of root: String, on output: Output) {
        switch form {
        case .text, .tree: output.redraw { _ in output.canvas.wrapped("\(root)  \(failure)", hanging: 2) }
        case .json, .tsv: Log.warn(failure.description)
        }
    }

    private func show(_ page: StatusPage, on output: Output) {
        switch form {
        case .text: output.say(page.lines(on: output.canvas))
        case .tree: output.say(page.lines(on: output.canvas, asTree: true))
        case .json: output.say(page.json)
        case .tsv: output.say(page.tabSeparated)
        }
    }
}
