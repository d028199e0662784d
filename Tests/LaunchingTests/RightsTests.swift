import Glibc
import Support
import Testing
import Throttle

/// What the credentials of all must be able to do is proven before anything is claimed: nothing here has a ZooKeeper.
@Suite(.inTurn) struct RightsTests {
    /// As Redis's documentation has it for Sentinel
    /// (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl).
    private static let documented =
        "user ha on >sesame allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info "
        + "+client|setname +client|kill +script|kill\n"
    private static let login = ["REDIS_USERNAME": "ha", "REDIS_PASSWORD": "sesame"]

    @Test func aUserOfRedissOwnDocumentationLacksWhatFailoverNeeds() async throws {
        try await expectRefusal(
            Self.documented, Self.login, "ha", "CONFIG GET", "CONFIG SET", "REPLICAOF", "PSYNC", "+config|get", "+psync"
        )
    }

    @Test func whatIsNamedThereIsEnough() async throws {
        try await expectAccepted(
            Self.documented.replacing(
                "\n", with: " +config|get +config|set +replicaof +psync +replconf +client|pause +client|unpause\n"),
            Self.login)
    }

    /// Redis ends the transaction with the refusal of its `EXEC`, under a code of its own.
    @Test func aTransactionThatCanNotBeEndedIsNone() async throws {
        try await expectRefusal(
            "user ha on >sesame ~* &* +@all -exec\nuser default off\n", Self.login, "may not run EXEC", "add +exec")
    }

    @Test(arguments: ["ha", "web"]) func aUserWhomAnyPasswordLetsInIsAnOpenDoor(_ name: String) async throws {
        let file = try TemporaryFolder("users")
        let lines = "user \(name) on nopass ~* &* +@all\nuser default off\n"
        let own = name == "ha" ? "" : "user ha on >sesame ~* &* +@all\n"
        try write(lines + own, to: "\(file.path)/users.acl")
        for settings in [lines + own, "aclfile \(file.path)/users.acl\n"] {
            try await expectRefusal(settings, Self.login, "as the user \(name)", "SET", "nopass")
        }
        try await expectAccepted(
            "user guest on nopass +ping +info\nuser default off\n" + "user ha on >sesame ~* &* +@all\n", Self.login)
    }

    @Test func whatIsOnlyGoodToHaveIsWarnedOf() async throws {
        let outcome = try await launch(
            Self.documented.replacing("\n", with: " +config|get +config|set +replicaof +psync +replconf\n"), Self.login)
        #expect(outcome.code == 69, "\(outcome)")
        #expect(outcome.errors.contains("CLIENT PAUSE") && outcome.errors.contains("+client|pause"), "\(outcome)")
    }

    @Test func aUserMayBeHeldToChannelsOfItsOwn() async throws {
        try await expectRefusal(
            "user ha on >sesame +@all ~* resetchannels\n", Self.login, "PUBLISH", "SUBSCRIBE", "&__sentinel__:hello")
    }

    @Test(arguments: [
        ("user ha off >sesame +@all ~* &*\n", "the user ha"), ("user ha on >other +@all ~* &*\n", "REDIS_PASSWORD"),
        ("", "REDIS_USERNAME is ha"), ("user default off\n", "REDIS_USERNAME is ha"),
    ])
    func whoCantLogInIsToldSo(_ settings: String, _ word: String) async throws {
        try await expectRefusal(settings, Self.login, word)
    }

    @Test func aDefaultUserThatIsOffNeedsAnother() async throws {
        try await expectRefusal("user default off\n", [:], "the user default", "is off")
    }

    /// A file of users without the default one makes it a user without a password (acl.c).
    @Test func aPasswordThatNobodyNeedsIsNone() async throws {
        let file = try TemporaryFolder("users")
        try write("user ha on >sesame ~* &* +@all\n", to: "\(file.path)/users.acl")
        try await expectRefusal(
            "aclfile \(file.path)/users.acl\n", Self.login, "without a password", "REDIS_PASSWORD", "default")
        try write("user ha on >sesame ~* &* +@all\nuser default off\n", to: "\(file.path)/users.acl")
        try await expectAccepted("aclfile \(file.path)/users.acl\n", Self.login)
    }

    /// What the program adds to the settings no reading of them can tell: the server itself is asked what anybody may
    /// do.
    @Test(arguments: [
        ("+set ~*", "SET"), ("+@write ~*", "SET, FLUSHALL"), ("+config|get", "CONFIG"), ("+@all ~* &*", "SHUTDOWN"),
        ("+replicaof", "REPLICAOF"), ("+publish &*", "PUBLISH"),
    ])
    func aDoorThatTheProgramOpensIsRefused(_ rules: String, _ command: String) async throws {
        let (outcome, _) = try await launch(withDefault: rules)
        #expect(outcome.code == 78 && outcome.lines.count == 1, "\(outcome)")
        #expect(
            outcome.errors.contains("lets anybody run") && outcome.errors.contains(command)
                && outcome.errors.contains("without a password"), "\(outcome)")
        #expect(!outcome.errors.contains("sesame"))
    }

    @Test(arguments: ["", "+ping +info +role", "+@read", "+@read ~public:*"])
    func whoeverMayOnlyAskHowItIsIsNoWord(_ rules: String) async throws {
        let (outcome, settings) = try await launch(withDefault: rules)
        #expect(outcome.code == 69 && !outcome.errors.contains("anybody"), "\(outcome)")
        try await expectAccepted(settings, Self.login)
    }

    @Test func whoeverMayReadAllIsTold() async throws {
        let (outcome, settings) = try await launch(withDefault: "+@read +info ~*")
        #expect(outcome.code == 69, "\(outcome)")
        #expect(outcome.lines.count { $0.contains("anybody reads all data without a password") } == 1, "\(outcome)")
        let written = try await launch(settings, Self.login)
        #expect(written.code == 69 && written.errors.contains("anybody reads all data"), "\(written)")
    }

    /// Launches with a user of our own, and a program that gives the default user, who needs no password, these rights.
    /// - Returns: what became of it, and settings that say the same.
    private func launch(withDefault rules: String) async throws -> (Outcome, String) {
        let tools = try TemporaryFolder("tools")
        let open = "user default on nopass resetkeys resetchannels -@all \(rules)"
        try writeProgram(
            """
            #!/bin/sh
            { cat "$1"; echo '\(open)'; } > \(tools.path)/conf
            exec redis-server \(tools.path)/conf

            """, to: "\(tools.path)/server")
        let ours = "user ha on >sesame ~* &* +@all\n"
        let outcome = try await launch(ours, Self.login.merging(["REDIS_SERVER": "\(tools.path)/server"]) { $1 })
        return (outcome, "\(ours)\(open)\n")
    }

    @Test(arguments: ["CONFIG", "REPLICAOF", "SLAVEOF", "INFO", "PUBLISH", "MULTI"])
    func aRenamedCommandHasToBeKnownToAll(_ command: String) async throws {
        let line = "rename-command \(command) hidden\n"
        try await expectRefusal(line, [:], "mine.conf, line 1", "RENAMED_COMMANDS=\(command)=hidden")
        try await expectRefusal(line, ["RENAMED_COMMANDS": "\(command)=other"], "RENAMED_COMMANDS=\(command)=hidden")
        try await expectAccepted(line, ["RENAMED_COMMANDS": "\(command)=hidden"])
        try await expectRefusal("rename-command \(command) \"\"\n", [:], "mine.conf, line 1", "switched off")
    }

    /// Nobody needs it, and a server that does not know it says so to anybody.
    @Test(arguments: ["hidden", "\"\""])
    func aWriteByAnotherNameIsNoOpenDoor(_ name: String) async throws {
        try await expectAccepted("rename-command SET \(name)\n", ["REDIS_PASSWORD": "sesame"])
    }

    @Test(arguments: ["AUTH", "PING", "PSYNC", "REPLCONF"])
    func whatReplicasSendHasNoOtherName(_ command: String) async throws {
        try await expectRefusal("rename-command \(command) hidden\n", [:], "mine.conf, line 1", command, "replicas")
        try await expectRefusal("", ["RENAMED_COMMANDS": "\(command)=hidden"], "RENAMED_COMMANDS", command, "replicas")
    }

    @Test func theValueNamesAllOfThemAndNoOther() async throws {
        try await expectRefusal(
            "rename-command CONFIG c\nrename-command FLUSHALL \"\"\nrename-command KEYS k\nrename-command ROLE r\n",
            [:],
            "RENAMED_COMMANDS=CONFIG=c,ROLE=r ")
        try await expectAccepted("rename-command FLUSHALL \"\"\nrename-command KEYS k\n", [:])
    }

    @Test func whatIsNotRenamedHasItsOwnName() async throws {
        try await expectRefusal("", ["RENAMED_COMMANDS": "CONFIG=c"], "CONFIG", "rename-command CONFIG c")
    }

    @Test func aSentinelTakesTheNamesFromEitherPlaceButNotTwoOfThem() async throws {
        let line = "sentinel rename-command {{master_name}} CONFIG hidden\n"
        for (settings, variables) in [
            (line, [:]), ("", ["RENAMED_COMMANDS": "CONFIG=hidden"]), (line, ["RENAMED_COMMANDS": "CONFIG=hidden"]),
        ] {
            let outcome = try await launch(
                settings, variables, ["sentinel", "--render-only", "--master", "127.0.0.1:1"], "SENTINEL_CONF")
            #expect(outcome.code == 0, "\(outcome)")
            #expect(
                outcome.output.split(separator: "\n").count {
                    $0.hasPrefix("sentinel rename-command mymaster CONFIG hidden")
                } == 1)
        }
        let outcome = try await launch(line, ["RENAMED_COMMANDS": "CONFIG=other"], ["sentinel"], "SENTINEL_CONF")
        LaunchingTests.expectRefusal(outcome, 78, "RENAMED_COMMANDS", "CONFIG=other", "CONFIG=hidden", "SENTINEL_CONF")
    }

    private func expectRefusal(
        _ settings: String, _ variables: [String: String], _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await launch(settings, variables)
        #expect(outcome.code == 78 && outcome.lines.count == 1, "\(outcome)", sourceLocation: sourceLocation)
        for word in words { #expect(outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation) }
        #expect(!outcome.errors.contains("sesame"), sourceLocation: sourceLocation)
    }

    /// It got as far as ZooKeeper, which isn't there.
    private func expectAccepted(
        _ settings: String, _ variables: [String: String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await launch(settings, variables)
        #expect(outcome.code == 69, "\(outcome)", sourceLocation: sourceLocation)
        #expect(!outcome.errors.contains("may not run"), "\(outcome)", sourceLocation: sourceLocation)
    }

    private func launch(
        _ settings: String, _ variables: [String: String], _ arguments: [String] = ["redis"],
        _ variable: String = "REDIS_CONF"
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        try write(settings, to: "\(folder.path)/mine.conf")
        let outcome = try await Outcome.of(
            arguments,
            [
                "BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", "PORT0": "\(freePort())",
                variable: "\(folder.path)/mine.conf", "MASTER_TIMEOUT": "100ms",
            ].merging(variables) { $1 }, in: folder)
        #expect(names(in: folder.path) == ["mine.conf"])
        return outcome
    }
}
