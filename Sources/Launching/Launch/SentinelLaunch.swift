package import Cluster
import Processes
import Rendering
import Succession
package import Vocabulary

/// `interrex sentinel`: wait for a master, render `sentinel.conf`, become `redis-sentinel`.
package enum SentinelLaunch {
    /// The launch itself; returns only by throwing.
    /// - Throws: `Failure` with its exit code; `Stopped`.
    package static func run(_ environment: Environment, _ serverArguments: [String]) throws {
        let began = ContinuousClock.now
        // First of all: what the settings name may have to be resolved, and a name server may be silent.
        StopSignals.install()
        try Log.start(environment, command: "sentinel")
        environment.warnOfLikelyMistakes()
        let settings = try SentinelLaunchSettings(environment, arguments: serverArguments, forReal: true)
        // In the server's environment anybody of the same user would read them.
        Environment.forgetSecrets()
        settings.launch.redis.hideSecrets(with: settings.launch.registry)
        try settings.checkMachine()
        let accepted = try settings.prove()
        settings.launch.registry.warnIfOpen(settings.launch.redis)
        let prepared = try prepare(on: { SentinelLauncher(settings, loop: $0) })
        accepted?.note()
        try prepared.becomeServer(since: began)
    }

    /// `--render-only`: the file as it would be written, secrets included; says the decision with its reason, and
    /// writes nothing anywhere.
    /// - Parameter master: whom to monitor, instead of asking ZooKeeper.
    /// - Throws: as `run`.
    package static func preview(
        _ environment: Environment, _ serverArguments: [String], monitoring master: Address?
    ) throws -> String {
        StopSignals.install()
        try Log.start(environment, command: "sentinel")
        environment.warnOfLikelyMistakes()
        let settings = try SentinelLaunchSettings(environment, arguments: serverArguments, forReal: false)
        settings.launch.redis.hideSecrets(with: settings.launch.registry)
        try settings.prove(environment)
        guard let master else { return try Launching.preview(on: { SentinelLauncher(settings, loop: $0) }) }
        Log.result("monitor \(master), as --master says", .master(master))
        return try settings.render(monitoring: master, identity: UUIDText.random(), clusterID: nil, seeds: Seeds())
    }
}
