import Glibc

/// What a test needs of the machine beyond the packages:
/// `.enabled(if: Requirement.root.isMetOrDemanded, "needs root")`.
///
/// With `INTERREX_TESTS_MUST_NOT_SKIP` set (CI does) nothing is skipped: the test runs, and fails for what is missing.
public enum Requirement: Sendable {
    /// To mount, to change users, to make namespaces.
    case root
    /// Mounts in a namespace of their own (`unshare --mount`), with a tmpfs in it.
    case mounts
    /// A process as PID 1 (`unshare --pid`).
    case processNamespace
    /// A network of one's own (`unshare --net`).
    case networkNamespace
    /// Debian's user `redis`.
    case redisUser
    /// The program `shellcheck`.
    case shellcheck
    /// The program `haproxy`.
    case haproxy
    /// A release build of the program under test, named by `INTERREX_BIN`.
    case releaseBuild

    public var isMetOrDemanded: Bool { isMet || currentEnvironment()["INTERREX_TESTS_MUST_NOT_SKIP"] != nil }

    public var isMet: Bool {
        switch self {
        case .root: geteuid() == 0
        case .mounts: succeeds("unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt")
        case .processNamespace: succeeds("unshare", "--pid", "--fork", "--mount-proc", "true")
        case .networkNamespace: succeeds("unshare", "--net", "true")
        case .redisUser: getpwnam("redis") != nil
        case .shellcheck: succeeds("shellcheck", "--version")
        case .haproxy: succeeds("haproxy", "-v")
        case .releaseBuild: currentEnvironment()["INTERREX_BIN"] != nil
        }
    }

    private func succeeds(_ program: String, _ arguments: String...) -> Bool {
        guard let process = try? ChildProcess(program, arguments, output: "/dev/null") else { return false }
        for _ in 0..<5_000 where process.exitCode == nil { usleep(1_000) }
        return process.exitCode == 0
    }
}
