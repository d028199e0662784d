import Cluster
import Glibc
import Rendering
import Runtime

/// Where a server writes its log, by the settings that it gets: standard output unless these say something else, as a
/// distribution's own files do.
struct LogDestination: Equatable, Sendable {
    /// Absolute; nil where it is standard output.
    let file: String?
    let isSyslog: Bool

    /// - Parameter folder: the server's working directory, where a relative path begins.
    init(_ settings: String, folder: String) {
        let values = settingsValues(in: settings)
        file = values["logfile"].flatMap { path in
            if path.isEmpty || path == "/dev/stdout" { return nil }
            return path.hasPrefix("/") ? path : "\(folder)/\(path)"
        }
        isSyslog = values["syslog-enabled"]?.lowercased() == "yes"
    }

    /// One line for who looks for it at standard output.
    var elsewhere: String? {
        switch (file, isSyslog) {
        case (let file?, false): "the server's own log goes to \(file.clipped), not to standard output (logfile)"
        case (let file?, true):
            "the server's own log goes to \(file.clipped) (logfile) and to syslog, not to standard output"
        case (nil, true): "the server's own log goes to syslog (syslog-enabled), and to standard output"
        case (nil, false): nil
        }
    }

    /// - Throws: `Failure` (78) where it can't be written: the server would end at it, or wait for a reader.
    func check() throws(Failure) {
        guard let file else { return }
        let descriptor = open(file, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        if errno == ENOENT {
            let folder = String(file[..<file.lastIndex(of: "/")!])
            if access(folder.isEmpty ? "/" : folder, W_OK | X_OK) == 0 { return }
        }
        let why = errno == ENXIO ? "it is a pipe that nobody reads" : lastError()
        throw Failure(
            .badConfiguration,
            "logfile \(file.clipped) can't be written (\(why)); remove the line, so that the log goes to standard output, "
                + "or name a file that can be")
    }
}
