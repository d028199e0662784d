import ArgumentParser
import Cluster
import Local
import Vocabulary

/// `interrex local`: a whole cluster on this machine, started as a scheduler would.
struct LocalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local", abstract: "Run a whole cluster on this machine until Ctrl-C.",
        discussion: """
            Starts a ZooKeeper of its own (Debian's package zookeeper), the launchers
            and the watcher, all on loopback and free ports. A process that ends is
            started again on a new port, ZooKeeper on its own. Standard output says
            who is what, and then what happens; what the processes say is in files,
            which the first lines name. On Ctrl-C, SIGTERM, SIGHUP or where the
            terminal is closed everything is ended, in order (a second signal: at
            once), and nothing stays but the folder that --folder names: the next
            start with it has all keys again.
            """)

    @Option(help: "How many redis-servers.")
    var redis = 3
    @Option(help: "How many sentinels.")
    var sentinels = 3
    @Option(help: "How many watchers.")
    var watchers = 1
    @Option(help: "Use this ZooKeeper, HOST:PORT, instead of starting one.")
    var zookeeper: String?
    @Option(
        help: "Keep all data in this folder, for the next start with it (default: a temporary one, removed at the end)."
    )
    var folder: String?
    @Flag(help: "Don't start again what has ended.")
    var noRestart = false
    @Flag(help: "Show what the processes say, on standard error, and who is what whenever that changes.")
    var verbose = false

    func validate() throws {
        guard (1...50).contains(redis), (0...50).contains(sentinels), (0...5).contains(watchers) else {
            throw ValidationError(
                "--redis takes a number from 1 to 50, --sentinels one from 0 to 50, --watchers one from 0 to 5")
        }
        if let zookeeper, Address(zookeeper) == nil { throw ValidationError("--zookeeper is no HOST:PORT") }
    }

    func run() throws {
        try LocalRun(
            redis: redis, sentinels: sentinels, watchers: watchers, zookeeper: zookeeper, folder: folder,
            restarts: !noRestart, isVerbose: verbose
        ).run(.process)
    }
}
