import Cluster
import Glibc
import Processes
import Rendering
import Runtime

/// Whether a real server understands every line of its settings. It never starts: the last line is surely wrong, and
/// who complains of that one has understood all above.
///
/// Nothing of the user's is touched: a server opens its log, its folders and its ports behind the last line.
struct SettingsTrial {
    let server: ServerBinary
    let kind: ServerKind
    let secrets: [String]
    /// The server's working directory. It changes into it as it reads that line, and where nothing is launched it may
    /// be on another machine.
    let folder: String
    let time: TrialTime

    /// - Throws: `Failure` (126, 127) where the server can't be started; `Stopped`.
    func verdict(on text: String) throws -> Verdict {
        guard !time.isOver else { return .unknown("no time was left after \(TrialTime.limit)") }
        let token = "interrex-\(UInt64.random(in: .min ... .max))"
        // Sentinel looks at its own lines last of all, so that only such a one comes last.
        let last = kind == .redis ? token : "sentinel \(token)"
        // A log would be opened, to see whether it can be, as soon as all lines but Sentinel's are understood.
        let lines = text.fileLines.filter { !Self.enters(folder, $0) } + ["logfile \"\"", last]
        let process: TrialProcess
        do {
            process = try TrialProcess.start(server, settings: lines.joined(separator: "\n") + "\n")
        } catch let untried as TrialProcess.Untried {
            return .unknown(untried.why)
        }
        switch try process.wait(until: time.deadline) {
        case .exited(let code) where code != 0:
            let said = process.text
            if said.contains(token) { return .accepted }
            guard said.contains(where: { !$0.isWhitespace }) else {
                return .unknown("it ended with \(code), without a word")
            }
            let complaint = Complaint(said, about: text, secrets: secrets)
            // Every server shows the line over which it ends; this one may not have got so far.
            return complaint.line == nil ? .unknown(complaint.words) : .refused(complaint)
        case .exited: return .unknown("it ended with 0, as no \(kind.program) does at a wrong line")
        case .killed: return .unknown("a signal ended it")
        case nil: return .unknown("it did not end within \(TrialTime.limit) at a wrong line")
        }
    }

    private static func enters(_ folder: String, _ line: String) -> Bool {
        line.hasPrefix("dir ") && settingsLines(in: line) == [["dir", folder]]
    }
}

extension TrialProcess {
    /// - Throws: `Failure` (126, 127), as for the launch itself; `Untried`.
    static func start(_ server: ServerBinary, settings: String) throws -> TrialProcess {
        do {
            return try TrialProcess(server.path, settings: settings)
        } catch let failure as SystemFailure {
            throw server.failure(failure.number)
        }
    }
}

extension ServerBinary {
    /// What a launch that can't execute it ends with.
    func failure(_ number: Int32) -> Failure {
        switch number {
        case ENOENT: return failure(.notFound, number)
        case EAGAIN, ENOMEM, EMFILE, ENFILE:
            return Failure(
                .unavailable, "no process can be started (\(lastError(number))); raise this machine's limits")
        default: return failure(.cannotExecute, number)
        }
    }

    private func failure(_ code: ExitCode, _ number: Int32) -> Failure {
        Failure(
            code,
            "\(path) can't be executed (\(lastError(number))); check that it is a program for this machine")
    }
}
