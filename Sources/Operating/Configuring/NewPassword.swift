import Cluster
import Glibc
import Runtime
import Vocabulary

/// A password that is to be: from a file, or typed by a person, never from a command line, which others can read.
enum NewPassword {
    /// - Throws: `Failure` 64 where nobody can be asked; 78 for one that can't be used.
    static func read(_ file: String?, besides old: Credentials) throws -> Secret {
        let text = try file.map { try inFile($0) } ?? typed()
        Secrets.add([text])
        guard !text.isEmpty, text.utf8.count <= 16_384, survivesSentinelRewrite(text) else {
            throw Failure(
                .badConfiguration,
                "the new password can't be used: it must be 1 to 16384 bytes without spaces, quotes, # and control characters"
            )
        }
        guard text != old.password.text else {
            throw Failure(
                .badConfiguration,
                "the new password is that of REDIS_PASSWORD; leave the old one there until this is done")
        }
        return Secret(text)
    }

    private static func inFile(_ path: String) throws(Failure) -> String {
        let name = "the new password"
        do throws(Failure) {
            return try Environment(["\(name)_FILE": path]).secret(name) ?? ""
        } catch {
            throw Failure(.badConfiguration, error.description.replacing("\(name)_FILE", with: "--new-password-file"))
        }
    }

    /// Twice, because nobody sees it.
    private static func typed() throws(Failure) -> String {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw Failure(.usage, "nobody can be asked here, without a terminal; add --new-password-file FILE")
        }
        let first = try hidden("New password:")
        guard try hidden("The same again:") == first else {
            throw Failure(.usage, "that was another one; nothing was changed")
        }
        return first
    }

    private static func hidden(_ question: String) throws(Failure) -> String {
        Log.show(question)
        Log.flush()
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { throw Failure(.usage, "the terminal can't be used") }
        var mute = shown
        mute.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mute)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        guard let line = readLine() else { throw Failure(.usage, "no password was typed; nothing was changed") }
        return line
    }
}
