package import Cluster
import Glibc
import Runtime
import Vocabulary

/// Who gives a command: the user's name and the machine's.
package enum Operator {
    package static func name(_ environment: Environment) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        let host = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let said = ["SUDO_USER", "USER", "LOGNAME"].lazy.compactMap { environment.all[$0] }.first { !$0.isEmpty }
        // A static program has no look-up by number: the file is read as it is.
        let user = said ?? user(getuid(), in: readFile("/etc/passwd") ?? []) ?? "uid \(getuid())"
        return String("\(user)@\(host)".oneLine.prefix(120))
    }

    /// The name that `/etc/passwd` has for a number: `name:password:number:...` in each line.
    package static func user(_ number: UInt32, in file: [UInt8]) -> String? {
        for line in file.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, !fields[0].isEmpty, String(decoding: fields[2], as: UTF8.self) == "\(number)"
            else {
                continue
            }
            return String(decoding: fields[0], as: UTF8.self)
        }
        return nil
    }
}
