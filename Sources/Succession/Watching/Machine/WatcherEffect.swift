public import Vocabulary

/// What a watcher's machine has done. Those that an event answers run at the same time where several are returned.
public enum WatcherEffect: Equatable, Sendable {
    /// Read ZooKeeper. Answered by `read`.
    case read(Reading)
    /// Ask everybody. Answered by `surveyed`.
    ///
    /// Hastily where something is under way: nobody is waited for who is not expected to answer. Calmly where nothing
    /// was going on in the last look, and nothing has happened since: less is asked for.
    case survey(isHasty: Bool, isCalm: Bool)
    /// Hold a connection to this master, to hear when its process is gone.
    /// One that has just answered counts as up, be its end before the connection.
    case follow(Address?, answers: Bool)
    /// Say what that connection has shown. Answered by `link`.
    case askLink
    /// Answered by `stepped`, with the same step.
    case step(ActionStep)
    /// An action begins or is through: lines that it has opened are closed.
    case closeLines
    /// Take note of a look that is acted upon next.
    /// It is fresh where what was read of ZooKeeper holds.
    case saw(Snapshot, isFresh: Bool)
    case publish(Notice)
    /// A record of ours was written, so long after the first sign of what led to it.
    case recorded(after: Duration?)
    case did(Action, ActionResult)
    case couldNot(Action, Trouble)
    /// Our node had to be made again.
    case enteredAgain(String)
    /// A word for whoever looks for a fault in this program.
    case remark(String)
    /// Show people the cluster, and what is wrong with it. Answered by `shown`.
    case show(Snapshot, [Alert], isFresh: Bool)
    /// Time is left to measure ZooKeeper.
    case timeZooKeeper(node: String)
    /// There is nobody to look at: ZooKeeper has not been read yet.
    case lookedInVain
    /// The pass is over. The next one comes with the next event, or after this time; of several watchers and clusters
    /// not all at once where it is spread.
    case pause(Duration, isSpread: Bool)
}
