import Testing

/// A variable as the launchers read it, with values that they must refuse.
struct Variable: Sendable, CustomTestStringConvertible {
    let name: String
    /// The launchers that read it.
    let commands: [String]
    /// Refused with `code` as they are.
    let malformed: [String]
    var code: Int32 = 78
    var isSecret = false

    init(
        _ name: String, by commands: [String] = ["redis", "sentinel"], code: Int32 = 78, secret: Bool = false,
        _ malformed: String...
    ) {
        self.name = name
        self.commands = commands
        self.malformed = malformed
        self.code = code
        isSecret = secret
    }

    var testDescription: String { name }

    /// All of them.
    static let all: [Variable] = [
        Variable(
            "ZK_HOSTS", "a b", "host:0", "host:99999", "host:", ":2181", "[::1", "zk:///", "ho\"st:2181", "h#:1",
            "hö:2181"),
        Variable(
            "ZK_ROOT", "redis", "/", "//", "/a//b", "/a/", "/a b", "/a\"b", "/a'b", "/a#b", "/ä", "/..", "/a/./b",
            "/zookeeper", "/{a}"),
        Variable("ZK_AUTH", secret: true, "sesame", ":sesame"),
        Variable(
            "ZK_SESSION_TIMEOUT", "0", "-1", "6x", "x", "6 s", "1e3", "99ms", "601s", "٦s", "1h", "9999999999", "6s#",
            "\"6s\""),
        Variable("NET_IFACE", "nowhere0", "lo ", "l o", "\"lo\"", "lo#", "ö"),
        Variable(
            "BIND_IP", "localhost", "127.0.0", "127.0.0.1 ::1", "127.0.0.1/8", "127.0.0.256", "[::1]", "1",
            "\"127.0.0.1\"", "127.0.0.1#", "١٢٧.0.0.1", "192.0.2.1"),
        Variable(
            "PORT0", "0", "-1", "+1", "65536", "x", "80x", "6379 ", " 6379", "6.0", "0x10", "99999999999", "٦٣٧٩",
            "\"1\"", "1#"),
        Variable(
            "ANNOUNCE_IP", "a b", "-a", "0.0.0.0", "::", "1.2.3.4:5", "\"a\"", "a#b", "höst", "no-such-host.invalid"),
        Variable("ANNOUNCE_PORT", "0", "-1", "65536", "x", "1 ", "\"1\"", "1#", "٦"),
        Variable("MASTER_NAME", "a b", "a\"b", "a'b", "a#b", "ä", "a{b}", "a/b", String(repeating: "a", count: 129)),
        Variable("SENTINEL_QUORUM", by: ["sentinel"], "0", "-1", "x", "1.5", "2 ", "\"2\"", "2#", "1001"),
        Variable("MASTER_TIMEOUT", "0", "-1", "x", "1w", "25h", "5 s", "86401", "\"5\"", "5#", "٥"),
        Variable(
            "REDIS_PASSWORD", secret: true, "se sesame", "sesame\"", "sesame'", "#sesame", "a\t"),
        Variable("REDIS_USERNAME", "someone", "two words", "o'brien", "a#b"),
        Variable("SENTINEL_PASSWORD", secret: true, "se sesame", "sesame\"", "sesame'", "#sesame"),
        Variable(
            "RENAMED_COMMANDS", "CONFIG", "=x", "CONFIG=", "CONFIG=a b", "CONFIG=\"x\"", "CONFIG=x#",
            "CONFIG=x,CONFIG=y",
            "CONFIG=x,INFO=X", "CONFIG=x,", "CONFIG=x=y", "ö=x", "CONFIG=ö"),
        Variable("MIN_REPLICAS_TO_WRITE", by: ["redis"], "-1", "x", "1.5", "1 ", "\"1\"", "1#", "1001"),
        Variable("DATA_DIR", "/nowhere/at all", "no \"such\" folder", "#", "/dev/null", "ö"),
        Variable("CONFIG_DIR", "/nowhere/at all", "no \"such\" folder", "#", "/dev/null", "ö"),
        Variable("MESOS_SANDBOX", "/nowhere/at all", "no \"such\" folder", "#", "/dev/null", "ö"),
        Variable("REDIS_CONF", by: ["redis"], "/nowhere", "/", "a b", "\"", "#", "ö"),
        Variable("SENTINEL_CONF", by: ["sentinel"], "/nowhere", "/", "a b", "\"", "#", "ö"),
        Variable("REDIS_TEMPLATE", by: ["redis"], "/nowhere", "/", "a b", "\"", "#", "ö"),
        Variable("SENTINEL_TEMPLATE", by: ["sentinel"], "/nowhere", "/", "a b", "\"", "#", "ö"),
        Variable(
            "REDIS_SERVER", by: ["redis"], code: 127, "no-such-server", "/nowhere/redis-server", "redis server",
            "\"x\"", "#", "ö"),
        Variable(
            "REDIS_SENTINEL", by: ["sentinel"], code: 127, "no-such-server", "/nowhere/x", "redis sentinel", "\"x\"",
            "#", "ö"),
        Variable("LOG_LEVEL", "loud", "INFO", "info ", "\"info\"", "#", "ö"),
        Variable("LOG_FORMAT", "xml", "JSON", "json ", "\"json\"", "#", "ö"),
    ]

    /// Variables without which this one isn't looked at, or that would hide it.
    var companions: [String: String] {
        switch name {
        case "NET_IFACE": ["BIND_IP": ""]
        case "REDIS_USERNAME": ["REDIS_PASSWORD": "sesame"]
        case "MESOS_SANDBOX": ["CONFIG_DIR": ""]
        default: [:]
        }
    }
}
