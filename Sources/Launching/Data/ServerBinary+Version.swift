import Cluster
import Glibc
import Processes
import Succession

extension ServerBinary {
    /// The newest RDB version that this server loads, by what `--version` says within 2 s; `Int.max` where that is not
    /// known.
    var newestRDB: Int {
        guard let process = try? TrialProcess(path, "--version") else { return .max }
        let line = "waiting, 2 s at most: \(path.clipped) is asked for its version, and has not answered yet"
        _ = sayingIfLong(line) { try? process.wait(until: .now + .seconds(2)) }
        // A wrapper, or the loader, may have said something before.
        return process.text.split(whereSeparator: \.isNewline).map { RDBVersion.newest(ofServer: String($0)) }.min()
            ?? .max
    }

    /// Whether it is a program itself, and not a script that starts one: `ELFMAG` of elf.h.
    var isProgram: Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var first = [UInt8](repeating: 0, count: 4)
        return read(descriptor, &first, first.count) == first.count && first == [0x7f] + Array("ELF".utf8)
    }
}
