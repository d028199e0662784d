import Cluster
import Glibc
import Processes
import Runtime

/// What a local cluster consists of, and how each of its processes is started.
struct LocalPlan: Sendable {
    var redis: Int
    var sentinels: Int
    var watchers: Int
    /// An existing ZooKeeper; nil where one is started.
    var zookeeper: String?
    var folder: String
    /// Whether the folder outlives the cluster.
    var keepsFolder: Bool
    var restarts: Bool
    /// Whether the processes' own lines are shown too.
    var isVerbose: Bool
    var environment: Environment
    /// How many sentinels must agree that the master is down.
    var quorum: Int

    /// One process to start.
    struct Program: Sendable {
        var name: String
        var path: String
        var arguments: [String]
        var variables: [String: String]
        var folder: String
        /// How the names of the files begin that it renders in its folder, another for each port, all ending in
        /// `.conf`, and of those that tell which of them were accepted.
        var rendered: String?
        /// Whether its folder's lock file is written for it: it knows of no such file.
        var needsLockFile = false

        /// Makes the folder, without what an earlier run has rendered there: it holds passwords, and nobody reads it
        /// again.
        func prepareFolder() throws(Failure) {
            try Folder.create(folder)
            guard let rendered else { return }
            for name in Folder.entries(of: folder) where name.hasPrefix(rendered) {
                guard name.hasSuffix(".conf") || name.hasSuffix(".accepted") else { continue }
                Folder.remove("\(folder)/\(name)")
            }
        }

        /// Without it a second cluster in the same folder is not refused; the process runs all the same.
        func writeLockFile(_ pid: pid_t) {
            guard needsLockFile else { return }
            try? ConfigFile.write(Occupant(name, pid: pid).line, to: "\(folder)/\(FolderLock.fileName)")
        }
    }

    /// Why nobody can ever take over from the master; nil where somebody can.
    var noFailover: String? {
        if redis < 2 { return "--redis 1 has no replica that could take over" }
        if sentinels < quorum {
            return "--sentinels \(sentinels), but \(quorum) must agree (SENTINEL_QUORUM)"
        }
        return nil
    }

    /// Says where a failover needs each sentinel that there is; nil where one may be missing.
    var noSpareSentinel: String? {
        guard sentinels - 1 < max(quorum, sentinels / 2 + 1) else { return nil }
        return "A failover needs all of --sentinels \(sentinels): none of them may be missing meanwhile."
    }

    /// A launcher, with the variables that a scheduler would set.
    func launcher(_ kind: ServerKind, number: Int, port: Int, zookeeper: String) -> Program {
        let name = kind == .redis ? "redis-\(number)" : "sentinel-\(number)"
        let folder = "\(folder)/\(name)"
        return Program(
            name: name, path: OwnProgram.path, arguments: [kind.fileStem],
            variables: variables(port: port, zookeeper: zookeeper, folder: folder), folder: folder,
            rendered: "\(kind.fileStem)-")
    }

    /// A watcher: the program beside this one, else the one on PATH.
    func watcher(number: Int, port: Int, zookeeper: String) throws(Failure) -> Program {
        let name = "watcher-\(number)"
        let folder = "\(folder)/\(name)"
        return Program(
            name: name, path: try watcherBinary(), arguments: [],
            variables: variables(port: port, zookeeper: zookeeper, folder: folder), folder: folder)
    }

    /// - Throws: `Failure` (127) where there is none.
    func watcherBinary() throws(Failure) -> String {
        let own = OwnProgram.file
        let beside = "\(own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex))/interrex-watcher"
        if access(beside, X_OK) == 0 { return beside }
        return try ServerBinary("interrex-watcher", variable: "PATH", environment).path
    }

    private func variables(port: Int, zookeeper: String, folder: String) -> [String: String] {
        var variables = environment.all
        for name in ["ANNOUNCE_IP", "ANNOUNCE_PORT", "NET_IFACE", "MESOS_SANDBOX", "CONFIG_DIR"] {
            variables[name] = nil
        }
        return variables.merging(
            ["ZK_HOSTS": zookeeper, "BIND_IP": "127.0.0.1", "PORT0": String(port), "DATA_DIR": folder]
        ) { $1 }
    }

    /// A standalone ZooKeeper of Debian's package, on loopback, with its data in a folder of its own.
    func zooKeeper(port: Int) throws(Failure) -> Program {
        let jar = "/usr/share/java/zookeeper.jar"
        let java = try ServerBinary("java", variable: "PATH", environment)
        guard access(jar, R_OK) == 0 else {
            throw Failure(
                .notFound, "\(jar) isn't found; install Debian's package zookeeper, or name a server with --zookeeper")
        }
        let folder = "\(folder)/zookeeper"
        try Folder.create(folder)
        // Short ticks, so that a session timeout of 1 s and more can be had; a heap of a size for one cluster.
        let lines = [
            "tickTime=500", "dataDir=\(folder)/data", "clientPort=\(port)", "clientPortAddress=127.0.0.1",
            "maxClientCnxns=0", "admin.enableServer=false",
        ]
        try ConfigFile.write(lines.map { "\($0)\n" }.joined(), to: "\(folder)/zoo.cfg")
        return Program(
            name: "zookeeper", path: java.path,
            arguments: [
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                "-Dzookeeper.jmx.log4j.disable=true", "-cp", "/etc/zookeeper/conf:\(jar)",
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", "\(folder)/zoo.cfg",
            ],
            variables: environment.all, folder: folder, needsLockFile: true)
    }
}
