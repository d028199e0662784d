import Testing
import Vocabulary

@testable import Rendering

/// Every combination of what a redis-server's file may hold.
private let combinations: [RedisFile] = {
    let masters = [nil, Address(host: "10.0.0.9", port: 7009)!, Address(host: "fe80::1", port: 65_535)!]
    let credentials = [
        nil, Credentials(password: Secret("pa ss\"#")), Credentials(username: "rex", password: Secret("plain")),
    ]
    let announced = [nil, Address(host: "10.0.0.1", port: 7001)!, Address(host: "203.0.113.7", port: 31_001)!]
    var all: [RedisFile] = []
    for master in masters {
        for credentials in credentials {
            for announce in announced {
                for bindIP in ["10.0.0.1", "::1", "0.0.0.0", "::"] {
                    for minReplicas in [0, 1] {
                        for priority in [nil, 0, 50] {
                            all.append(
                                RedisFile(
                                    bind: Address(host: bindIP, port: 7001)!, announce: announce,
                                    dataDirectory: "/da ta",
                                    mark: Mark(root: "/a/b", masterName: "m-1", clusterID: "42424242"), master: master,
                                    credentials: credentials, minReplicasToWrite: minReplicas,
                                    replicaPriority: priority))
                        }
                    }
                }
            }
        }
    }
    return all
}()

/// The directives that the template adds to the settings, and which therefore stand in the file once, `dir` aside.
private func expected(_ file: RedisFile) -> Set<[String]> {
    let announce = file.announce ?? file.bind
    var lines: Set<[String]> = [
        ["bind", file.bind.host.description], ["port", "7001"], ["dir", "/da ta"], ["daemonize", "no"],
        ["proc-title-template", "{title} {listen-addr} {server-mode} /a/b m-1 42424242"],
        ["repl-backlog-ttl", "0"], ["replica-announce-ip", announce.host.description],
        ["replica-announce-port", String(announce.port)],
    ]
    if let credentials = file.credentials {
        lines.insert(["requirepass", credentials.password.text])
        lines.insert(["masterauth", credentials.password.text])
        if let username = credentials.username { lines.insert(["masteruser", username]) }
    } else {
        lines.insert(["protected-mode", "no"])
    }
    if file.minReplicasToWrite > 0 {
        lines.formUnion([["min-replicas-to-write", "1"], ["min-replicas-max-lag", "10"]])
    }
    if let priority = file.replicaPriority { lines.insert(["replica-priority", String(priority)]) }
    if let master = file.master { lines.insert(["replicaof", master.host.description, String(master.port)]) }
    return lines
}

@Suite(.timeLimit(.minutes(5))) struct RedisFileTests {
    @Test("every combination of options gives exactly its directives, once each, after the settings")
    func everyCombination() throws {
        let settings = """
            # mine
            appendonly yes
            save 900 1
            save 300 10
            rename-command KEYS ""
            user a on ~* &* +@all

            """
        for file in combinations {
            if file.bind.host.isWildcard, file.announce == nil {
                #expect(throws: RenderingError.value(name: "bind_ip", .wildcardNotAnnounced)) { try file.rendered() }
                continue
            }
            let text = try file.rendered(settings: settings)
            #expect(text.contains("\n" + settings), "the settings stand in the file as they are")
            let lines = directives(text)
            let start = try #require(lines.firstIndex(of: ["appendonly", "yes"]))
            #expect(lines[..<start] == [["dir", "/da ta"]])
            let ours = Array(lines[(start + 5)...])
            #expect(Set(ours) == expected(file))
            #expect(Set(ours.map { $0[0] }).count == ours.count, "no directive of ours stands there twice")
            #expect(!text.contains("{{") && !text.contains("\r") && text.hasSuffix("\n"))
        }
    }

    @Test("the section announce is there only where the address differs")
    func announceSection() throws {
        let settings = "{{#announce}}\n# elsewhere {{announce_ip}} {{announce_port}}\n{{/announce}}"
        for (announce, there) in [
            (nil, false), (Address(host: "10.0.0.1", port: 7001)!, false),
            (Address(host: "10.0.0.1", port: 7002)!, true),
            (Address(host: "10.0.0.2", port: 7001)!, true),
        ] {
            var file = RedisFile.plain
            file.announce = announce
            #expect(try file.rendered(settings: settings).contains("# elsewhere") == there)
        }
    }

    @Test("no hostile value adds a directive", arguments: hostileValues)
    func hostile(_ value: String) throws {
        let fields: [(inout RedisFile) -> Void] = [
            { $0.bind = Address(host: value, port: 1) ?? $0.bind }, { $0.announce = Address(host: value, port: 1) },
            { $0.dataDirectory = value },
            { $0.dataDirectory = "/" + value }, { $0.mark.root = value }, { $0.mark.root = "/" + value },
            { $0.mark.masterName = value }, { $0.mark.clusterID = value },
            { $0.master = Address(host: value, port: 1) ?? $0.master },
            { $0.credentials = Credentials(password: Secret(value)) },
            { $0.credentials = Credentials(username: value, password: Secret("x")) },
        ]
        let names = try Set(directives(everything.rendered()).map { $0[0] })
        for change in fields {
            var file = everything
            change(&file)
            do throws(RenderingError) {
                let text = try file.rendered()
                let lines = directives(text)
                #expect(Set(lines.map { $0[0] }).subtracting(["masteruser"]) == names.subtracting(["masteruser"]))
                #expect(lines.contains(["replicaof", file.master!.host.description, String(file.master!.port)]))
                #expect(lines.contains(["requirepass", file.credentials!.password.text]))
                #expect(lines.contains(["dir", file.dataDirectory]))
                #expect(lines.contains(["proc-title-template", file.mark.template()]))
            } catch {
                guard case .value = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    private var everything: RedisFile {
        var file = RedisFile.plain
        file.master = Address(host: "10.0.0.9", port: 7009)!
        file.credentials = Credentials(username: "rex", password: Secret("secret"))
        return file
    }

    @Test("numbers outside their range are refused")
    func ranges() throws {
        for port in [0, -1, 65_536, Int.max, Int.min] { #expect(Address(host: "h", port: port) == nil) }
        for number in [-1, Int(Int32.max) + 1, Int.min] {
            expect(.value(name: "min_replicas", .notIn(0...2_147_483_647))) { $0.minReplicasToWrite = number }
            expect(.value(name: "replica_priority", .notIn(0...2_147_483_647))) { $0.replicaPriority = number }
        }
    }

    @Test("values that Redis could not use are refused by name")
    func values() {
        for host in ["", "-::1", "a b"] { #expect(Address(host: host, port: 1) == nil) }
        expect(.value(name: "announce_ip", .wildcardNotAnnounced)) { $0.announce = Address(host: "::", port: 1)! }
        expect(.value(name: "data_dir", .notAbsolute)) { $0.dataDirectory = "data" }
        expect(.value(name: "password", .empty)) { $0.credentials = Credentials(password: Secret("")) }
        expect(.value(name: "username", .lineBreakOrNUL)) {
            $0.credentials = Credentials(username: "a\nb", password: Secret("x"))
        }
        let long = String(repeating: "x", count: 16_385)
        expect(.value(name: "password", .tooLong(limit: 16_384))) {
            $0.credentials = Credentials(password: Secret(long))
        }
    }

    private func expect(_ error: RenderingError, _ change: (inout RedisFile) -> Void) {
        var file = RedisFile.plain
        change(&file)
        #expect(throws: error) { try file.rendered() }
    }

    @Test(
        "settings that would fight with Interrex are refused",
        arguments: [
            ("replicaof 1.2.3.4 5", SettingsProblem.decidedByInterrex(directive: "replicaof")),
            ("\n SlaveOf no body", .decidedByInterrex(directive: "slaveof")),
            ("replicaof \"1.2.3.4 5\"", .decidedByInterrex(directive: "replicaof")),
            ("replicaof no one else", .decidedByInterrex(directive: "replicaof")),
            ("include", .malformedInclude), ("include a b", .malformedInclude),
            ("include /x", .unreadableInclude(path: "/x", why: "no files are read here")),
            ("cluster-enabled yes", .decidedByInterrex(directive: "cluster-enabled")),
            ("requirepass x", .secretUnknownToInterrex(directive: "requirepass", variable: "REDIS_PASSWORD")),
            ("appendonly \"yes", .unbalancedQuotes),
            // No comment to Redis, which does not trim a form feed.
            ("\u{C}# \"yes", .unbalancedQuotes),
            ("\"replicaof\" 1.2.3.4 5", .decidedByInterrex(directive: "replicaof")),
        ])
    func settings(_ text: String, _ problem: SettingsProblem) {
        let line = text.hasPrefix("\n") ? 2 : 1
        #expect(throws: RenderingError.settings(source: "a test", line: line, problem)) {
            try RedisFile.plain.rendered(settings: text)
        }
    }

    @Test("settings that Interrex overrides, or that only look like it, are fine")
    func harmlessSettings() throws {
        let stock = "port 1\nbind 127.0.0.1 -::1\ndaemonize yes"
        for text in [
            stock, "# replicaof 1.2.3.4 5", "cluster-enabled no", "", "\n\n", "replicaof No One", "slaveof 'no one'",
            "tls-port 0\ntls-replication no\nTLS-Cluster NO", "supervised systemd", "pidfile /run/x.pid",
            "requirepass \"\"",
            "masterauth ''\nmasteruser \"\"", "unixsocket /run/x.sock", "protected-mode yes",
        ] {
            #expect(try directives(RedisFile.plain.rendered(settings: text)).contains(["port", "7001"]))
        }
        var file = RedisFile.plain
        file.credentials = Credentials(password: Secret("ours"))
        let lines = try directives(file.rendered(settings: "requirepass theirs"))
        #expect(lines.last { $0[0] == "requirepass" } == ["requirepass", "ours"])
    }

    @Test("the settings file is a template of its own, with every name but settings")
    func settingsAreATemplate() throws {
        let text = try RedisFile.plain.rendered(settings: "save {{port}} # {{master_name}}")
        #expect(text.contains("\nsave 7001 # mymaster\n"))
        #expect {
            try RedisFile.plain.rendered(settings: "\n{{{settings}}}")
        } throws: { error in
            if case .template("a test", 2, .unknownName("settings", _)) = error as? RenderingError {
                true
            } else {
                false
            }
        }
    }

    @Test("the user's priority is the last one of the settings, else 100")
    func priority() throws {
        #expect(userReplicaPriority(in: "") == 100)
        #expect(userReplicaPriority(in: "replica-priority 7\n# replica-priority 8\n") == 7)
        #expect(userReplicaPriority(in: "replica-priority 7\r\nSLAVE-PRIORITY \"9\"\r\n") == 9)
        #expect(userReplicaPriority(in: "replica-priority x\n\0\n\"unbalanced") == 100)
        var file = RedisFile.plain
        file.replicaPriority = 0
        let settings = try Template(SourceText("replica-priority 30\n"))
        #expect(try userReplicaPriority(in: file.rendered(settings: settings)) == 30)
    }

    @Test("a user is defined by its own line, or perhaps by an aclfile")
    func users() {
        for (text, isDefined) in [
            ("USER \"rex\" on", true), ("user bob on\n# user rex on", false), ("aclfile x", true),
            ("aclfile ''", false),
            ("user", false),
        ] {
            #expect(definesUser("rex", in: text) == isDefined, "\(text)")
        }
    }

    @Test("the value of a directive is that of its last line")
    func value() {
        #expect(settingsValue(of: ["dbfilename"], in: "dbfilename a\nDBFILENAME \"b c\"\n# dbfilename d\n") == "b c")
        #expect(settingsValue(of: ["save"], in: "save 1 2\n") == nil)
        #expect(settingsValue(of: ["save"], in: "\0\n\"\n") == nil)
    }
}
