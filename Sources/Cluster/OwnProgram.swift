import CLinux
import Glibc

/// How this process was started, also where `/proc` is not mounted: there Swift knows no arguments, and there is no
/// `/proc/self/exe`.
public enum OwnProgram {
    /// What `--version` prints.
    public static let version = "0.1.0"

    /// The program's name, then its arguments.
    public static let arguments: [String] = CommandLine.arguments.isEmpty ? fromStack : CommandLine.arguments

    /// A path under which it can be started again, from any folder, also where its file was replaced since.
    public static var path: String {
        let link = "/proc/self/exe"
        return access(link, X_OK) == 0 ? link : file
    }

    /// Its file, without links; as the kernel was given it where that is not found any more.
    public static var file: String {
        // Relative to the working directory, which is not changed.
        let given = UnsafePointer<CChar>(bitPattern: getauxval(UInt(AT_EXECFN))).map { String(cString: $0) } ?? ""
        let link = "/proc/self/exe"
        guard let real = realpath(link, nil) ?? realpath(given, nil) else { return given }
        defer { free(real) }
        return String(cString: real)
    }

    /// The kernel lays them out below the environment, with a NULL in between (x86-64 psABI, 3.4.1). Read before
    /// anything is put into the environment, which may move it. Empty where it is not so.
    private static var fromStack: [String] {
        guard let first = linux_program_name(), environ[-1] == nil else { return [] }
        let variables = environ
        var count = 1
        while let argument = variables[-1 - count], count < 100_000 {
            if argument == first {
                let arguments = variables - 1 - count
                return (0..<count).map { String(cString: arguments[$0]!) }
            }
            count += 1
        }
        return []
    }
}
