package import Cluster
import Glibc
package import Inspection
import Redis
import Runtime
import Succession
import Vocabulary

/// Looks at one cluster as a watcher does, once, and asks besides what only people want to know.
package struct Inspector: Sendable {
    private let run: OperatorRun
    private let registry: Registry

    package init(_ run: OperatorRun, _ registry: Registry) {
        self.run = run
        self.registry = registry
    }

    /// Everybody is asked at the same time, for `OperatorRun.answerLimit` each.
    /// - Parameter withDetails: whether servers and watchers are asked what only a page of one cluster shows.
    /// - Throws: `Failure` 69 where ZooKeeper can't be reached, 77 where it does not let us in.
    package func look(withDetails: Bool = true) async throws -> Sight {
        let root = registry.paths.root
        async let history = registry.history()
        async let candidates = registry.candidates()
        let view = try await registry.watcherView()
        let (prober, contacts) = run.prober()
        let mark = Mark(root: root, masterName: run.redis.masterName, clusterID: nil)
        let surveyor = Surveyor(prober, contacts: contacts, mark: mark)
        async let watchers = watchers(view, asking: withDetails)
        var snapshot = await surveyor.survey(view, isHasty: false, isCalm: false)
        snapshot.switchover = view.switchover
        snapshot.hasPassword = run.redis.credentials != nil
        snapshot.hasSentinelPassword = run.redis.sentinelCredentials != nil
        snapshot.isExposed = !view.badParents.isEmpty
        snapshot.sessionTimeout = run.registrySettings.sessionTimeout
        snapshot.leads = true
        let (members, saying) = (withDetails ? snapshot.serversThatAnswer : [], snapshot.sentinelsThatAnswer)
        async let servers = facts(of: members) { address in
            try await prober.asking(address, run.redis.credentials) { connection in
                let (info, wanted) = try await connection.infoAndConfig(
                    ["default"], "min-replicas-to-write", within: prober.limit)
                var facts = ServerFacts(info: info.fields())
                facts.wantedReplicas = wanted.flatMap { Int($0) }
                return facts
            }
        }
        async let sentinels = facts(of: saying) { address in
            try await prober.asking(address, run.redis.sentinelCredentials) { connection in
                ServerFacts(info: try await connection.info(within: prober.limit, renaming: false).fields())
            }
        }
        var sight = Sight(
            snapshot: snapshot, servers: await servers, sentinels: await sentinels, watchers: await watchers,
            pause: view.isPaused && !view.isPauseOver ? view.pause ?? Pause() : nil,
            history: (try? await history) ?? [], time: Self.now)
        sight.exposed = view.badParents
        sight.candidates = (try? await candidates) ?? []
        sight.reign = sight.history.last.flatMap { last in
            guard last.new == snapshot.record?.address.description else { return nil }
            return Timestamp.seconds(last.time).map { .milliseconds(Int64(max(0, sight.time - $0) * 1_000)) }
        }
        await contacts.retain([])
        return sight
    }

    /// The same for a person.
    /// - Throws: besides, `Failure` 77 where the root belongs to another user of ZooKeeper.
    package func lookAtOurs(withDetails: Bool = true) async throws -> Sight {
        let sight = try await look(withDetails: withDetails)
        do throws(Objection) {
            try sight.checkThatTheRootIsOurs()
        } catch {
            throw Failure(error)
        }
        return sight
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func watchers(_ view: WatcherView, asking: Bool) async -> [WatcherFacts] {
        guard asking else { return view.watchers.map { WatcherFacts($0.address) } }
        let probe = WatcherProbe(loop: run.loop, limit: OperatorRun.answerLimit)
        let addresses = view.watchers.map(\.address)
        let facts = await each(Set(addresses)) { await probe.facts(of: $0) }
        return addresses.map { facts[$0] ?? WatcherFacts($0) }
    }

    /// Of those that answer: who does not by then is left out.
    private func facts(
        of addresses: Set<Address>, _ ask: @escaping @Sendable (Address) async throws -> ServerFacts
    ) async -> [Address: ServerFacts] {
        await each(addresses) { try? await ask($0) }.compactMapValues(\.self)
    }

    private func each<Value: Sendable>(
        _ addresses: Set<Address>, _ ask: @escaping @Sendable (Address) async -> Value
    ) async -> [Address: Value] {
        await withTaskGroup(of: (Address, Value).self) { group in
            for address in addresses { group.addTask { (address, await ask(address)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

extension Snapshot {
    /// Servers that let us in.
    fileprivate var serversThatAnswer: Set<Address> {
        Set(
            instances.keys.filter { address in
                !isStranger(address) && (answersMaster(address) || answersReplica(address))
            })
    }

    fileprivate var sentinelsThatAnswer: Set<Address> {
        Set(sentinels.filter { $0.opinion != nil }.map(\.address))
    }
}
