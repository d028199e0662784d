import Cluster
import Glibc
import Subprocess
import SystemPackage

/// One process of a local cluster: started, its lines shown, ended when the task that runs it is cancelled.
struct LocalProcess: Sendable {
    let program: LocalPlan.Program
    let console: Console

    /// Makes the folder, without what an earlier run has rendered there: it holds passwords, and nobody reads it again.
    func prepareFolder() throws(Failure) {
        try Folder.create(program.folder)
        guard let rendered = program.rendered else { return }
        for name in Folder.entries(of: program.folder) where name.hasPrefix(rendered) && name.hasSuffix(".conf") {
            Folder.remove("\(program.folder)/\(name)")
        }
    }

    private func prepareLockFile(_ pid: pid_t) throws(Failure) {
        guard program.needsLockFile else { return }
        try ConfigFile.write(
            Occupant(program.name, pid: pid).line, to: "\(program.folder)/\(FolderLock.fileName)")
    }

    /// Runs the process to its end and says how it ended.
    func run() async -> String {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C goes to the whole foreground group, and would end everything at once, in no order.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        let variables = program.variables.reduce(into: [Subprocess.Environment.Key: String]()) { result, entry in
            if let key = Subprocess.Environment.Key(rawValue: entry.key) { result[key] = entry.value }
        }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(program.path)), arguments: Arguments(program.arguments), environment: .custom(variables),
                workingDirectory: FilePath(program.folder), platformOptions: options, input: .none, output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                try prepareLockFile(execution.processIdentifier.value)
                for try await line in execution.standardOutput.strings() where !line.hasPrefix("SLF4J") {
                    console.show(line, of: program.name)
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return "ended with exit code \(code)"
            case .signaled(let signal): return "was ended by signal \(signal)"
            }
        } catch {
            return "could not be run (\(error))"
        }
    }
}
