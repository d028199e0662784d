import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What docs/clients.md says, as it stands there.
@Suite(.inTurn) struct ClientsTests {
    private let document: Snippets

    init() throws { document = try Snippets("docs/clients.md") }

    @Test func the_python_client_finds_the_master() async throws {
        let snippet = try document.block("python", with: "master_for")
        try await TestCluster.with { cluster in
            let servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            _ = try await cluster.registered(6)
            let folder = try TemporaryFolder("clients")
            let python = try python(snippet, in: folder, cluster)
            let code = try await python.wait(within: .seconds(60))
            #expect(code == 0, "\(contents(of: "\(folder.path)/errors"))")
            #expect(python.text == "salve\n")
            #expect(try await redis(master.port, "GET", "greeting") == "salve")
        }
    }

    @Test func a_python_writer_that_tries_again_outlives_its_master() async throws {
        let snippet = try document.block("python", with: "def write(")
        try await WatchedCluster.with { watched in
            let program = """
                \(snippet)
                from redis.sentinel import Sentinel
                master = Sentinel([("127.0.0.1", \(watched.sentinels[0].port))], socket_timeout=1).master_for("mymaster")
                for number in range(1000):
                    write(master, "SET", "number", number)
                    if number == 0: print("begun", flush=True)
                    time.sleep(0.001)

                """
            let folder = try TemporaryFolder("clients")
            let python = try python(program, in: folder, watched.cluster)
            try await eventually("it writes") { python.text.contains("begun") }
            let old = watched.master
            try await watched.kill(old)
            let code = try await python.wait(within: .seconds(60))
            #expect(code == 0, "\(contents(of: "\(folder.path)/errors"))")
            let new = try await watched.agree(onOtherThan: old)
            #expect(try await new.ask("GET", "number") == "999")
        }
    }

    @Test func a_watch_on_the_node_hears_of_each_master() async throws {
        let snippet = try document.block("python", with: "DataWatch")
        try await WatchedCluster.with { watched in
            let folder = try TemporaryFolder("clients")
            let python = try python(snippet, in: folder, watched.cluster)
            let old = watched.master
            try await eventually("it knows the first one: \(python.text)") {
                python.text == "master 127.0.0.1:\(old.port)\n"
            }
            try await watched.kill(old)
            let new = try await watched.agree(onOtherThan: old)
            try await eventually("it hears of the next one: \(python.text)") {
                python.text.hasSuffix("\nmaster 127.0.0.1:\(new.port)\n")
            }
            await python.end()
        }
    }

    @Test func zookeepers_own_client_shows_who_is_master_and_who_lives() async throws {
        let commands = try document.block("", with: "zkCli.sh")
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            let outputs = try await run(commands.with(["zk1:2181": cluster.servers]))
            try #require(outputs.count == 2)
            #expect(outputs[0].contains("\n127.0.0.1 \(server.port)\n"))
            let members = try await cluster.children("\(cluster.root)/members")
            #expect(members.count == 1 && outputs[1].contains("\n[\(members[0])]\n"))
        }
    }

    @Test(.enabled(if: Requirement.haproxy.isMetOrDemanded, "needs haproxy"))
    func haproxy_leads_to_the_new_master() async throws {
        let snippet = try document.block("", with: "frontend redis")
        try await WatchedCluster.with(members: 2) { watched in
            let writers = try freePort()
            let configuration = try snippet.with([
                "127.0.0.1:6379": "127.0.0.1:\(writers)",
                "addr 10.0.0.9 port 8080": "addr 127.0.0.1 port \(watched.watcher.port)",
                "10.0.0.1:6379": watched.members[0].colonAddress, "10.0.0.2:6379": watched.members[1].colonAddress,
            ])
            let folder = try TemporaryFolder("haproxy")
            try write(configuration, to: "\(folder.path)/haproxy.cfg")
            let haproxy = try ChildProcess(
                "haproxy", ["-db", "-f", "\(folder.path)/haproxy.cfg"], folder: folder.path,
                output: "\(folder.path)/log")
            let old = watched.master
            try await eventually("writes arrive: \(haproxy.text)") {
                (try? await redis(writers, "SET", "key", "1", within: .seconds(1))) == "OK"
            }
            try await watched.kill(old)
            let new = try await watched.agree(onOtherThan: old, replicas: false)
            try await eventually("writes arrive at the new one: \(haproxy.text)") {
                guard (try? await redis(writers, "SET", "key", "2", within: .seconds(1))) == "OK" else { return false }
                return try await new.ask("GET", "key") == "2"
            }
            await haproxy.end()
        }
    }

    @Test func curl_is_answered() async throws {
        let commands = try document.block("", with: "curl ")
        try await WatchedCluster.with { watched in
            let master = watched.master
            let outputs = try await run(
                commands.with([
                    "10.0.0.9:8080": "127.0.0.1:\(watched.watcher.port)", "10.0.0.1:6379": master.colonAddress,
                ]))
            try #require(outputs.count == 4)
            #expect(outputs[0] == "\(master.address)\n")
            #expect(watched.sentinels.map { "\($0.address)\n" }.contains(outputs[1]))
            let listed = outputs[2].split(whereSeparator: { $0 == "," || $0 == "\n" }).map(String.init)
            #expect(listed.sorted() == watched.sentinels.map(\.colonAddress).sorted())
            #expect(outputs[3].contains("is the master"))
        }
    }

    // MARK: Running

    private func python(_ text: String, in folder: TemporaryFolder, _ cluster: TestCluster) throws -> ChildProcess {
        try write(text, to: "\(folder.path)/client.py")
        return try ChildProcess(
            "/usr/bin/python3", ["\(folder.path)/client.py"],
            environment: [
                "PATH": "/usr/bin:/bin", "ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root, "LANG": "C.UTF-8",
            ],
            output: "\(folder.path)/output", errors: "\(folder.path)/errors")
    }

    /// What each line of `commands` prints; all have to end well.
    private func run(_ commands: String) async throws -> [String] {
        let folder = try TemporaryFolder("clients")
        var outputs: [String] = []
        for line in commands.split(separator: "\n") {
            let shell = try ChildProcess(
                "sh", ["-c", String(line)],
                environment: ["PATH": "/usr/bin:/bin:/usr/share/zookeeper/bin", "HOME": folder.path],
                folder: folder.path, output: "\(folder.path)/output", errors: "\(folder.path)/errors")
            let code = try await shell.wait(within: .seconds(60))
            #expect(code == 0, "\(line): \(contents(of: "\(folder.path)/errors"))")
            outputs.append(shell.text)
        }
        return outputs
    }
}
