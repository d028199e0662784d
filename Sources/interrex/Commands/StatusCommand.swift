import ArgumentParser
import Cluster
import Operating

/// `interrex status`: how the cluster is, at one look.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the cluster is, who is what, and what is wrong.",
        discussion: """
            Compares what ZooKeeper records, what the sentinels say and what each
            server answers. Below the tables stands what is wrong, why, and what to
            type next.

            Exit code 0: healthy; 1: degraded; 2: no master. With --all the worst of
            them.
            """)

    @OptionGroup var options: OperatorOptions
    @Flag(help: "Show who replicates from whom.")
    var tree = false
    @Flag(help: "Look again every second, and draw in place.")
    var watch = false
    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: "Print values with tabs between, one line a server.")
    var tsv = false
    @Flag(help: "Show every cluster below PARENT, one line each.")
    var all = false
    @Argument(help: "With --all: the path in ZooKeeper below which to look, or a cluster itself (default: /).")
    var parent: String?

    func validate() throws {
        if [tree, json, tsv].count(where: { $0 }) > 1 {
            throw ValidationError("--tree, --json and --tsv exclude each other")
        }
        if all, watch { throw ValidationError("--watch looks at one cluster; it does not go with --all") }
        if all, tree { throw ValidationError("--tree shows one cluster; it does not go with --all") }
        if parent != nil, !all { throw ValidationError("a path goes with --all") }
    }

    func run() throws {
        let form: Status.Form = json ? .json : tsv ? .tsv : tree ? .tree : .text
        if all { return try StatusOfAll(form, below: parent ?? "/").run(options.environment) }
        let status = Status(form)
        if watch { return try status.watch(options.environment) }
        try status.run(options.environment)
    }
}
