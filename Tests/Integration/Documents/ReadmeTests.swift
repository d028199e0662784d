import Fixtures
import Glibc
import Support
import Testing
import Throttle
import Vocabulary

/// What README.md shows, as it stands there.
@Suite(.inTurn) struct ReadmeTests {
    private let readme: Snippets

    init() throws { readme = try Snippets("README.md") }

    /// Numbers and folders differ from start to start.
    @Test(.alone) func the_demo_says_what_the_readme_shows() async throws {
        let folder = try TemporaryFolder("readme")
        // As `make demo` starts it: it says how it was started.
        let place = "\(folder.path)/.build/release"
        let start =
            "mkdir -p '\(place)' && ln -s '\(try interrexBinary())' '\(place)' && exec .build/release/interrex local"
        let local = try ChildProcess(
            "/bin/sh", ["-c", start], environment: ["PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin"],
            folder: folder.path, output: "\(folder.path)/output", errors: "\(folder.path)/errors", processGroup: true)
        let beginning = lines(try readme.block("", with: "Starting 3 redis"))
        let ending = lines(try readme.block("", with: "ended by signal 9"))
        try await eventually("it is up: \(local.text)", within: .seconds(90)) {
            lines(local.text).count >= beginning.count
        }
        #expect(lines(local.text) == beginning)

        let advice = try #require(local.text.firstMatch(of: /kill -9 (\d+) \(the master\)/))
        kill(try #require(Int32(advice.1)), SIGKILL)
        try await eventually("it is back: \(local.text)", within: .seconds(90)) { local.text.contains("\nback: ") }
        #expect(Array(lines(local.text).dropFirst(beginning.count)) == ending)
        local.signal(SIGINT)
        #expect(try await local.wait(within: .seconds(30)) == 0)
    }

    /// On three hosts, each with a network of its own, so with the default ports.
    @Test(.alone, .enabled(if: Requirement.root.isMetOrDemanded, "needs root, for networks"))
    func its_six_commands_make_a_cluster() async throws {
        let commands = try readme.block("sh", with: "interrex-watcher &").split(separator: "\n")
        #expect(commands.count == 6)
        // Built and installed it is already.
        let install = try #require(commands.first)
        #expect(
            install.hasPrefix("make build && ")
                && install.hasSuffix("/usr/local/bin .build/release/interrex .build/release/interrex-watcher"))
        try await Network.with(3) { network in
            let zookeeper = try await ZooKeeperServer.start(on: network.hosts[0])
            let script = try (commands.dropFirst().joined(separator: "\n") + "\nwait\n").with([
                "zk1:2181,zk2:2181,zk3:2181": zookeeper.connectString
            ])
            let folders = try network.hosts.map { _ in try TemporaryFolder("six") }
            let shells = try zip(network.hosts, folders).map { host, folder in
                try ChildProcess(
                    host.prefix[0], Array(host.prefix.dropFirst()) + ["sh", "-c", script],
                    environment: ["PATH": path], folder: folder.path, output: "\(folder.path)/output",
                    processGroup: true)
            }
            do {
                for host in network.hosts { try await isHealthy(on: host) }
            } catch {
                await end(shells, of: zookeeper)
                throw TestFailure("\(error)\n\(shells.map { $0.text.suffix(2_000) }.joined(separator: "\n---\n"))")
            }
            await end(shells, of: zookeeper)
            try await zookeeper.stop()
        }
    }

    private func isHealthy(on host: Network.Host) async throws {
        let folder = try TemporaryFolder("status")
        var said = ""
        try await eventually("\(host.ip) is healthy: \(said)", within: .seconds(90)) {
            let curl = try ChildProcess(
                host.prefix[0], Array(host.prefix.dropFirst()) + ["curl", "-s", "http://localhost:8080/status"],
                output: "\(folder.path)/output")
            try await curl.wait()
            said = curl.text
            return said.contains(#""healthy":true"#) && said.contains(#""replicas_linked":2"#)
        }
    }

    /// Ends what the shells have started, too; the leases leave by themselves.
    private func end(_ shells: [ChildProcess], of zookeeper: ZooKeeperServer) async {
        for shell in shells {
            kill(-shell.pid, SIGKILL)
            _ = try? await shell.wait(within: .seconds(10))
        }
        let mine = { ProcessFiles.all(withVariables: ["ZK_HOSTS=\(zookeeper.connectString)"]).filter(\.isRunning) }
        do {
            try await eventually("the leases leave", within: .seconds(20)) { mine().isEmpty }
        } catch {
            Issue.record(error)
            for process in mine() { kill(process.pid, SIGKILL) }
        }
    }

    /// The program under test is found first.
    private var path: String {
        get throws {
            let binary = try interrexBinary()
            let folder = binary[..<(binary.lastIndex(of: "/") ?? binary.startIndex)]
            return "\(folder):\(currentEnvironment()["PATH"] ?? "/usr/bin:/bin")"
        }
    }

    /// The lines with `N` for each number, the folder of the logs left out, and single spaces.
    private func lines(_ text: String) -> [String] {
        text.replacing(#/\/\S*\/logs\//#, with: "logs/").replacing(#/\d+(\.\d+)?/#, with: "N").replacing(
            #/ +/#, with: " "
        )
        .split(separator: "\n").map(String.init)
    }
}
