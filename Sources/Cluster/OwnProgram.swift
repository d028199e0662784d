import CLinux
import Glibc

/// How this process was started, also where `/proc` is not mounted: there Swift knows no arguments, and there is no
/// `/proc/self/exe`.
public enum OwnProgram {
    /// The program's name, then its arguments.
    public static let arguments: [String] = CommandLine.arguments.isEmpty ? fromStack : CommandLine.arguments

    /// A path under which it can be started again.
    public static var path: String {
        let link = "/proc/self/exe"
        if access(link, X_OK) == 0 { return link }
        // As the kernel was given it; relative to the working directory, which is not changed.
        guard let address = UnsafePointer<CChar>(bitPattern: getauxval(UInt(AT_EXECFN))) else { return link }
        return String(cString: address)
    }

    /// The kernel lays them out below the environment, with a NULL in between (x86-64 psABI, 3.4.1). Read before anything is
    /// put into the environment, which may move it. Empty where it is not so.
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
