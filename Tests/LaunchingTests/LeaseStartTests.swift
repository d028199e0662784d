import Cluster
import Glibc
import Processes
import Succession
import Support
import Testing
import Throttle

@testable import Launching

/// A lease that can't be started, which is no trouble of ZooKeeper's.
@Suite(.inTurn) struct LeaseStartTests {
    /// In a process of its own, where descriptors can be counted.
    @Test("nothing is left open, whatever it is that can't be had")
    func nothingIsLeftOpen() async {
        await #expect(processExitsWith: .success) {
            let before = try openDescriptors()
            let none: Int32 = 1_000_000
            let trials: [() throws -> LeaseProcess] = [
                { try LeaseProcess.start(beside: -1) },
                { try LeaseProcess.start(errors: none) },
            ]
            for (number, trial) in trials.enumerated() {
                let failure = #expect(throws: Failure.self) { _ = try trial() }
                #expect(failure?.code == .unavailable && failure?.isOurs == true)
                #expect(try openDescriptors() == before, "trial \(number)")
            }
            // One after the other of its descriptors is one too many.
            let highest = (3...).first { fcntl($0, F_GETFD) < 0 }!
            for spare in Int32(0)..<8 {
                var limit = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                limit.rlim_cur = rlim_t(highest + spare)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                let failure = #expect(throws: Failure.self) { _ = try LeaseProcess.start() }
                limit.rlim_cur = limit.rlim_max
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                #expect(failure?.isOurs == true)
                #expect(try openDescriptors() == before, "room for \(spare)")
            }
        }
    }

    @Test("what this machine lacks is not waited for as for ZooKeeper")
    func notTriedAgain() throws {
        let settings = try LaunchSettings(
            Environment(["BIND_IP": "127.0.0.1", "MASTER_TIMEOUT": "60s"]), kind: .redis, forReal: false)
        var machine = SentinelLauncherMachine(
            SentinelLauncherMachine.Settings(me: settings.address, mark: settings.mark, limit: settings.masterTimeout))
        _ = machine.handle(.began, at: .zero)
        let elsewhere = Failure(.unavailable, "no ZooKeeper")
        #expect(
            machine.handle(.lost(isOurs: elsewhere.isOurs), at: .seconds(1)).effect
                == .reconnect(after: .milliseconds(100)))
        let ours = Failure(.unavailable, "no pipe", isOurs: true)
        #expect(machine.handle(.lost(isOurs: ours.isOurs), at: .seconds(1)).effect == .giveUp)
    }

    @Test("what a machine lacks as the server is to be executed has the exit code that it has as it is tried")
    func exitCodes() throws {
        let server = try ServerBinary("/bin/true", variable: "REDIS_SERVER", Environment([:]))
        for number in [EAGAIN, ENOMEM, EMFILE, ENFILE] { #expect(server.failure(number).code == .unavailable) }
        #expect(server.failure(ENOENT).code == .notFound && server.failure(ENOEXEC).code == .cannotExecute)
    }
}

private func openDescriptors() throws -> Int {
    // One of them reads the folder.
    Folder.entries(of: "/proc/self/fd").count - 1
}
