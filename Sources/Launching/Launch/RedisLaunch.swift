package import Cluster
import Processes
import Rendering
import Succession
package import Vocabulary

/// `interrex redis`: find this server's role, render `redis.conf`, become `redis-server`.
package enum RedisLaunch {
    /// The role that `--render-only` takes where it does not ask ZooKeeper.
    package enum GivenRole: Sendable {
        case master
        case replica(of: Address)
    }

    /// The launch itself; returns only by throwing.
    /// - Throws: `Failure` with its exit code; `Stopped`.
    package static func run(_ environment: Environment, _ serverArguments: [String]) throws {
        let began = ContinuousClock.now
        // First of all: what the settings name may have to be resolved, and a name server may be silent.
        StopSignals.install()
        try Log.start(environment, command: "redis")
        environment.warnOfLikelyMistakes()
        let settings = try RedisLaunchSettings(environment, arguments: serverArguments, forReal: true)
        // In the server's environment anybody of the same user would read them.
        Environment.forgetSecrets()
        settings.launch.redis.hideSecrets(with: settings.launch.registry)
        let accepted = try settings.prove()
        settings.launch.registry.warnIfOpen(settings.launch.redis)
        let prepared = try prepare(on: { RedisLauncher(settings, loop: $0) })
        accepted?.note()
        try prepared.becomeServer(since: began)
    }

    /// `--render-only`: the file as it would be written, secrets included; says the decision with its reason, and
    /// writes nothing anywhere.
    /// - Throws: as `run`.
    package static func preview(
        _ environment: Environment, _ serverArguments: [String], as role: GivenRole?
    ) throws -> String {
        StopSignals.install()
        try Log.start(environment, command: "redis")
        environment.warnOfLikelyMistakes()
        let settings = try RedisLaunchSettings(environment, arguments: serverArguments, forReal: false)
        settings.launch.redis.hideSecrets(with: settings.launch.registry)
        try settings.proveLines(environment)
        switch role {
        case .master:
            Log.result("master, as --role says", .master(settings.launch.address))
            return try settings.render(following: nil, clusterID: nil, startsEmpty: false)
        case .replica(let master):
            Log.result("replica of \(master), as --role and --master say", .master(master))
            return try settings.render(following: master, clusterID: nil, startsEmpty: true)
        case nil:
            return try Launching.preview(on: { RedisLauncher(settings, loop: $0) })
        }
    }
}
