import Cluster
import Glibc
import Processes
import Redis
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// Gives a running server a new lease, fenced as every start is: it only registers the server as what it is.
package struct LeaseRenewal: Sendable {
    private let server: RunningServer
    private let settings: RegistrySettings
    private let limit: Duration

    /// A session in which the server is registered, and what its lease is to know. The session must live until the
    /// lease has it.
    struct Registered: Sendable {
        var order: LeaseOrder
        var session: Session
    }

    init(_ server: RunningServer, _ settings: RegistrySettings, limit: Duration) {
        (self.server, self.settings, self.limit) = (server, settings, limit)
    }

    /// - Throws: `Failure`: 69 where the server or ZooKeeper can't be reached, 75 where no master is recorded, 77 where
    ///   others than the user of `ZK_AUTH` may change what is recorded, 78 where the server is registered already, of
    ///   another cluster, or a master that is not the recorded one.
    func register(on loop: EventLoop) async throws -> Registered {
        let answer = try await ask(on: loop)
        let registry = try await Registry.open(settings, within: limit)
        do {
            try await registry.checkAccess()
            let view = try await registry.watcherView()
            try check(answer, view)
            let order = try await join(registry, view, answer)
            return Registered(order: order, session: registry.session)
        } catch {
            await registry.session.close()
            throw error
        }
    }

    /// What the server answers: that it is this very process, and what it is.
    private func ask(on loop: EventLoop) async throws -> Instance {
        let redis = RedisSettings(
            masterName: server.mark.masterName, credentials: server.credentials,
            sentinelCredentials: server.credentials, commandNames: server.commandNames)
        let prober = Prober(redis, on: loop, confidants: Confidants(own: server.local))
        do {
            return try await prober.connected(to: server.local, server.credentials) { connection in
                let info = try await connection.info(["server"], within: prober.limit)
                guard info["process_id"] == server.ownPID else {
                    throw Failure(
                        .badConfiguration,
                        "who answers at \(server.local) is not PID \(server.pid); name the process that listens there")
                }
                return server.kind == .redis
                    ? try await prober.instance(over: connection) : Instance(.notRedis)
            }
        } catch let error as RedisError {
            throw Failure(
                .unavailable,
                "PID \(server.pid) does not answer at \(server.local) (\(error)); a server that is silent gets no lease"
            )
        }
    }

    private func check(_ instance: Instance, _ view: WatcherView) throws(Failure) {
        let registered = (server.kind == .redis ? view.members : view.sentinels).first {
            $0.isLeased && $0.address == server.address
        }
        if let registered {
            throw Failure(
                .badConfiguration,
                "\(server.address) is registered as \(registered.id.clipped): its lease lives, or the session of one that died is not "
                    + "over yet; there is nothing to do, or try again in \(settings.sessionTimeout)")
        }
        if let id = server.mark.clusterID, let cluster = view.cluster, cluster.id != id {
            throw Failure(
                .badConfiguration,
                "the server bears the cluster id \(id), and \(settings.root)/cluster has \(cluster.id); check ZK_HOSTS and ZK_ROOT"
            )
        }
        guard let record = view.record else {
            throw Failure(
                .noMaster,
                "no master is recorded in \(settings.root)/master, so nobody can be registered below it; check ZK_HOSTS and ZK_ROOT"
            )
        }
        if case .master = instance.answer, record.address != server.address {
            throw Failure(
                .badConfiguration,
                "\(server.address) answers master, and \(record.address) is recorded: a lease would make a second master of it; "
                    + "make it a replica (REPLICAOF), or start it again")
        }
    }

    private func join(_ registry: Registry, _ view: WatcherView, _ instance: Instance) async throws -> LeaseOrder {
        let session = registry.session.credentials
        guard let identity = server.identity else {
            let name = UUIDText.random()
            guard
                try await registry.join(server.address, member: name, checking: view.record?.version) == .done
            else { throw overtaken }
            var order = LeaseOrder(server, settings, session, node: registry.paths.member(name))
            let files = DataFiles(folder: server.folder, settings: server.text)
            order.data = LeaseOrder.Data(
                folder: server.folder, paths: files.paths, persistence: files.persistence,
                cluster: server.mark.clusterID ?? view.cluster?.id,
                // Nobody has looked at the server meanwhile: what its passport says is of another time.
                isUnknown: true)
            // A 0 of which nothing is said is the user's own.
            if case .replica(let replication) = instance.answer, replication.priority == 0 {
                order.priority = replication.awaitedPriority
            }
            return order
        }
        let known = try await registry.identities().first { $0.id == identity }
        let outcome =
            if let known { try await registry.take(known, for: server.address) } else {
                try await registry.createIdentity(identity, for: server.address)
            }
        guard outcome == .done else { throw overtaken }
        return LeaseOrder(server, settings, session, node: registry.paths.sentinel(identity))
    }

    private var overtaken: Failure {
        Failure(
            .badConfiguration,
            "somebody else has changed \(settings.root) in this moment, or uses the identity of this sentinel; try again"
        )
    }
}
