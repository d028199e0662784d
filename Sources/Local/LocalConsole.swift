import Cluster
import Glibc
import Runtime

/// What a person at the terminal sees: on standard output what happens, in words; with `--verbose` also the processes'
/// own lines, on standard error.
///
/// A terminal that is held (Ctrl-S), or a pipe that nobody reads, holds up nothing else: see `LogQueue`.
struct LocalConsole: Sendable {
    /// What a line is to its reader, shown as a colour.
    enum Tone: Sendable { case plain, bad, good }

    /// Columns of the narrowest usual terminal; nil where no terminal reads it, and lines are as long as they are.
    private let width: Int?
    private let descriptor: Int32
    private let colours: (output: Bool, errors: Bool)
    private let output: LogQueue

    /// Colours only where there is a terminal that has some, and nobody has said NO_COLOR (https://no-color.org).
    init(_ environment: Environment, to descriptor: Int32 = 1) {
        self.descriptor = descriptor
        width = isatty(descriptor) == 1 ? 80 : nil
        output = LogQueue(to: descriptor) { count in
            Array("(\(count == 1 ? "1 line was" : "\(count) lines were") dropped because nobody read them)\n".utf8)
        }
        let isPlain = environment.all["NO_COLOR"].map { !$0.isEmpty } ?? false || environment.all["TERM"] == "dumb"
        colours = (isatty(descriptor) == 1 && !isPlain, isatty(2) == 1 && !isPlain)
    }

    /// Says something; on a terminal in lines of at most 80 columns where its words allow that.
    func say(_ text: some StringProtocol, _ tone: Tone = .plain) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { $0.wrapped(to: width) }
        let code = tone == .bad ? 31 : 32
        let isColoured = colours.output && tone != .plain
        for line in lines { output.add(Array((isColoured ? "\u{1b}[\(code)m\(line)\u{1b}[0m\n" : "\(line)\n").utf8)) }
    }

    /// Shows a line of a process under its name.
    func show(_ line: some StringProtocol, of name: String) {
        guard !line.isEmpty else { return }
        let label = name + String(repeating: " ", count: max(0, 11 - name.count))
        let shown = colours.errors ? "\u{1b}[\(colour(of: name))m\(label)\u{1b}[0m" : label
        Log.show(String(line), of: name, as: "\(shown) | \(line)")
    }

    /// Whether nobody can read any more what is said: the terminal was closed, or who read the pipe is gone.
    var isGone: Bool {
        var output = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&output, 1, 0) == 1 && Int32(output.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Returns once everything is written, or after `limit`.
    func flush(on loop: EventLoop, within limit: Duration = .seconds(1)) async {
        let end = ContinuousClock.now + limit
        while !output.flush(within: .zero), ContinuousClock.now < end {
            // Who writes is a thread that may be held for ever.
            try? await loop.sleep(for: .milliseconds(2))
        }
    }

    private func colour(of name: String) -> Int {
        let palette = [32, 33, 34, 35, 36, 92, 93, 94, 95, 96]
        return palette[name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } % palette.count]
    }
}

extension StringProtocol {
    /// The text in lines of at most `width` characters, broken at spaces where there are some; what follows the first
    /// line is indented by two more than that one. Control characters are shown escaped.
    /// - Parameter width: nil: one line.
    func wrapped(to width: Int?) -> [String] {
        let text = String(oneLine)
        guard let width, text.count > width else { return [text] }
        let indent = String(repeating: " ", count: text.prefix { $0 == " " }.count + 2)
        var (lines, line) = ([String](), String(indent.dropLast(2)))
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                (line, isEmpty) = (indent, true)
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }
}
