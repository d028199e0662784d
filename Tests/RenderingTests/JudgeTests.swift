import Testing
import Vocabulary

@testable import Rendering

/// What becomes of the lines that say who a server is, where it is, and how one logs in to it.
@Suite(.timeLimit(.minutes(5))) struct JudgeTests {
    /// The three ways in which a line gets to a server.
    private enum Way: CaseIterable { case file, include, argument }

    private func flat(_ file: RedisFile, _ line: String, _ way: Way) throws(RenderingError) -> FlatSettings {
        let (text, arguments) = Self.source(line, way)
        return try file.flattened(settings: Template(SourceText(text)), arguments: arguments) { _ in
            [SourceText(name: "/data/more.conf", text: line)]
        }
    }

    private func flat(_ file: SentinelFile, _ line: String, _ way: Way) throws(RenderingError) -> FlatSettings {
        let (text, arguments) = Self.source(line, way)
        return try file.flattened(settings: Template(SourceText(text)), arguments: arguments) { _ in
            [SourceText(name: "/data/more.conf", text: line)]
        }
    }

    private static func source(_ line: String, _ way: Way) -> (String, [String]) {
        switch way {
        case .file: (line, [])
        case .include: ("include more.conf", [])
        case .argument: ("", ["--\(line)"])
        }
    }

    private func problem(_ body: () throws(RenderingError) -> Void) -> SettingsProblem? {
        do throws(RenderingError) {
            try body()
            return nil
        } catch {
            switch error {
            case .settings(_, let line, let problem), .included(_, let line, let problem):
                #expect(line == 1)
                return problem
            default: return nil
            }
        }
    }

    private var protected: RedisFile {
        var file = RedisFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("ours"))
        return file
    }

    @Test(
        "what belongs to another place is left out, said once, and does not act",
        arguments: [
            "port 7000", "PORT \"7000\"", "bind 127.0.0.1 -::1", "bind '127.0.0.1 ::1'", "bind *", "daemonize yes",
            "Daemonize YES", "supervised upstart", "proc-title-template \"{title} x\"", "replica-announce-ip 1.2.3.4",
            "slave-announce-port 5", "repl-backlog-ttl 3600", "dir /etc", "requirepass theirs", "masterauth theirs",
            "masteruser them", "primaryauth theirs", "primaryuser them",
        ])
    func leftOut(_ line: String) throws {
        let name = try #require(RedisQuoting.split(line))[0].lowercased()
        for way in Way.allCases {
            let flat = try self.flat(protected, line + "\nuser rex on >ours ~* +@all", .file)
            #expect(!directives(flat.text).contains { $0[0].lowercased() == name })
            #expect(flat.leftOut.count == 1 && flat.leftOut[0].what.hasPrefix(name) && flat.leftOut[0].line == 1)
            #expect(flat.leftOutText?.contains("theirs") == false && !flat.text.contains("theirs"))
            let alone = try self.flat(protected, line, way)
            #expect(alone.leftOut.count == 1)
        }
    }

    @Test(
        "what says no more than Interrex does stays, without a word",
        arguments: [
            "port 7001", "bind 10.0.0.1", "daemonize no", "replica-announce-ip 10.0.0.1", "dir /data",
            "requirepass ours", "masterauth \"ours\"", "masteruser rex", "supervised systemd", "supervised auto",
            "protected-mode yes",
        ])
    func agreeing(_ line: String) throws {
        for way in Way.allCases {
            let flat = try self.flat(protected, line, way)
            #expect(flat.leftOut == [] && flat.leftOutText == nil)
        }
    }

    @Test(
        "what can't be is refused, wherever it stands",
        arguments: [
            ("port 0", SettingsProblem.plaintextOnly(directive: "port 0")),
            ("tls-port 6380", .plaintextOnly(directive: "tls-port")),
            ("TLS-Replication yes", .plaintextOnly(directive: "tls-replication")),
            ("tls-cluster yes", .plaintextOnly(directive: "tls-cluster")),
            ("cluster-enabled \"YES\"", .decidedByInterrex(directive: "cluster-enabled")),
            ("replicaof 1.2.3.4 5", .decidedByInterrex(directive: "replicaof")),
            ("requirepass x", .secretUnknownToInterrex(directive: "requirepass", variable: "REDIS_PASSWORD")),
            ("primaryauth x", .secretUnknownToInterrex(directive: "primaryauth", variable: "REDIS_PASSWORD")),
            ("masterauth x", .secretUnknownToInterrex(directive: "masterauth", variable: "REDIS_PASSWORD")),
            ("masteruser x", .secretUnknownToInterrex(directive: "masteruser", variable: "REDIS_USERNAME")),
        ])
    func refused(_ line: String, _ expected: SettingsProblem) {
        for way in Way.allCases {
            let found = problem { () throws(RenderingError) in _ = try self.flat(RedisFile.plain, line, way) }
            #expect(found == expected, "\(way)")
        }
    }

    @Test("another user than the one of REDIS_PASSWORD alone would keep replicas out")
    func otherUser() {
        var file = RedisFile.plain
        file.credentials = Credentials(password: Secret("ours"))
        let found = problem { () throws(RenderingError) in _ = try self.flat(file, "masteruser x", .file) }
        #expect(found == .secretUnknownToInterrex(directive: "masteruser", variable: "REDIS_USERNAME"))
        #expect(problem { () throws(RenderingError) in _ = try self.flat(file, "masteruser default", .file) } == nil)
    }

    @Test(
        "of a sentinel's file, what only Interrex can know of this master is left out",
        arguments: [
            "sentinel monitor mymaster 127.0.0.1 6379 2", "SENTINEL Monitor mymaster 1.2.3.4 5 2",
            "sentinel known-replica mymaster 1.2.3.4 5", "sentinel known-slave mymaster 1.2.3.4 5",
            "sentinel known-sentinel mymaster 1.2.3.4 5 x", "sentinel config-epoch mymaster 9",
            "sentinel leader-epoch mymaster 9", "sentinel current-epoch 9", "\"sentinel\" 'myid' x",
            "sentinel announce-ip 1.2.3.4", "sentinel announce-port 5", "protected-mode yes", "port 26379",
            "bind 127.0.0.1", "daemonize yes",
            "dir /var/lib/redis",
        ])
    func leftOutOfSentinel(_ line: String) throws {
        for way in Way.allCases {
            let flat = try self.flat(SentinelFile.plain, line, way)
            #expect(directives(flat.text).isEmpty && flat.leftOut.count == 1, "\(way)")
        }
    }

    @Test(
        "another master's lines stay, and so do this one's times",
        arguments: [
            "sentinel monitor other 1.2.3.4 5 2", "sentinel known-replica other 1.2.3.4 5",
            "sentinel auth-pass other secret", "sentinel config-epoch other 9",
            "sentinel down-after-milliseconds mymaster 9",
            "sentinel failover-timeout mymaster 9", "sentinel resolve-hostnames yes", "sentinel sentinel-user ''",
        ])
    func kept(_ line: String) throws {
        for way in Way.allCases {
            let flat = try self.flat(SentinelFile.plain, line, way)
            #expect(directives(flat.text).count == 1 && flat.leftOut == [], "\(way)")
        }
    }

    @Test("a sentinel's passwords: those of the environment, or none")
    func sentinelPasswords() throws {
        let lines = [
            ("requirepass theirs", "requirepass", "SENTINEL_PASSWORD"),
            ("sentinel sentinel-pass theirs", "sentinel sentinel-pass", "SENTINEL_PASSWORD"),
            ("sentinel auth-pass mymaster theirs", "sentinel auth-pass", "REDIS_PASSWORD"),
            ("sentinel auth-user mymaster them", "sentinel auth-user", "REDIS_USERNAME"),
        ]
        var file = SentinelFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("ours"))
        file.sentinelPassword = Secret("own")
        for (line, directive, variable) in lines {
            for way in Way.allCases {
                let found = problem { () throws(RenderingError) in _ = try self.flat(SentinelFile.plain, line, way) }
                #expect(found == .secretUnknownToInterrex(directive: directive, variable: variable))
                let flat = try self.flat(file, line, way)
                #expect(flat.leftOut.count == 1 && !flat.text.contains("theirs"))
                #expect(flat.leftOutText?.contains("theirs") == false)
            }
        }
        for way in Way.allCases {
            let found = problem { () throws(RenderingError) in _ = try self.flat(file, "sentinel sentinel-user x", way)
            }
            #expect(found == .sentinelUser)
        }
    }

    @Test("a stock file of Debian's, redis-server's and Sentinel's, is taken as it is, with one line")
    func stock() throws {
        let redis = """
            bind 127.0.0.1 -::1
            protected-mode yes
            port 6379
            daemonize yes
            pidfile /run/redis/redis-server.pid
            logfile /var/log/redis/redis-server.log
            proc-title-template "{title} {listen-addr} {server-mode}"
            dir /var/lib/redis
            maxmemory 1gb
            """
        let flat = try self.flat(RedisFile.plain, redis, .file)
        #expect(
            flat.leftOutText
                == "left out, since Interrex decides this by its own variables, of a test: bind 127.0.0.1 -::1 (line 1), protected-mode yes (line 2), port 6379 (line 3), "
                + "daemonize yes (line 4), proc-title-template {title} {listen-addr} {server-mode} (line 7), dir /var/lib/redis (line 8)"
        )
        let text = try RedisFile.plain.rendered(settings: redis)
        #expect(directives(text).filter { $0[0] == "port" } == [["port", "7001"]])
        #expect(directives(text).filter { $0[0] == "dir" } == [["dir", "/data"], ["dir", "/data"]])
        let sentinel = """
            port 26379
            daemonize yes
            dir /var/lib/redis
            sentinel monitor mymaster 127.0.0.1 6379 2
            sentinel down-after-milliseconds mymaster 30000
            SENTINEL resolve-hostnames no
            """
        let lines = try directives(SentinelFile.plain.rendered(settings: sentinel))
        #expect(lines.contains(["sentinel", "monitor", "mymaster", "10.0.0.9", "7001", "2"]))
        #expect(!lines.contains(["sentinel", "monitor", "mymaster", "127.0.0.1", "6379", "2"]))
        #expect(lines.contains(["sentinel", "down-after-milliseconds", "mymaster", "30000"]))
    }
}
