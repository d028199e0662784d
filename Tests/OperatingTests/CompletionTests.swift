import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What shells offer where an address is typed, with the scripts that `interrex` makes for them.
@Suite(.inTurn) struct CompletionTests {
    @Test func each_kind_of_address_is_that_of_the_live_cluster() async throws {
        try await WatchedCluster.with(sentinels: 1, watchers: 0, quorum: 1) { cluster in
            let offered = try await complete(on: cluster.cluster)
            #expect(offered.code == 0 && offered.errors.isEmpty, "\(offered)")
            let others = cluster.replicas.map(\.colonAddress).sorted()
            #expect(Array(offered.rows.joined()) == [cluster.master.colonAddress] + others)
            // What was typed so far of where the cluster is overrides the variables.
            let typed = ["--zk-root", cluster.cluster.root]
            let elsewhere = try await complete(on: cluster.cluster, ["ZK_ROOT": "/elsewhere"])
            #expect(elsewhere.rows.isEmpty, "\(elsewhere)")
            let here = try await complete(on: cluster.cluster, ["ZK_ROOT": "/elsewhere"], typed: typed)
            #expect(here.rows == offered.rows, "\(here)")
        }
    }

    @Test func where_zookeeper_is_not_nothing_is_offered_and_nothing_said() async throws {
        try await TestCluster.with { cluster in
            let start = ContinuousClock.now
            let port = try freePort()
            let run = try await complete(on: cluster, ["ZK_HOSTS": "127.0.0.1:\(port)"])
            #expect(run.code == 0 && run.errors.isEmpty && run.rows.isEmpty, "\(run)")
            // Its own limit, and what a busy machine adds.
            #expect(ContinuousClock.now - start < .seconds(10))
            let wrong = try await complete(on: cluster, ["ZK_HOSTS": "127.0.0.1:nonsense"])
            #expect(wrong.code == 0 && wrong.errors.isEmpty && wrong.rows.isEmpty, "\(wrong)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func the_checks_of_doctor_are_offered(_ shell: String) async throws {
        let folder = try TemporaryFolder("checks")
        let script = contents(of: try await script(shell, in: folder))
        #expect(script.contains("zookeeper-names") && script.contains("watcher-alerts"))
    }

    @Test(arguments: [(["12"], 3), (["127.0.0.1", ":"], 4), (["127.0.0.1", ":", "1"], 5)])
    func bash_takes_an_address_for_one_word(_ pieces: [String], _ at: Int) async throws {
        try await WatchedCluster.with(members: 2, sentinels: 0, watchers: 0) { cluster in
            let folder = try TemporaryFolder("bash")
            let typed = pieces.joined()
            let ask = """
                source '\(try await script("bash", in: folder))'
                COMP_WORDS=(interrex config show \(pieces.map { "'\($0)'" }.joined(separator: " ")))
                COMP_CWORD=\(at) COMP_LINE='interrex config show \(typed)'
                COMP_POINT=${#COMP_LINE}
                __interrex_whole_words interrex '\(pieces.last == ":" ? "" : pieces.last!)' ''
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let run = try await shell("bash", ["--norc", "-c", ask], cluster.cluster, folder)
            let offered = run.split(separator: "\n").map(String.init)
            let wanted = cluster.members.map { pieces.count == 1 ? $0.colonAddress : "\($0.port)" }
                .filter { typed.hasSuffix(":") || pieces.count == 1 || $0.hasPrefix(pieces.last!) }
            #expect(offered.sorted() == wanted.sorted(), "\(run)")
        }
    }

    /// As a person has it: bash on a terminal, and the key.
    @Test(arguments: ["12", "127.0.0.1:"]) func a_terminal_with_bash_completes_it(_ typed: String) async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let folder = try TemporaryFolder("bash")
            let file = try await script("bash", in: folder)
            try write("PS1='> '\nsource '\(file)'\n", to: "\(folder.path)/rc")
            try await type(
                "interrex config show \(typed)", into: ["bash", "--noprofile", "--rcfile", "\(folder.path)/rc", "-i"],
                cluster, folder)
        }
    }

    @Test func a_terminal_with_zsh_completes_it() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let folder = try TemporaryFolder("zsh")
            let file = try await script("zsh", in: folder)
            let rc = "PS1='> '\nautoload -U compinit && compinit -D\nsource '\(file)'\ncompdef _interrex interrex\n"
            try write(rc, to: "\(folder.path)/.zshrc")
            try await type("interrex config show 12", into: ["zsh", "-i"], cluster, folder, ["ZDOTDIR": folder.path])
        }
    }

    @Test func a_terminal_with_fish_completes_it() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 0, watchers: 0) { cluster in
            let folder = try TemporaryFolder("fish")
            let file = try await script("fish", in: folder)
            let prompt = "function fish_prompt; echo '> '; end"
            try await type(
                "interrex config show 12", into: ["fish", "--no-config", "-i", "-C", "\(prompt); source '\(file)'"],
                cluster, folder, ["TERM": "xterm"])
        }
    }

    // MARK: How it is asked

    private func complete(
        on cluster: TestCluster, _ variables: [String: String] = [:], typed: [String] = []
    ) async throws -> OperatorCommand {
        let words = ["interrex", "config", "show"] + typed + [""]
        return try await OperatorCommand.of(
            ["---completion", "config", "show", "--", "positional@0", "\(words.count - 1)", "0"] + words, on: cluster,
            variables)
    }

    private func script(_ shell: String, in folder: TemporaryFolder) async throws -> String {
        let process = try ChildProcess(
            interrexBinary(), ["--generate-completion-script", shell], output: "\(folder.path)/script")
        #expect(try await process.wait() == 0)
        return "\(folder.path)/script"
    }

    /// The shells keep files in the home folder, so that is the test's own.
    private func variables(_ cluster: TestCluster, _ folder: TemporaryFolder) throws -> [String: String] {
        let program = try interrexBinary()
        let programs = program[..<(program.lastIndex(of: "/") ?? program.startIndex)]
        return [
            "PATH": "\(programs):\(currentEnvironment()["PATH"] ?? "/usr/bin:/bin")", "ZK_HOSTS": cluster.servers,
            "ZK_ROOT": cluster.root, "HOME": folder.path, "TERM": "dumb",
        ]
    }

    private func shell(
        _ shell: String, _ arguments: [String], _ cluster: TestCluster, _ folder: TemporaryFolder
    ) async throws -> String {
        let process = try ChildProcess(
            shell, arguments, environment: try variables(cluster, folder), folder: folder.path,
            output: "\(folder.path)/output")
        try await process.wait(within: .seconds(60))
        return process.text
    }

    /// Types it, then Tab, and waits until the address of the only server stands there.
    private func type(
        _ typed: String, into command: [String], _ cluster: WatchedCluster, _ folder: TemporaryFolder,
        _ more: [String: String] = [:]
    ) async throws {
        let terminal = try Terminal()
        let process = try ChildProcess(
            command[0], Array(command.dropFirst()),
            environment: try variables(cluster.cluster, folder).merging(more) { $1 }, folder: folder.path,
            output: terminal.path, input: terminal.path, session: true)
        try await eventually("the prompt: \(terminal.text)") { terminal.text.contains("> ") }
        terminal.type("\(typed)\t")
        // fish draws each word in its place, so the line stands nowhere as one.
        let address = cluster.master.colonAddress
        try await eventually("the shell completes it: \(terminal.text)") { terminal.text.contains(address) }
        #expect(!terminal.text.contains("\\"), "\(terminal.text)")
        process.signal(SIGKILL)
    }
}
