import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A real HAProxy that asks the watcher which member is master and which are replicas.
@Suite(.inTurn) struct HAProxyTests {
    @Test(.enabled(if: Requirement.haproxy.isMetOrDemanded, "needs haproxy"))
    func writers_and_readers_behind_haproxy_follow_a_failover() async throws {
        try await WatchedCluster.with { watched in
            let (writers, readers) = (try freePort(), try freePort())
            let folder = try TemporaryFolder("haproxy")
            try write(configuration(watched, writers: writers, readers: readers), to: "\(folder.path)/haproxy.cfg")
            let haproxy = try ChildProcess(
                "haproxy", ["-db", "-f", "\(folder.path)/haproxy.cfg"], folder: folder.path,
                output: "\(folder.path)/log")
            let old = watched.master
            try await eventually("writers reach the master: \(haproxy.text)") {
                await self.server(behind: writers) == old.port
            }
            try await eventually("readers reach both replicas, and only them") {
                try await self.servers(behind: readers) == Set(watched.replicas.map(\.port))
            }

            try await watched.kill(old)
            let next: Int = try await eventually("writers reach another, that takes writes") {
                guard let port = await self.server(behind: writers), port != old.port,
                    (try? await redis(writers, "SET", "probe", "1")) == "OK"
                else { return nil }
                return port
            }
            try await watched.agree(onOtherThan: old)
            #expect(try await watched.cluster.recordedMaster() == "127.0.0.1 \(next)")
            try await eventually("readers reach the replica that is left") {
                try await self.servers(behind: readers) == Set(watched.replicas.map(\.port)).subtracting([next])
            }
            try await watched.stays("writers reach the new master only", for: .seconds(3)) {
                await self.server(behind: writers) == next
            }
            await haproxy.end()
        }
    }

    /// HAProxy's own check, which asks by OPTIONS and HTTP/1.0 unless it is told otherwise.
    @Test(.enabled(if: Requirement.haproxy.isMetOrDemanded, "needs haproxy"))
    func the_plain_check_finds_the_master() async throws {
        try await WatchedCluster.with { watched in
            let folder = try TemporaryFolder("haproxy")
            let ports = try watched.members.map { _ in try freePort() }
            let parts = zip(watched.members, ports).map { member, port in
                """
                listen only-\(member.port)
                    bind 127.0.0.1:\(port)
                    option httpchk /primary/127.0.0.1:\(member.port)
                    default-server inter 100ms fall 1 rise 1
                    server it 127.0.0.1:\(member.port) check addr 127.0.0.1 port \(watched.watcher.port)
                """
            }
            let defaults =
                "defaults\n    mode tcp\n    timeout connect 1s\n    timeout client 1m\n    timeout server 1m\n"
            try write(defaults + parts.joined(separator: "\n") + "\n", to: "\(folder.path)/haproxy.cfg")
            let haproxy = try ChildProcess(
                "haproxy", ["-db", "-f", "\(folder.path)/haproxy.cfg"], folder: folder.path,
                output: "\(folder.path)/log")
            try await eventually("only the master is up: \(haproxy.text)") {
                var found: [Int?] = []
                for port in ports { found.append(await self.server(behind: port)) }
                return found == watched.members.map { $0.port == watched.master.port ? $0.port : nil }
            }
            await haproxy.end()
        }
    }

    /// The watcher is asked for each server by its name, which is its address.
    private func configuration(_ watched: WatchedCluster, writers: Int, readers: Int) -> String {
        let servers = watched.members.map { member in
            let address = "127.0.0.1:\(member.port)"
            return "    server \(address) \(address) check addr 127.0.0.1 port \(watched.watcher.port)"
        }.joined(separator: "\n")
        let parts = [("primary", writers), ("replica", readers)].map { name, port in
            """
            listen \(name)
                bind 127.0.0.1:\(port)
                balance roundrobin
                option httpchk
                http-check send meth GET uri-lf /\(name)/%[srv_name]
                http-check expect status 200
                default-server inter 100ms fall 1 rise 1 on-marked-down shutdown-sessions
            \(servers)
            """
        }
        return """
            defaults
                mode tcp
                timeout connect 1s
                timeout client 1m
                timeout server 1m
                timeout check 2s

            \(parts.joined(separator: "\n\n"))

            """
    }

    /// The port of the server that a new connection leads to.
    private func server(behind port: Int) async -> Int? {
        let answer = try? await redis(port, "CONFIG", "GET", "port", within: .seconds(1))
        return answer?.split(separator: "\n").last.flatMap { Int($0) }
    }

    /// Those that six connections lead to: more than there are servers, and HAProxy takes them in turn.
    private func servers(behind port: Int) async throws -> Set<Int> {
        var found: Set<Int> = []
        for _ in 0..<6 {
            guard let server = await server(behind: port) else { return [] }
            found.insert(server)
        }
        return found
    }
}
