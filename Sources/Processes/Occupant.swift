import Cluster
package import Glibc
import Runtime

/// The process that uses a folder, as the one line of `interrex.lock` tells it: `name PID start pid-namespace boot`.
///
/// The start, in clock ticks since the boot (proc(5), field 22 of `stat`), tells the process from a later one with its
/// PID; the namespace and the boot say for whom the PID means anything.
package struct Occupant: Equatable, Sendable {
    /// Who it is to people: an address, without spaces.
    package let name: String
    package let pid: pid_t
    package let start: String
    package let namespace: String
    package let boot: String

    package enum State: Equatable, Sendable {
        case running
        /// Ended, a zombie, or on its way out after a kill.
        case gone
        /// Of another container or machine, or hidden from us.
        case unknown
    }

    package init(_ name: String, pid: pid_t = getpid()) {
        self.name = name
        self.pid = pid
        start = ProcessStatus(pid)?.start ?? Self.none
        namespace = Self.ownNamespace ?? Self.none
        boot = Self.thisBoot ?? Self.none
    }

    /// Reads what `line` wrote; nil where it is anything else, or half of it.
    package init?(line: String) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 5, !fields.contains(""), let pid = pid_t(fields[1]), pid > 0, fields[4].hasSuffix("\n"),
            !fields[4].dropLast().contains("\n")
        else { return nil }
        (name, self.pid, start, namespace) = (String(fields[0]), pid, String(fields[2]), String(fields[3]))
        boot = String(fields[4].dropLast())
    }

    package var line: String { "\(name) \(pid) \(start) \(namespace) \(boot)\n" }

    package var state: State {
        guard start != Self.none, namespace == Self.ownNamespace, boot == Self.thisBoot else { return .unknown }
        guard let status = ProcessStatus(pid) else {
            // Where /proc is mounted with hidepid another user's process isn't seen, but it can't be signalled either.
            return kill(pid, 0) == 0 || errno == EPERM ? .unknown : .gone
        }
        return status.start == start && !status.isEnding ? .running : .gone
    }

    /// Whether its working directory is `folder`, which is where a redis-server writes; true where that can't be read.
    package func works(in folder: String) -> Bool {
        var (its, ours) = (stat(), stat())
        guard stat("/proc/\(pid)/cwd", &its) == 0, stat(folder, &ours) == 0 else { return true }
        return its.st_dev == ours.st_dev && its.st_ino == ours.st_ino
    }

    private static let none = "-"

    package static var thisBoot: String? {
        readFile("/proc/sys/kernel/random/boot_id").map { String(decoding: $0, as: UTF8.self).filter { $0 != "\n" } }
    }

    /// Nil where the PIDs in /proc are not those of this process's own namespace.
    private static var ownNamespace: String? {
        target(of: "/proc/self") == String(getpid()) ? target(of: "/proc/self/ns/pid") : nil
    }

    private static func target(of link: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { readlink(link, $0.baseAddress!, $0.count) }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}

/// What `/proc/PID/stat` tells of a process.
package struct ProcessStatus {
    package let start: String
    /// Whether it is a zombie, or dying: `PF_EXITING` of the kernel's linux/sched.h is set.
    package let isEnding: Bool
    /// Whether a signal or a debugger keeps it from running.
    package let isStopped: Bool

    package init?(_ pid: pid_t) {
        guard let bytes = readFile("/proc/\(pid)/stat") else { return nil }
        // The name, in parentheses, may hold anything; field 3 comes behind the last one.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let parenthesis = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: parenthesis)...].split(separator: " ")
        guard fields.count > 19, let flags = UInt(fields[6]) else { return nil }
        start = String(fields[19])
        isStopped = "Tt".contains(fields[0])
        isEnding = "ZXx".contains(fields[0]) || flags & 4 != 0
    }
}
