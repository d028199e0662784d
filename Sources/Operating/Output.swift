package import Cluster
import Glibc
package import Inspection
import Runtime
package import Vocabulary

/// Standard output: results alone, for a person's terminal, a pipe or a file.
package struct Output: Sendable {
    package let canvas: Canvas
    /// Whether a person reads it.
    package let isTerminal: Bool
    private let canDraw: Bool

    /// Colours only where there is a terminal that has some, and nobody has said NO_COLOR (https://no-color.org);
    /// characters beyond ASCII only where the locale has them. `COLUMNS` overrides the terminal's width.
    package init(_ environment: Environment, descriptor: Int32 = STDOUT_FILENO) {
        let variables = environment.all
        isTerminal = isatty(descriptor) == 1
        let isDumb = variables["TERM"] == "dumb"
        canDraw = isTerminal && !isDumb
        let wantsNone = variables["NO_COLOR"].map { !$0.isEmpty } ?? false
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
        let isUTF8 = ["UTF-8", "utf8", "UTF8", "utf-8"].contains { locale.hasSuffix($0) }
        canvas = Canvas(
            width: Self.columns(variables["COLUMNS"], descriptor), hasColour: isTerminal && !isDumb && !wantsNone,
            hasUnicode: isUTF8 && !isDumb)
    }

    private static func columns(_ variable: String?, _ descriptor: Int32) -> Int? {
        if let columns = variable.flatMap({ Int($0) }), (20...10_000).contains(columns) { return columns }
        guard isatty(descriptor) == 1 else { return nil }
        return size(descriptor).flatMap { $0.columns >= 20 ? $0.columns : nil } ?? Canvas.usualWidth
    }

    private static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    package func say(_ lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

    package func say(_ line: String) { say([line]) }

    /// Sentences, in lines that fit.
    package func tell(_ sentences: [String]) { say(sentences.flatMap { canvas.wrapped($0.oneLine, hanging: 2) }) }

    /// Draws a page over the one before: no line is wiped before its successor stands there, so nothing flickers. What
    /// is no terminal gets one page after the other, and a terminal that can't be drawn on as well.
    /// - Parameter lines: the page, for so many lines.
    package func redraw(_ lines: (_ room: Int?) -> [String]) {
        guard canDraw else { return say(lines(nil) + [""]) }
        // What does not fit would scroll the rest away.
        let room = max(1, (Self.size(STDOUT_FILENO)?.rows ?? 24) - 1)
        let lines = lines(room)
        let isTooLong = lines.count > room
        let shown = isTooLong ? lines.prefix(room - 1) + ["(\(lines.count - room + 1) more lines)"] : lines[...]
        write("\u{1b}[H" + shown.map { "\($0)\u{1b}[K\n" }.joined() + "\u{1b}[J")
    }

    /// One line of JSON.
    package func say(_ json: JSON) { say(json.text) }

    /// Whether nobody can read any more what is written: nobody ever could, the terminal was closed, who read the pipe
    /// has gone, or it can't be written.
    package var isGone: Bool {
        guard StandardStreams.isOutputOpen, Self.trouble.withLock({ $0 == nil }) else { return true }
        var end = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&end, 1, 0) == 1 && Int32(end.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Why something could not be written; nil where all was, or nobody wanted it any more.
    private static let trouble = Protected<Int32?>(nil)

    /// - Throws: `Failure` 69 where something could not be written.
    package static func check() throws(Failure) {
        guard let code = trouble.withLock(\.self) else { return }
        throw Failure(
            .unavailable,
            "standard output can't be written (\(lastError(code))), so the result is lost: see where it leads")
    }

    /// Writes all of it. A reader that has gone (`| head`) is no failure.
    /// - Parameter text: as it is; what others sent has been made safe for a terminal.
    package func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if errno == EAGAIN {
                    var room = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                    if poll(&room, 1, -1) >= 0 || errno == EINTR { continue }
                }
                // A terminal that was closed is no failure either.
                if errno != EPIPE, !(errno == EIO && isTerminal) {
                    Self.trouble.withLock { [code = errno] in $0 = code }
                }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
