import Glibc

/// What the writers of a fault case found; `make faults` sets `INTERREX_LOST_WRITES` to a file and prints it as a
/// table.
public enum LossReport {
    /// - Parameter fault: what happened, in a few words.
    public static func enter(_ fault: String, minReplicas: Int, _ ledger: Ledger, lost: Int) {
        guard let path = currentEnvironment()["INTERREX_LOST_WRITES"], let file = fopen(path, "a") else { return }
        let pause = Int((ledger.longestPause / .milliseconds(1)).rounded())
        // One write, because several tests append at once.
        fputs("\(fault)\t\(minReplicas)\t\(ledger.entries.count)\t\(lost)\t\(pause) ms\n", file)
        fclose(file)
    }
}
