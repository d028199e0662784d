import Glibc
import Runtime

/// What the kernel does where memory runs out.
public enum OutOfMemory {
    /// Few are spared more (proc_pid_oom_score_adj(5): -1000 is never ended).
    private static let spared = -900
    /// What this process was started with.
    private static let original: Int? = readFile("/proc/self/oom_score_adj").flatMap { bytes in
        Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
    }

    /// Asks the kernel to end others first: this process is small, and much depends on it. It takes CAP_SYS_RESOURCE;
    /// without that, all stays as it is.
    public static func spareThisProcess() {
        guard let original, original > spared else { return }
        set(spared, of: "self")
    }

    /// A child inherits that, and is none of those.
    public static func expose(child: Int32) {
        guard let original, original > spared else { return }
        set(original, of: "\(child)")
    }

    private static func set(_ score: Int, of process: String) {
        let descriptor = open("/proc/\(process)/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = String(score)
        _ = write(descriptor, text, text.utf8.count)
    }
}
