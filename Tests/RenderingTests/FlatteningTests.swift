import Testing

@testable import Rendering

/// What a server will really read, as one text.
@Suite(.timeLimit(.minutes(5))) struct FlatteningTests {
    /// Files by their absolute paths; a pattern is the whole list of its matches.
    private let files = [
        "/data/more.conf": "appendonly yes\r\nsave \"\"\n", "/data/open.conf": "timeout 1", "/data/empty.conf": "",
        "/data/outer.conf": "include more.conf\nmaxmemory 1mb\n", "/data/self.conf": "include self.conf\n",
        "/etc/mine.conf": "include 'other file.conf'\n", "/etc/other file.conf": "hz 20\n",
        "/data/master.conf": "# mine\nreplicaof 127.0.0.1 1\n", "/data/bad.conf": "\n\nappendonly \"yes\n",
        "/data/moves.conf": "dir /etc\n", "/data/below/deep.conf": "hz 30\n",
    ]

    private func read(_ path: String) throws(SettingsProblem) -> [SourceText] {
        if path == "/data/*.conf" {
            return ["/data/open.conf", "/data/empty.conf", "/data/more.conf"].map {
                SourceText(name: $0, text: files[$0]!)
            }
        }
        if path.contains("*") { return [] }
        let path = Flattening.path(path)
        guard let text = files[path] else { throw .unreadableInclude(path: path, why: "none") }
        return [SourceText(name: path, text: text)]
    }

    private func flat(_ settings: String, _ arguments: [String] = []) throws(RenderingError) -> FlatSettings {
        try RedisFile.plain.flattened(settings: Template(SourceText(settings)), arguments: arguments, files: read)
    }

    private func lines(_ settings: String, _ arguments: [String] = []) throws -> [[String]] {
        directives(try flat(settings, arguments).text)
    }

    @Test("settings that include nothing stay as they are, byte by byte")
    func plain() throws {
        for text in [
            "", "\n", "appendonly yes", "a 1\r\n\n# include x\n  b \"\\xff c\" \n\n", "user a on >p ~* &* +@all\n",
        ] {
            #expect(try flat(text).text == text)
        }
    }

    @Test("included files stand in the place of their line, in their order, as they are")
    func included() throws {
        let yes = [["appendonly", "yes"], ["save", ""]]
        #expect(try lines("hz 1\ninclude more.conf\nhz 2") == [["hz", "1"]] + yes + [["hz", "2"]])
        #expect(try lines("INCLUDE \"/data/outer.conf\"") == yes + [["maxmemory", "1mb"]])
        #expect(try flat("include more.conf").text == "# from /data/more.conf\nappendonly yes\r\nsave \"\"")
        #expect(try lines("include none/*\ninclude empty.conf") == [])
        // As Redis has it: the first file's last line has no end, and goes on with the next file that says anything.
        #expect(try lines("include *.conf") == [["timeout", "1appendonly", "yes"], ["save", ""]])
    }

    @Test("a relative path begins in the dir above it, whichever file names that; dir itself is left out")
    func folders() throws {
        #expect(try lines("dir /etc\ninclude mine.conf") == [["hz", "20"]])
        #expect(try lines("include moves.conf\ninclude mine.conf") == [["hz", "20"]])
        #expect(try lines("dir ../etc/.\ninclude mine.conf\ndir /data//\ninclude below/../below/deep.conf").count == 2)
        #expect(try lines("dir below\ninclude deep.conf\n") == [["hz", "30"]])
        #expect(try flat("dir below\ninclude deep.conf\n").leftOut.map(\.what) == ["dir /data/below"])
        #expect(try flat("dir ./").leftOut == [])
        #expect(try flat("\ndir /etc").leftOut == [.init(what: "dir /etc", source: "a test", line: 2)])
        #expect(try flat("dir /etc\ndir /data").leftOut.map(\.what) == ["dir /etc"])
        #expect(
            try flat("", ["--dir", "/etc"]).leftOut
                == [.init(what: "dir /etc", source: "the arguments after --", line: 1)])
        #expect(
            throws: RenderingError.settings(
                source: "a test", line: 2, .unreadableInclude(path: "/etc/more.conf", why: "none"))
        ) {
            try flat("dir /etc\ninclude more.conf")
        }
    }

    @Test("arguments become lines as Redis makes them")
    func arguments() throws {
        for (given, made) in [
            (["--appendonly", "no"], [["appendonly", "no"]]), (["--appendonly no"], [["appendonly", "no"]]),
            (
                ["--AppendOnly", "NO", "--dbfilename", "a \"b\" c.rdb"],
                [["appendonly", "NO"], ["dbfilename", "a \"b\" c.rdb"]]
            ),
            (["--save", ""], [["save", ""]]), (["--save"], [["save", ""]]),
            (["--save", "--hz", "9"], [["save", ""], ["hz", "9"]]),
            (["--save", "60", "1", "--hz", "9"], [["save", "60", "1"], ["hz", "9"]]),
            (["--dbfilename", "--appendonly", "--hz", "9"], [["dbfilename", "--appendonly"], ["hz", "9"]]),
            (["--user", "a", "on", ">p w", "~*"], [["user", "a", "on", ">p w", "~*"]]),
            (["--loadmodule", "/x/m.so", "a b", ""], [["loadmodule", "/x/m.so", "a b", ""]]),
            (["--syslog-ident", "x\nappendonly yes"], [["syslog-ident", "x\nappendonly yes"]]),
            (["--hz 9\nmaxmemory 1mb"], [["hz", "9"], ["maxmemory", "1mb"]]), ([], []),
            (["--include", "more.conf"], [["appendonly", "yes"], ["save", ""]]),
        ] as [([String], [[String]])] {
            #expect(try lines("timeout 0", given) == [["timeout", "0"]] + made, "\(given)")
        }
    }

    @Test("what Interrex decides is refused wherever it stands, with its own file and line")
    func refused() {
        let replicaof = SettingsProblem.decidedByInterrex(directive: "replicaof")
        let arguments = "the arguments after --"
        for (settings, given, error) in [
            ("include master.conf", [], .included(source: "/data/master.conf", line: 2, replicaof)),
            ("include outer.conf\n\nreplicaof 1 2", [], .settings(source: "a test", line: 3, replicaof)),
            ("", ["--hz", "9", "--replicaof", "127.0.0.1 1"], .included(source: arguments, line: 2, replicaof)),
            ("", ["--hz 9\nreplicaof 1 2"], .included(source: arguments, line: 2, replicaof)),
            ("", ["--include", "master.conf"], .included(source: "/data/master.conf", line: 2, replicaof)),
            ("include bad.conf", [], .included(source: "/data/bad.conf", line: 3, .unbalancedQuotes)),
            ("", ["--hz \"9"], .included(source: arguments, line: 1, .unbalancedQuotes)),
            (
                "", ["--cluster-enabled", "yes"],
                .included(source: arguments, line: 1, .decidedByInterrex(directive: "cluster-enabled"))
            ),
            (
                "", ["--requirepass", "x"],
                .included(
                    source: arguments, line: 1,
                    .secretUnknownToInterrex(directive: "requirepass", variable: "REDIS_PASSWORD"))
            ),
            ("include self.conf", [], .included(source: "/data/self.conf", line: 1, .includedTooDeep(limit: 16))),
            ("", ["--sentinel"], .included(source: arguments, line: 1, .sentinelArgument)),
            ("", ["--hz", "9", "--Sentinel"], .included(source: arguments, line: 2, .sentinelArgument)),
            ("", ["redis.conf"], .included(source: arguments, line: 1, .fileArgument)),
            ("", ["--hz", "9", "-"], .included(source: arguments, line: 1, .standardInput)),
            ("", ["--", "x"], .included(source: arguments, line: 1, .namelessArgument)),
        ] as [(String, [String], RenderingError)] {
            #expect(throws: error, "\(settings) \(given)") { try flat(settings, given) }
        }
    }

    @Test("a bomb of includes ends at the limit")
    func bomb() throws {
        let text = String(repeating: "include /b\n", count: 1_000)
        #expect(throws: RenderingError.self) {
            try RedisFile.plain.flattened(settings: Template(SourceText(text))) { _ in [SourceText(text)] }
        }
    }

    @Test("the file holds no include and no dir but DATA_DIR, and the arguments stand above what Interrex decides")
    func whole() throws {
        var file = RedisFile.plain
        file.replicaPriority = 0
        let template = try Template(Shipped.redisTemplate)
        let text = try file.render(
            template: template,
            settings: flat("dir /etc\ninclude mine.conf\n", ["--port", "9", "--replica-priority", "7"]))
        let all = directives(text)
        #expect(
            !all.contains { $0[0] == "include" }
                && all.filter { $0[0] == "dir" } == [["dir", "/data"], ["dir", "/data"]])
        #expect(all.filter { $0[0] == "port" } == [["port", "7001"]])
        #expect(all.last { $0[0] == "replica-priority" } == ["replica-priority", "0"])
        #expect(throws: RenderingError.settings(source: "a test", line: 2, .includeInTemplate)) {
            try file.render(
                template: Template(SourceText("dir /\n\"include\" x\n{{{settings}}}\n")), settings: flat(""))
        }
    }

    @Test("save points: Redis's own until the first line, and none behind an empty one")
    func savePoints() {
        for (text, some) in [
            ("", true), ("save \"\"", false), ("save 60 1", true), ("save '60 1'", true),
            ("save \"\"\nsave 60 1", true),
            ("save 60 1\nSAVE ''", false), ("save", false), ("# save \"\"", true),
        ] {
            #expect(hasSavePoints(in: text) == some, "\(text)")
        }
    }
}
