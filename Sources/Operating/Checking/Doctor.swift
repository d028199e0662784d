package import Cluster
import Inspection
package import Runtime
import Vocabulary

/// `interrex doctor`.
package struct Doctor: Sendable {
    private let checks: [any Check]
    private let isVerbose: Bool
    private let printsJSON: Bool

    /// - Parameter checks: the names of those to run; nil: all.
    package init(only checks: [String]? = nil, isVerbose: Bool = false, printsJSON: Bool = false) {
        self.checks = checks.map { $0.compactMap(Checks.named) } ?? Checks.all
        self.isVerbose = isVerbose
        self.printsJSON = printsJSON
    }

    /// - Throws: `OperatorRun.Finished` with 1 where there is a warning, with 2 where there is a failure; `Failure` 78.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("doctor", environment) { run in
            let evidence = await Examiner(run).evidence()
            let examination = Examination(of: evidence, by: checks)
            let report = DoctorReport(examination, root: evidence.root, isVerbose: isVerbose)
            let output = Output(run.environment)
            if printsJSON {
                output.say(report.json)
            } else {
                output.say(report.lines(on: output.canvas).map { Secrets.removed(from: $0) })
            }
            if examination.exitCode != 0 { throw OperatorRun.Finished(examination.exitCode) }
        }
    }

    /// Every check, with what it looks at.
    /// - Throws: `Failure` 69 where that can't be written.
    package static func list(_ environment: Environment) throws(Failure) {
        var table = Table([Table.Column("check"), Table.Column("about")])
        for check in Checks.all { table.add([Table.Cell(check.name), Table.Cell(check.about)]) }
        let output = Output(environment)
        output.say(table.lines(on: output.canvas))
        try Output.check()
    }
}

extension OperatorRun {
    /// A run of its own making, on a loop that is there.
    package init(_ environment: Environment, on loop: EventLoop) throws {
        self.init(
            environment: environment, registrySettings: try RegistrySettings(environment),
            redis: try RedisSettings(environment), loop: loop)
    }
}
