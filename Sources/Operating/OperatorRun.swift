package import Cluster
import Glibc
import Processes
package import Runtime
package import Vocabulary
import ZooKeeper

/// One run of a command for operators: what it was told, and the loop that it runs on.
package struct OperatorRun: Sendable {
    package let environment: Environment
    package let registrySettings: RegistrySettings
    package let redis: RedisSettings
    package let loop: EventLoop

    /// How long ZooKeeper is waited for.
    package enum Patience {
        /// A person waits: a second and a half at most, with the first answer.
        case short
        /// As long as the session timeout that was asked for.
        case long
        /// The same once ZooKeeper has answered; until then as `short`.
        case steady
    }

    /// What was found is told by an exit code of its own, and has been shown already.
    package struct Finished: Error {
        package let code: Int32

        package init(_ code: Int32) { self.code = code }
    }

    /// How long one question to a server may take: a frozen one must not keep a person waiting.
    package static let answerLimit = Duration.milliseconds(500)

    /// Runs `body` on a loop of its own until it ends or a signal comes.
    /// - Returns: what it is told of a signal is `Stopped`.
    /// - Throws: `Failure` with its exit code; `Finished`; `Stopped`.
    package static func run(
        _ command: String, _ environment: Environment, _ body: @escaping @Sendable (OperatorRun) async throws -> Void
    ) throws {
        // A session that closes must leave no more behind than a person who stops the command.
        StopSignals.install(alsoOn: [SIGHUP])
        try Log.start(environment, command: command)
        environment.warnOfLikelyMistakes()
        let registry = try RegistrySettings(environment)
        Log.always(.cluster(registry.root))
        let redis = try RedisSettings(environment)
        redis.hideSecrets(with: registry)
        do {
            try EventLoop.run { loop in
                let run = OperatorRun(environment: environment, registrySettings: registry, redis: redis, loop: loop)
                try await unlessStopped(on: loop) { try await body(run) }
            }
        } catch let finished as Finished {
            // The verdict's code says more.
            do throws(Failure) { try Output.check() } catch { Log.fail(error) }
            throw finished
        }
        try Output.check()
    }

    /// Opens a session with ZooKeeper; a chroot that is missing is not created.
    ///
    /// Where a person waits it asks for a short session timeout: libzookeeper gives each server a third of it before it
    /// tries the next one, and each call gets two thirds. All servers together get 0.9 s.
    /// - Throws: `Failure` 69, 77.
    package func registry(_ patience: Patience) async throws -> Registry {
        var settings = registrySettings
        if patience == .steady {
            // It has answered once this one is open, and each server of the list may take its time then.
            await (try await registry(.short)).session.close()
        }
        guard patience == .short else {
            return try await look(settings, within: min(settings.sessionTimeout, .seconds(6)))
        }
        let count = max(3, settings.servers.servers.count)
        settings.sessionTimeout = min(settings.sessionTimeout, Self.connectLimit * 3 / count)
        return try await look(settings, within: Self.connectLimit)
    }

    /// libzookeeper only says that there is no session: the servers are asked what is wrong with them.
    private func look(_ settings: RegistrySettings, within limit: Duration) async throws -> Registry {
        do {
            return try await Registry.look(settings, within: limit)
        } catch let failure as Failure where failure.code == .unavailable && !failure.isOurs {
            guard !Task.isCancelled else { throw failure }
            let words = await ZooKeeperReach.words(about: settings.servers, on: loop)
            throw Failure(
                .unavailable,
                "no session with ZooKeeper: \(words); check ZK_HOSTS and those servers; clients of Redis and Sentinel go on without it"
            )
        }
    }

    private static let connectLimit = Duration.milliseconds(900)

    /// The same for `body`, with its end.
    package func withRegistry<Value: Sendable>(
        _ patience: Patience = .short, _ body: (Registry) async throws -> Value
    ) async throws -> Value {
        let registry = try await registry(patience)
        do {
            let value = try await body(registry)
            await registry.session.close()
            return value
        } catch {
            await registry.session.close()
            throw error
        }
    }

    /// Whom to ask, each within `answerLimit`.
    package func prober() -> (prober: Prober, contacts: Contacts) {
        let contacts = Contacts(on: loop, confidants: Confidants())
        return (Prober(redis, on: loop, limit: Self.answerLimit, contacts: contacts), contacts)
    }

    package var mark: Mark {
        Mark(root: registrySettings.root, masterName: redis.masterName, clusterID: nil)
    }
}
