import Cluster
import Glibc
import Succession

extension ServerBinary {
    /// The newest RDB version that this server loads, by what `--version` says within 2 s; `Int.max` where that is not known.
    var newestRDB: Int {
        guard let process = try? TrialProcess(path, "--version") else { return .max }
        let line = "waiting, 2 s at most: \(path.clipped) is asked for its version, and has not answered yet"
        _ = sayingIfLong(line) { try? process.wait(until: .now + .seconds(2)) }
        // A wrapper, or the loader, may have said something before.
        return process.text.split(whereSeparator: \.isNewline).map { RDBVersion.newest(ofServer: String($0)) }.min()
            ?? .max
    }
}
