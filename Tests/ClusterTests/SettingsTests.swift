import Cluster
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// How to reach ZooKeeper and Redis, as the environment says.
@Suite(.inTurn) struct SettingsTests {
    private func complaint<Settings>(
        _ make: (Environment) throws(Failure) -> Settings, _ variables: [String: String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        let failure = #expect(throws: Failure.self, "\(variables)", sourceLocation: sourceLocation) {
            _ = try make(Environment(variables))
        }
        #expect(failure?.code == .badConfiguration, sourceLocation: sourceLocation)
        #expect(failure?.description.contains { $0.isNewline } == false, sourceLocation: sourceLocation)
        return failure?.description ?? ""
    }

    @Test func the_defaults() throws {
        let registry = try RegistrySettings(Environment([:]))
        #expect(registry.servers.servers == ["localhost:2181"] && registry.servers.chroot == "")
        #expect(registry.root == "/redis" && registry.digest == nil && registry.sessionTimeout == .seconds(6))
        let redis = try RedisSettings(Environment([:]))
        #expect(redis.masterName == "mymaster" && redis.credentials == nil && redis.sentinelCredentials == nil)
    }

    @Test func all_of_them_set() throws {
        let registry = try RegistrySettings(
            Environment([
                "ZK_HOSTS": "zk://a:1,b/chroot", "ZK_ROOT": "/x/y-1.2_Z", "ZK_AUTH": "me:p:w",
                "ZK_SESSION_TIMEOUT": "500ms",
            ]))
        #expect(registry.servers.servers == ["a:1", "b:2181"] && registry.servers.chroot == "/chroot")
        #expect(registry.root == "/x/y-1.2_Z" && registry.digest == Digest(user: "me", password: "p:w"))
        #expect(registry.sessionTimeout == .milliseconds(500))
        let redis = try RedisSettings(
            Environment([
                "MASTER_NAME": "a.b-c_D9", "REDIS_USERNAME": "app", "REDIS_PASSWORD": "p\\w", "SENTINEL_PASSWORD": "s",
            ]))
        #expect(redis.masterName == "a.b-c_D9" && redis.credentials?.username == "app")
        #expect(redis.credentials?.password == "p\\w" && redis.sentinelCredentials?.password == "s")
        #expect(redis.sentinelCredentials?.username == nil)
    }

    @Test(arguments: [
        "/redis", "/a/b/c", "/A-1._x", "/zookeeper-clients", "/..a", "/" + String(repeating: "r", count: 199),
    ])
    func a_root(_ root: String) throws {
        #expect(try RegistrySettings(Environment(["ZK_ROOT": root])).root == root)
    }

    @Test(arguments: [
        "/", "redis", "/redis/", "//redis", "/a//b", "/a/./b", "/..", "/a b", "/a\"b", "/ä", "/a#", "/{{x}}",
        "/zookeeper",
        "/a\u{7f}", "/[", "/`", "/@", "/" + String(repeating: "r", count: 200),
    ])
    func no_root(_ root: String) {
        #expect(complaint(RegistrySettings.init(_:), ["ZK_ROOT": root]).hasPrefix("ZK_ROOT is "))
    }

    @Test(arguments: [
        "a:0", "a:65536", "a:x", ",", "user:sesame@a:2181", "zk://user:sesame@a:2181/x", "a:1/x//y", "[::1", "a b",
    ])
    func hosts_that_can_not_be_used_are_one_line_without_a_secret(_ hosts: String) {
        let text = complaint(RegistrySettings.init(_:), ["ZK_HOSTS": hosts])
        #expect(text.hasPrefix("ZK_HOSTS can't be used: ") && !text.contains("sesame"))
    }

    @Test func a_digest_without_a_user_or_too_long_is_refused_and_not_shown() {
        for auth in ["sesame", ":sesame", "me:" + String(repeating: "sesame", count: 3_000)] {
            let text = complaint(RegistrySettings.init(_:), ["ZK_AUTH": auth])
            #expect(text.hasPrefix("ZK_AUTH must be user:password") && !text.contains("sesame"))
        }
    }

    @Test(arguments: ["99ms", "11m", "x"]) func a_session_timeout_out_of_range(_ timeout: String) {
        #expect(complaint(RegistrySettings.init(_:), ["ZK_SESSION_TIMEOUT": timeout]).contains("ZK_SESSION_TIMEOUT"))
    }

    @Test(arguments: ["my master", "a\"b", "a#b", "ä", "a/b", "{x}", "@", "[", "`", String(repeating: "m", count: 129)])
    func no_master_name(_ name: String) {
        #expect(complaint(RedisSettings.init(_:), ["MASTER_NAME": name]).hasPrefix("MASTER_NAME is "))
    }

    @Test func a_user_name_needs_a_password_and_holds_no_space() {
        #expect(complaint(RedisSettings.init(_:), ["REDIS_USERNAME": "app"]).contains("REDIS_PASSWORD"))
        for lost in ["se same", " sesame", "sesame ", "#sesame", "sesame'", "\"sesame", "sesame\t", "sesame\u{7f}"] {
            for name in ["REDIS_PASSWORD", "SENTINEL_PASSWORD"] {
                let text = complaint(RedisSettings.init(_:), [name: lost])
                #expect(text.hasPrefix(name) && text.contains("Sentinel") && !text.contains("sesame"))
            }
        }
        let long = complaint(RedisSettings.init(_:), ["REDIS_PASSWORD": String(repeating: "x", count: 16_385)])
        #expect(long == "REDIS_PASSWORD is longer than 16384 bytes")
        let spaced = ["REDIS_USERNAME": "my app", "REDIS_PASSWORD": "sesame"]
        let text = complaint(RedisSettings.init(_:), spaced)
        #expect(text.contains("REDIS_USERNAME") && !text.contains("sesame"))
    }

    @Test func nothing_of_them_shows_a_password_when_it_is_printed() throws {
        let environment = Environment([
            "ZK_AUTH": "me:sesame", "REDIS_PASSWORD": "sesame", "SENTINEL_PASSWORD": "sesame",
        ])
        for value in [try RegistrySettings(environment), try RedisSettings(environment)] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!"\(value)".contains("sesame") && !dumped.contains("sesame"))
        }
    }
}
