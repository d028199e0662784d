import Cluster
import Glibc
import Inspection
import Runtime
import Vocabulary

/// What is said to whoever gave a command while it is under way, and what is asked: on standard error, because results
/// alone go to standard output. A terminal gets plain lines, a log gets lines of a log.
struct Dialogue: Sendable {
    /// Whether a person can be asked.
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    private let showsPlainly = isatty(STDERR_FILENO) == 1
    private let loop: EventLoop
    /// As wide as the terminal of standard error; without colours.
    let canvas: Canvas

    init(_ run: OperatorRun) {
        loop = run.loop
        canvas = Canvas(width: Output(run.environment, descriptor: STDERR_FILENO).canvas.width)
    }

    func say(_ line: String) {
        guard showsPlainly else { return Log.info(line) }
        show(line)
    }

    /// In lines that fit.
    private func show(_ line: String) { for part in canvas.wrapped(line.oneLine, hanging: 2) { Log.show(part) } }

    func say(_ lines: [String]) { for line in lines { say(line) } }

    /// Asks for a yes; anything else is a no.
    /// - Throws: `Failure` 64 where nobody can be asked, with the option that says yes beforehand; `Finished` 64 where
    ///   the answer is no, which has been said then; `Stopped`.
    func ask(_ question: String, orSay option: String) async throws {
        guard isTerminal else { throw Failure(.usage, "nobody can be asked here, without a terminal; add \(option)") }
        show("\(question) [y/N]")
        guard ["y", "yes"].contains(try await answer().lowercased()) else { throw declined("nothing was changed") }
    }

    /// Asks for a word to be typed.
    /// - Throws: as `ask` does.
    func ask(for word: String, to deed: String, orSay option: String) async throws {
        guard isTerminal else { throw Failure(.usage, "nobody can be asked here, without a terminal; add \(option)") }
        show("To \(deed), type \(word):")
        guard try await answer() == word else { throw declined("nothing was changed: that is not \(word)") }
    }

    /// A person who has just said no reads no failure.
    private func declined(_ words: String) -> OperatorRun.Finished {
        show(words)
        return OperatorRun.Finished(ExitCode.usage.rawValue)
    }

    /// One line of standard input; what there is of it at its end.
    private func answer() async throws -> String {
        var (line, byte) = ([UInt8](), [UInt8](repeating: 0, count: 1))
        while line.count < 4_096 {
            try await loop.readable(STDIN_FILENO)
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1, byte[0] != UInt8(ascii: "\n") else { break }
            line.append(byte[0])
        }
        let text = String(decoding: line, as: UTF8.self)
        return String(text.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
    }
}

extension Failure {
    init(_ objection: Objection) {
        let code: ExitCode =
            switch objection.kind {
            case .notNow: .noMaster
            case .unavailable: .unavailable
            case .notAuthorised: .notAuthorised
            case .badData: .badData
            }
        self.init(code, objection.description)
    }
}

extension OperatorRun {
    /// Opens a session for a command that changes something: a moment without ZooKeeper must not end it halfway.
    /// - Throws: `Failure`, also for what `body` objects to.
    func steer(_ body: (Registry) async throws -> Void) async throws {
        do {
            try await withRegistry(.steady, body)
        } catch let objection as Objection {
            throw Failure(objection)
        }
    }
}
