import Glibc

/// How long a system needed to recover: from here, just behind the fault, until `isGood` has returned.
///
/// `make faults` sets `INTERREX_RECOVERY_TIMES` to a file and puts what is measured here into its table; the function
/// of the test is what the two have in common. Where one test says it several times, the longest time counts.
@discardableResult
public func recovery<Result>(
    in test: String = #function, since fault: ContinuousClock.Instant = .now, _ isGood: () async throws -> Result
) async throws -> Result {
    let result = try await isGood()
    let seconds = (ContinuousClock.now - fault) / .seconds(1)
    if let path = currentEnvironment()["INTERREX_RECOVERY_TIMES"], let file = fopen(path, "a") {
        // One write, because several tests append at once.
        fputs("\(test.prefix { $0 != "(" })\t\((seconds * 100).rounded() / 100)\n", file)
        fclose(file)
    }
    return result
}
