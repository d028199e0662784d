import Inspection
import Runtime
import Vocabulary

/// Asks a watcher over HTTP whether it lives, and of which version it is.
struct WatcherProbe: Sendable {
    let loop: EventLoop
    let limit: Duration

    func facts(of address: Address) async -> WatcherFacts {
        let answer = await WatcherQuestion(loop: loop, limit: limit).ask(address, "HEAD", "/livez")
        // One that is stuck says so by another status.
        guard let answer, answer.status == 200 else { return WatcherFacts(address, answers: false) }
        return WatcherFacts(address, answers: true, version: answer.version)
    }
}
