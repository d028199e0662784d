import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// HTTP clients that ask for more than they should, of a watcher that may open few files.
@Suite(.inTurn) struct HTTPLoadTests {
    /// Connections that say nothing, event streams that nobody reads, and a request that never ends.
    private func load(_ watcher: Launched, _ count: Int) throws -> [HTTPClient] {
        let texts = [
            "", "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", "GET /events HTTP/1.1\r\n", "", "POST / HTTP/1.0\r\n",
        ]
        return try (0..<count).map { number in
            let client = try HTTPClient(port: watcher.port)
            client.send(texts[number % texts.count])
            return client
        }
    }

    /// With as many loops as a machine of 32 cores would have, too.
    @Test(arguments: [(256, 300, [:]), (1_024, 1_100, [:]), (256, 300, ["NIO_SINGLETON_GROUP_LOOP_COUNT": "32"])])
    func a_master_is_replaced_at_once_however_many_clients_there_are(
        _ files: Int, _ clients: Int, _ variables: [String: String]
    ) async throws {
        try await WatchedCluster.with(watchers: 0) { watched in
            let watcher = try await watched.startWatcher(
                variables, wrapper: ["bash", "-c", "ulimit -n \(files); exec \"$0\" \"$@\""])
            try await watched.isKept()
            try await watched.isCalm(under: watcher, within: .seconds(60))
            let process = ProcessFiles(watcher.process.pid)
            let memory = process.kilobytes("VmRSS")
            let idle = try load(watcher, clients)
            // They come again as soon as they are turned away.
            let again = Task {
                while !Task.isCancelled {
                    let more = try? self.load(watcher, 20)
                    // As clients do that try again: not as fast as they can.
                    try? await Task.sleep(for: .milliseconds(20))
                    _ = more
                }
            }
            defer { again.cancel() }
            for _ in 0..<5 { #expect(try await get("/livez", from: watcher.port, within: .seconds(60)).code == 200) }
            let old = watched.master
            try await watched.kill(old)
            // Sentinel alone would begin 30 s later. That the watcher did it, and how, is told by its own line.
            let new = try await watched.agree(onOtherThan: old, within: .seconds(60))
            try await eventually("it says so, once") { watcher.count(of: "\(new.colonAddress) is master") == 1 }
            try await eventually("it says so") { watcher.count(of: "(succession)") == 1 }
            #expect(try await get("/livez", from: watcher.port, within: .seconds(60)).code == 200)
            #expect(watcher.process.exitCode == nil)
            let grown = process.kilobytes("VmRSS") - memory
            #expect(grown < 100_000, "\(grown) kB more")
            let open = process.descriptors.count
            #expect(open < files - 30, "\(open) descriptors are open")
            withExtendedLifetime(idle) {}
        }
    }

    /// What HTTP leaves to hooks is what they take.
    @Test func hooks_take_no_more_descriptors_than_are_kept_for_them() async throws {
        let (hooks, folder) = (try TemporaryFolder("hooks"), try TemporaryFolder("started"))
        // On one event alone, so that none runs before.
        let own = "\(hooks.path)/paused.d"
        mkdir(own, 0o755)
        for number in 0..<20 {
            try write("#!/bin/sh\n: >\(folder.path)/\(number)\nexec sleep 9\n", to: "\(own)/\(number)")
            chmod("\(own)/\(number)", 0o755)
        }
        try await WatchedCluster.with(watchers: 0) { watched in
            let watcher = try await watched.startWatcher(["HOOKS_DIR": hooks.path])
            try await watched.isKept()
            let process = ProcessFiles(watcher.process.pid)
            let before = process.descriptors.count
            try await watched.cluster.session.create("\(watched.cluster.root)/paused")
            try await eventually("all hooks run") { entries(of: folder.path).count == 20 }
            let taken = process.descriptors.count - before
            #expect(taken <= 20 * 6, "\(taken) descriptors for 20 hooks: \(process.descriptors.values.sorted())")
            // One loop of HTTP for each of two cores, and no more for more.
            let threads = entries(of: "/proc/\(process.pid)/task").map {
                contents(of: "/proc/\(process.pid)/task/\($0)/comm")
            }
            #expect(threads.count { $0.hasPrefix("NIO-SGLTN") && !$0.contains("TP") } <= 2, "\(threads)")
            try await watched.cluster.session.delete("\(watched.cluster.root)/paused")
        }
    }

    /// However often a load balancer asks, the servers are asked over connections that are there.
    @Test func health_checks_open_no_connections() async throws {
        try await WatchedCluster.with { watched in
            let (replica, port) = (watched.replicas[0], watched.watcher.port)
            func received() async throws -> Int {
                var sum = 0
                for member in [watched.master, replica] {
                    let info = try await member.ask("INFO", "stats")
                    let line = info.split(separator: "\n").first { $0.hasPrefix("total_connections_received:") }
                    sum += line.flatMap { Int($0.drop { $0 != ":" }.dropFirst().prefix { $0.isNumber }) } ?? 0
                }
                return sum
            }
            let paths = ["replica/127.0.0.1:\(replica.port)?max-lag=1mb", "primary/127.0.0.1:\(watched.master.port)"]
            let before = try await received()
            for _ in 0..<300 {
                for path in paths { #expect(try await get("/\(path)", from: port, within: .seconds(60)).code == 200) }
            }
            let now = try await received()
            // Two of the watcher's, and our own two questions to each; sentinels may open one anew.
            #expect(now - before < 20)
        }
    }
}
