package import Cluster
import Glibc
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

extension LeaseRenewal {
    /// `interrex renew-lease PID`: ends this process once the new lease has its orders; returns where a lease lives,
    /// and there is nothing to do.
    /// - Throws: `Failure` with its exit code; `Stopped`.
    package static func renew(_ pid: Int32, config: String?, _ environment: Environment) throws {
        var environment = environment
        StopSignals.install()
        try Log.start(environment, command: "renew-lease")
        environment.warnOfLikelyMistakes()
        let server = try RunningServer(pid, config: config, environment)
        if let lease = server.leases.first {
            if ProcessStatus(lease)?.isStopped ?? false {
                throw Failure(
                    .badConfiguration,
                    "PID \(pid) has a lease that is stopped: PID \(lease); let it go on (kill -CONT \(lease)), or end it "
                        + "(kill -9 \(lease)) and run this again")
            }
            return Log.info("nothing to do: PID \(pid) has a lease that lives: PID \(lease)")
        }
        if let root = try environment.text("ZK_ROOT"), root != server.mark.root {
            throw Failure(
                .badConfiguration, "ZK_ROOT is \(root.clipped), and the server is of \(server.mark.root); unset ZK_ROOT"
            )
        }
        Log.always(.cluster(server.mark.root), .address(server.address))
        environment.set("ZK_ROOT", to: server.mark.root)
        let settings = try RegistrySettings(environment)
        let limit = try environment.duration(
            "MASTER_TIMEOUT", default: .seconds(10), in: .milliseconds(1)...(.seconds(86_400)))
        let lock = server.kind == .redis ? try FolderLock.retake(server.folder, for: pid) : nil
        // Where the server's own lines go.
        let errors = open("/proc/\(pid)/fd/2", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        let lease = try LeaseProcess.start(holding: lock, beside: pid, errors: errors < 0 ? nil : errors)
        do {
            let registered = try EventLoop.run { loop in
                try await unlessStopped(on: loop) {
                    try await LeaseRenewal(server, settings, limit: limit).register(on: loop)
                }
            }
            do {
                try lease.send(registered.order)
            } catch {
                try? EventLoop.run { _ in await registered.session.close() }
                throw error
            }
            print("\(server.address) (PID \(pid)) has a lease again: \(registered.order.node)")
            fflush(nil)
            // The lease takes the session over once this process is gone; to end it would take the node away.
            withExtendedLifetime(registered.session) { _exit(0) }
        } catch {
            lease.end()
            throw StopSignals.received == 0 ? error : Stopped(signal: StopSignals.received)
        }
    }
}
