import ArgumentParser
import Cluster
import Launching

/// `interrex renew-lease`: a new lease for a server that runs and whose lease died.
struct RenewLeaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew-lease", abstract: "Start a new lease for a running server whose lease died.",
        discussion: """
            Beside each redis-server and redis-sentinel a lease holds the node in
            ZooKeeper by which launchers, watchers and clients find the server. Where
            that process was killed, the server runs on and is not seen any more. Run
            this on its host, or in its container, as its user, with the PID of the
            server and the variables of its launcher (ZK_HOSTS, ZK_AUTH). The address,
            ZK_ROOT and the passwords come from the server's title and rendered file.

            It registers the server as what it is, and changes nothing of it: no
            server becomes master by it. Where a lease lives there is nothing to do.
            """)

    @OptionGroup var registry: RegistryOptions
    @Option(
        help: "The server's rendered file (default: redis-PORT.conf or sentinel-PORT.conf in CONFIG_DIR, or its dir).")
    var config: String?
    @Argument(help: "The PID of the redis-server or redis-sentinel.")
    var pid: Int32

    func run() throws {
        var environment = Environment.process
        registry.override(&environment)
        try LeaseRenewal.renew(pid, config: config, environment)
    }
}
