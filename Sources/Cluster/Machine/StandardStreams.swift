import Glibc

/// Descriptors 0, 1 and 2.
public enum StandardStreams {
    /// Whether somebody gave us a standard output. Written before anything else runs.
    nonisolated(unsafe) public private(set) static var isOutputOpen = true

    /// Opens `/dev/null` where one of them is closed, as some supervisors leave them: whatever is opened next would
    /// take its number, and get our log, or be taken for the log of a program that we start. To be called before
    /// anything is opened.
    public static func fill() {
        isOutputOpen = fcntl(STDOUT_FILENO, F_GETFD) >= 0
        // The lowest number that is free is the one that `open` gives.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }
}
