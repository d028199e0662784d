import Testing
import Vocabulary

@testable import Rendering

/// Who would get in by the users that the settings define.
@Suite(.timeLimit(.minutes(5))) struct ACLUserTests {
    @Test("SHA-256 is that of the standard's examples")
    func digests() {
        #expect(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            sha256(String(repeating: "a", count: 1_000))
                == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
    }

    private static let hash = sha256("ours")

    /// The problem of a redis-server whose settings are these lines, and whose aclfile those.
    private func problem(
        _ settings: String, aclFile: String? = nil, _ credentials: Credentials?
    ) -> SettingsProblem? {
        var file = RedisFile.plain
        file.credentials = credentials
        do throws(RenderingError) {
            _ = try file.flattened(settings: Template(SourceText(settings))) { path throws(SettingsProblem) in
                guard let aclFile, path == "/data/users.acl" else { throw .unreadableInclude(path: path, why: "none") }
                return [SourceText(name: path, text: aclFile)]
            }
            return nil
        } catch {
            switch error {
            case .settings(_, _, let problem), .included(_, _, let problem): return problem
            default: return nil
            }
        }
    }

    private let plain = Credentials(password: Secret("ours"))
    private let named = Credentials(username: "rex", password: Secret("ours"))

    @Test("user lines beside REDIS_PASSWORD: it opens the door, and nothing opens it without one")
    func userLines() {
        let other = SettingsProblem.otherPassword(name: "default", variable: "REDIS_PASSWORD")
        for (line, expected) in [
            ("user alice on >x ~* +@all", nil), ("user default on >ours ~* +@all", nil),
            ("user default on #\(Self.hash) ~* +@all", nil), ("user default on >x >ours ~* +@all", nil),
            ("user default on >x ~* +@all", other), ("user default on >ours <ours ~* +@all", other),
            ("user default on >ours resetpass ~* +@all", other),
            ("user default off >ours", .userIsOff(name: "default")),
            ("user default on nopass ~* +@all", .openDoor(variable: "REDIS_PASSWORD")),
            ("user default on nopass", .openDoor(variable: "REDIS_PASSWORD")),
            ("USER default on \">ours\" ~* +@all", nil), ("user default on >x reset on >ours", nil),
        ] as [(String, SettingsProblem?)] {
            #expect(problem(line, plain) == expected, "\(line)")
        }
    }

    @Test("a user of one's own must be there with that password, and the default one must not be an open door")
    func namedUser() throws {
        let rex = "user rex on >ours ~* +@all\n"
        for (lines, expected) in [
            (rex, nil), (rex + "user default off", nil), (rex + "user default on nopass -@all +ping", nil),
            (rex + "user default on nopass ~* +@all", .openDoor(variable: "REDIS_PASSWORD")),
            ("user rex on >x ~* +@all", .otherPassword(name: "rex", variable: "REDIS_PASSWORD")),
            ("user rex >ours ~* +@all", .userIsOff(name: "rex")),
        ] as [(String, SettingsProblem?)] {
            #expect(problem(lines, named) == expected, "\(lines)")
        }
        var file = RedisFile.plain
        file.credentials = named
        #expect(try file.flattened(settings: Template(SourceText("user bob on"))).undefinedUser == "rex")
        #expect(try file.flattened(settings: Template(SourceText(rex))).undefinedUser == nil)
        file.credentials = plain
        #expect(try file.flattened(settings: Template(SourceText(""))).undefinedUser == nil)
    }

    @Test("the default user without a password may look beside a named one, and nothing else")
    func harmlessDefault() {
        let open = SettingsProblem.openDoor(variable: "REDIS_PASSWORD")
        let fine = [
            "", "-@all +ping", "+ping +info", "+@read ~*", "+PING +HELLO +AUTH", "+get +client|id ~public:* &*",
            "+@all -@all +ping",
            "+slowlog|get +latency|latest +memory|usage", "(+get ~a) (+info)", "(+@all ~*) clearselectors",
            "+@all reset on nopass",
            "+select|0", "'(+get ~a)'",
        ]
        let refused = [
            "+info +config|get", "+config", "+@keyspace", "+@string ~*", "+@scripting", "+flushall", "+replicaof",
            "(+@all ~*)",
            "-@all +@read (~* +@all)", "+client", "+client|kill", "+@connection", "+@fast", "+publish", "+eval",
            "+@pubsub", "+acl",
            "+sort ~*", "+debug", "+nosuchcommand", "+@all -config", "allcommands", "(+config|get) -@all",
            "'(+@all ~*)'",
        ]
        let rex = "user rex on >ours ~* +@all\nuser default on nopass "
        for rules in fine { #expect(problem(rex + rules, named) == nil, "\(rules)") }
        for rules in refused { #expect(problem(rex + rules, named) == open, "\(rules)") }
    }

    @Test("an aclfile takes the place of requirepass, so it must define the default user")
    func aclFile() {
        let open = SettingsProblem.openDoor(variable: "REDIS_PASSWORD")
        for (text, credentials, expected) in [
            ("user rex on >ours ~* +@all\n", named, open), ("", plain, open), ("\n\nuser bob on\r\n", plain, open),
            ("user default off\nuser rex on >ours ~* +@all", named, nil),
            ("user default on #\(Self.hash) ~* +@all\r\n", plain, nil),
            ("user default on nopass ~* +@all", plain, open),
            ("user default on >x ~* +@all", plain, .otherPassword(name: "default", variable: "REDIS_PASSWORD")),
            ("user default off", plain, .userIsOff(name: "default")), ("", nil, nil),
            (
                "user default on >x ~* +@all", nil,
                .secretUnknownToInterrex(directive: "user default", variable: "REDIS_PASSWORD")
            ),
            ("user default off", nil, .userIsOff(name: "default")),
        ] as [(String, Credentials?, SettingsProblem?)] {
            #expect(problem("aclfile users.acl", aclFile: text, credentials) == expected, "\(text)")
        }
        #expect(problem("aclfile ''", plain) == nil)
        #expect(problem("aclfile /none", plain) == .unreadableACLFile(path: "/none", why: "none"))
        #expect(problem("aclfile users.acl\nuser bob on", aclFile: "", plain) == .usersTwice)
        // The last one counts.
        #expect(problem("aclfile /none\naclfile users.acl", aclFile: "user default on >ours +@all", plain) == nil)
    }

    @Test("a sentinel's users are judged by its own password")
    func sentinel() {
        for (line, password, isFine) in [
            ("user default off", nil, false), ("user default off", "own", false), ("user bob on >x +@all", nil, true),
            ("user default on >own +@all", "own", true), ("user default on >own +@all", nil, false),
            ("user default on nopass +@all", "own", false), ("aclfile users.acl", "own", false),
            ("aclfile users.acl", nil, true),
        ] as [(String, String?, Bool)] {
            var file = SentinelFile.plain
            file.sentinelPassword = password.map({ Secret($0) })
            let flat = try? file.flattened(settings: Template(SourceText(line))) { _ in
                [SourceText(name: "users.acl", text: "user bob on >x +@all\n")]
            }
            #expect((flat != nil) == isFine, "\(line) \(password ?? "")")
        }
    }
}
