import Cluster
import Processes
import Runtime
import Vocabulary

extension LiveServers {
    /// Runs what tells one after the other, and takes it back where one refuses, to its end, whatever signal comes:
    /// half of it would leave them apart, and what a cancelled task asks is answered by nobody.
    ///
    /// Where a signal came, what is thrown reaches nobody any more: it is said here.
    /// - Throws: what `body` throws; `Stopped` where the signal came before it began.
    func unbroken(_ dialogue: Dialogue, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let outcome = try await StopSignals.withGrace(endLimit) {
            await withTaskCancellationHandler {
                await Task(executorPreference: loop, operation: body).result
            } onCancel: {
                dialogue.say("a signal came: what is under way is carried out to its end first, or taken back")
            }
        }
        do {
            try outcome.get()
        } catch {
            if Task.isCancelled { (error as? Failure).map { Log.fail($0) } ?? Log.fail(error.words) }
            throw error
        }
    }

    /// For so long it goes on at most once somebody wants the command to end: each server may be slow to
    /// each of four questions, and what is taken back takes as many.
    private var endLimit: Duration { .seconds(10) + limit * 8 * (members.count + sentinels.count) }
}
