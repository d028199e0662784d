import Testing
import Throttle

@testable import Cluster

/// A variable that nobody reads, because its name is misspelt, is pointed at.
@Suite(.inTurn) struct VariableNamesTests {
    @Test(
        arguments: [
            ("ZK_HOST", "ZK_HOSTS"), ("PORT", "PORT0"), ("SENTINEL_QORUM", "SENTINEL_QUORUM"),
            ("LOGLEVEL", "LOG_LEVEL"),
            ("ZK_ROOTS", "ZK_ROOT"), ("ANOUNCE_IP", "ANNOUNCE_IP"), ("MASTER_NAMES", "MASTER_NAME"),
            ("ZOOKEEPER_HOSTS", "ZK_HOSTS"), ("REDIS_PASS", "REDIS_PASSWORD"), ("REDIS_PASSWD", "REDIS_PASSWORD"),
            ("QUORUM", "SENTINEL_QUORUM"), ("zk_hosts", "ZK_HOSTS"), ("INTERREX_ZK_ROOT", "ZK_ROOT"),
        ])
    func likely(set: String, meant: String) {
        let mistakes = Environment([set: "x", "PATH": "/bin"]).likelyMistakes
        #expect(mistakes.map(\.set) == [set] && mistakes.map(\.meant) == [meant])
    }

    @Test("what is set is not missing: Marathon gives PORT beside PORT0")
    func setAsWell() {
        let marathon = ["PORT": "1", "PORT0": "1", "PORT1": "2", "PORTS": "1,2", "HOST": "agent"]
        #expect(Environment(marathon).likelyMistakes.isEmpty)
    }

    /// Of shells, Kubernetes (a service `redis`, `zk`, `master` or `sentinel`), container links, images and client
    /// libraries.
    @Test(arguments: [
        "HOME", "PATH", "HOST", "HOSTNAME", "TERM", "LANG", "USER", "PWD", "OLDPWD", "SHLVL", "LOGNAME", "TMPDIR",
        "REDIS_HOST", "REDIS_PORT", "REDIS_URL", "REDIS_DB", "REDIS_USER", "REDIS_HOME", "REDIS_VERSION", "REDIS_NAME",
        "REDIS_PORT_6379_TCP", "REDIS_PORT_6379_TCP_ADDR", "REDIS_SERVICE_HOST", "REDIS_SERVICE_PORT", "REDIS_SERVERS",
        "REDIS_SENTINELS", "REDIS_MASTER_PORT", "ZK_PORT", "ZK_HOME", "ZK_NAME", "ZK_SERVICE_HOST", "ZK_SERVICE_PORT",
        "ZK_PORT_2181_TCP", "ZOO_LOG_DIR", "MASTER_PORT", "MASTER_HOST", "MASTER_SERVICE_PORT", "SENTINEL_PORT",
        "SENTINEL_HOST", "SENTINEL_SERVICE_HOST", "DATABASE_URL", "LOG_DIR", "LOG_FILE", "POD_IP", "NODE_IP", "HOST_IP",
        "PORTAGE", "MESOS_SANDBOX", "MESOS_TASK_ID", "MARATHON_APP_ID", "LIBPROCESS_IP", "INTERREX", "INTERREX_WATCHER",
        "INTERREX_EVENT", "XDG_DATA_DIRS", "XDG_CONFIG_DIRS", "NO_COLOR",
    ])
    func unlikely(name: String) { #expect(Environment([name: "x"]).likelyMistakes.isEmpty) }

    @Test func emptyIsUnset() {
        #expect(Environment(["ZK_HOST": "x", "ZK_HOSTS": ""]).likelyMistakes.map(\.meant) == ["ZK_HOSTS"])
        #expect(Environment(["ZK_HOST": ""]).likelyMistakes.isEmpty)
    }
}
