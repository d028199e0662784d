import Cluster
import Redis
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// The servers and sentinels of a cluster that have a node, for what is asked of all of them, or told to all.
struct LiveServers: Sendable {
    /// How long one may take to answer: one that is only slow must not be taken for one that keeps a change from all.
    private static let patience = Duration.seconds(3)

    let members: [Address]
    let sentinels: [Address]
    let recordedMaster: Address?
    private let run: OperatorRun
    private let prober: Prober
    private let contacts: Contacts
    private let view: WatcherView

    /// - Throws: `Failure` 69, 77.
    private init(_ run: OperatorRun, _ registry: Registry) async throws {
        let view = try await registry.watcherView()
        members = Set(view.members.filter(\.isLeased).map(\.address)).sorted()
        recordedMaster = view.record?.address
        sentinels = Set(view.sentinels.map(\.address)).sorted()
        let (prober, contacts) = run.prober()
        contacts.confidants.learn(view, below: registry.paths.root)
        (self.run, self.prober) = (run, prober.within(Self.patience))
        (self.contacts, self.view) = (contacts, view)
    }

    /// Runs `body` with those of the cluster. Nobody is in such a hurry that a busy ZooKeeper must count as one that is
    /// not there.
    /// - Throws: `Failure` 69, 77; what `body` throws.
    static func with(_ run: OperatorRun, _ body: (LiveServers, String) async throws -> Void) async throws {
        let registry = try await run.registry(.long)
        do {
            try await body(try await LiveServers(run, registry), registry.paths.root)
            await registry.session.close()
        } catch {
            await registry.session.close()
            throw error
        }
    }

    typealias Kind = Confidants.Kind

    var limit: Duration { prober.limit }

    var loop: EventLoop { run.loop }

    /// What a watcher that knows the passwords would see.
    func look() async -> Snapshot {
        var snapshot = await Surveyor(prober, contacts: contacts, mark: run.mark)
            .survey(view, isHasty: false, isCalm: false)
        snapshot.hasPassword = run.redis.credentials != nil
        snapshot.hasSentinelPassword = run.redis.sentinelCredentials != nil
        await contacts.retain([])
        return snapshot
    }

    /// Over a connection of its own.
    /// - Throws: `Failure` 69 where it is silent, refuses or can't answer yet, 77 where it does not let us in, 78 where
    ///   it answers with another error; what else `body` throws.
    func ask<Value: Sendable>(
        _ kind: Kind, _ address: Address, _ body: @Sendable (Connection) async throws -> Value
    ) async throws -> Value {
        let credentials = kind == .server ? run.redis.credentials : run.redis.sentinelCredentials
        do {
            return try await prober.connected(to: address, credentials, body)
        } catch let error as RedisError {
            throw Failure(of: error, by: address, kind)
        }
    }

    /// All at the same time.
    /// - Returns: what each said, by its address; why not for the others.
    func askAll<Value: Sendable>(
        _ kind: Kind, _ body: @escaping @Sendable (Address, Connection) async throws -> Value
    ) async -> [(address: Address, answer: Result<Value, any Error>)] {
        let addresses = kind == .server ? members : sentinels
        return await withTaskGroup(of: (Address, Result<Value, any Error>).self) { group in
            for address in addresses {
                group.addTask {
                    do {
                        return (address, .success(try await ask(kind, address) { try await body(address, $0) }))
                    } catch {
                        return (address, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append(($1.0, $1.1)) }.sorted { $0.0 < $1.0 }
        }
    }
}

extension Error {
    /// In one line, for people.
    var words: String { (self as? Failure)?.description ?? (self as? RedisError)?.description ?? "\(self)" }
}

extension Reply {
    /// Names and values, as `CONFIG GET` and `SENTINEL MASTER` list them; none where it is no such list.
    var pairs: [String: String] {
        let words = (list ?? []).map { $0.text ?? "" }
        let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
        return Dictionary(pairs) { $1 }
    }
}
