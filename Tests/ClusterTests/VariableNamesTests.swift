import Testing

@testable import Cluster

/// A variable that nobody reads, because its name is misspelt, is pointed at.
struct VariableNamesTests {
    @Test(
        arguments: [
            ("ZK_HOST", "ZK_HOSTS"), ("PORT", "PORT0"), ("SENTINEL_QORUM", "SENTINEL_QUORUM"), ("LOGLEVEL", "LOG_LEVEL"),
            ("ZK_ROOTS", "ZK_ROOT"), ("ANOUNCE_IP", "ANNOUNCE_IP"), ("MASTER_NAMES", "MASTER_NAME"),
        ])
    func likely(set: String, meant: String) {
        let mistakes = Environment([set: "x", "PATH": "/bin"]).likelyMistakes
        #expect(mistakes.map(\.set) == [set] && mistakes.map(\.meant) == [meant])
    }

    @Test("what is set is not missing: Marathon gives PORT beside PORT0")
    func setAsWell() { #expect(Environment(["PORT": "1", "PORT0": "1"]).likelyMistakes.isEmpty) }

    @Test(arguments: ["HOME", "PATH", "HOST", "PORT1", "PORTS", "REDIS_HOST", "REDIS_PORT", "ZK_PORT", "TERM", "LANG", "USER"])
    func unlikely(name: String) { #expect(Environment([name: "x", "PORT0": "1"]).likelyMistakes.isEmpty) }

    @Test func emptyIsUnset() {
        #expect(Environment(["ZK_HOST": "x", "ZK_HOSTS": ""]).likelyMistakes.map(\.meant) == ["ZK_HOSTS"])
    }
}
