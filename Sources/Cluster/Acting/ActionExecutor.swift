import Redis
import Runtime
public import Succession
import Vocabulary
import ZooKeeper

/// Runs the steps of an action: what each of them asks of ZooKeeper, a server or a sentinel. What comes next is not for
/// this to say.
public actor ActionExecutor {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { prober.loop.asUnownedSerialExecutor() }

    private nonisolated let prober: Prober
    /// Who acts, for the history.
    private nonisolated let name: String
    /// From which the times of steps count.
    private nonisolated let start: ContinuousClock.Instant
    /// The connections of the action that is under way, and the peers that were listed over them.
    private var lines: [Line: Connection] = [:]
    private var peers: [Line: [SentinelPeer]] = [:]
    /// Those of them that nobody keeps.
    private var owned: [Connection] = []
    private var history: Registry.HistoryNode?

    /// - Parameters:
    ///   - name: who acts, for the history.
    ///   - start: from which the times of steps count.
    public init(_ prober: Prober, name: String, start: ContinuousClock.Instant) {
        self.prober = prober
        self.name = name
        self.start = start
    }

    /// - Parameter registry: nil where there was no session when the action began: then ZooKeeper alone is out of
    ///   reach.
    public func run(_ step: ActionStep, on registry: Registry?) async -> StepOutcome {
        do {
            switch step {
            case .confirmLead(let node, let master):
                return try await Self.known(registry).confirmsLead(node, at: master) ? .done : .overtaken
            case .rehearse(let master, let cluster, let loss):
                let holds = try await Self.known(registry).rehearsesRecord(
                    over: master, clusterVersion: cluster, lossVersion: loss)
                return holds ? .done : .overtaken
            case .readHistory:
                history = try await Self.known(registry).historyNode()
                return .done
            case .write(let write): return try await carryOut(write, on: Self.known(registry))
            case .look(let address, let limit): return await look(at: address, asker(within: limit))
            case .consult(let sentinel, let limit): return .heard(await asker(within: limit).report(of: sentinel))
            case .ask(let line, let question, let limit):
                return try await ask(line, question, asker(within: limit))
            case .tell(let line, let order, let until, let limit):
                return try await tell(line, order, until: until, asker(within: limit))
            case .wait(let time):
                // No event tells of what is asked again behind it.
                try await prober.loop.sleep(for: time)
                return .done
            }
        } catch {
            return .failed(Trouble(error))
        }
    }

    private static func known(_ registry: Registry?) throws -> Registry {
        guard let registry else { throw Failure(.unavailable, "there is no session with ZooKeeper") }
        return registry
    }

    /// The action is through.
    public func closeLines() async {
        let owned = owned
        (lines, peers, self.owned, history) = ([:], [:], [], nil)
        for connection in owned { await connection.close() }
    }

    private func look(at address: Address, _ prober: Prober) async -> StepOutcome {
        let instance = await prober.knownInstance(address)
        return .seen(instance, shortage: instance == nil ? prober.shortage.recent : nil)
    }

    // MARK: Lines

    private func ask(_ line: Line, _ question: LineQuestion, _ prober: Prober) async throws -> StepOutcome {
        guard line.isKept else {
            return try await answer(to: question, over: connection(of: line, prober), line, prober)
        }
        let credentials = prober.settings.credentials(for: line.kind)
        let (outcome, connection) = try await prober.asking(line.address, credentials) { connection in
            (try await self.answer(to: question, over: connection, line, prober), connection)
        }
        lines[line] = connection
        return outcome
    }

    private func connection(of line: Line, _ prober: Prober) async throws -> Connection {
        if let connection = lines[line] { return connection }
        let (connection, isKept) = try await prober.opened(
            line.address, prober.settings.credentials(for: line.kind))
        if !isKept { owned.append(connection) }
        lines[line] = connection
        return connection
    }

    private func answer(
        to question: LineQuestion, over connection: Connection, _ line: Line, _ prober: Prober
    ) async throws -> StepOutcome {
        switch question {
        case .instance: return .instance(try await prober.instance(over: connection))
        case .identity:
            let id = try await connection.sentinelID(within: prober.limit)
            return .identity(id, asksForPassword: await connection.hasAuthenticated)
        case .peers:
            let (listed, id) = try await connection.sentinelPeers(
                named: prober.settings.masterName, within: prober.limit)
            peers[line] = listed
            return .peers(listed.map(SentinelIdentity.init), id: id)
        }
    }

    private func tell(
        _ line: Line, _ order: LineOrder, until: Duration?, _ prober: Prober
    ) async throws -> StepOutcome {
        let connection = try await connection(of: line, prober)
        if let until, .now - start >= until { return .tooLate }
        do {
            return try await send(order, over: connection, line, prober)
        } catch {
            if line.isKept {
                await prober.failed(
                    error, on: connection, to: line.address, prober.settings.credentials(for: line.kind))
            }
            throw error
        }
    }

    private func send(
        _ order: LineOrder, over connection: Connection, _ line: Line, _ prober: Prober
    ) async throws -> StepOutcome {
        switch order {
        case .becomeMaster:
            return .instance(try await prober.instance(over: connection, after: ["REPLICAOF", "NO", "ONE"]))
        case .holdWrites(let time, isChecked: true):
            return .instance(try await prober.instance(over: connection, after: Self.pause(time)))
        case .configure("replica-priority", let value): try await prober.givePriority(value, over: connection)
        case .hear(let master, let epoch, let peer):
            guard let speaker = peers[line]?.first(where: { $0.id == peer.id }) else { return .tooLate }
            let hello = SentinelHello(
                speaker: speaker, masterName: prober.settings.masterName, master: master, epoch: epoch)
            try await connection.announce(hello, within: prober.limit)
        default:
            for command in commands(for: order) {
                do throws(RedisError) {
                    _ = try await connection.command(command, within: prober.limit)
                } catch {
                    let isGone = order == .stopMonitoring && error.message == "ERR No such master with that name"
                    guard isGone else { throw error }
                }
            }
        }
        return .done
    }

    private func commands(for order: LineOrder) -> [[String]] {
        let name = prober.settings.masterName
        return switch order {
        case .follow(let master): [["REPLICAOF", master.host.description, String(master.port)]]
        case .configure(let parameter, let value): [["CONFIG", "SET", parameter, value]]
        case .holdWrites(let time, _): [Self.pause(time)]
        case .releaseWrites: [["CLIENT", "UNPAUSE"]]
        case .endClients: [["CLIENT", "KILL", "TYPE", "normal"]]
        case .failOver: [["SENTINEL", "FAILOVER", name]]
        case .reset: [["SENTINEL", "RESET", name]]
        case .stopMonitoring: [["SENTINEL", "REMOVE", name]]
        case .monitor(let master, let settings): settings.commands(monitoring: master, renewed(prober.settings))
        case .becomeMaster, .hear: []
        }
    }

    /// With the password as it is: connections that have outlived a change never tell that it was changed.
    private func renewed(_ settings: RedisSettings) -> RedisSettings {
        if let password = settings.credentials?.password { _ = password.isOther(than: password.text) }
        return settings
    }

    private static func pause(_ time: Duration) -> [String] {
        ["CLIENT", "PAUSE", String(Int(time / .milliseconds(1))), "WRITE"]
    }

    private nonisolated func asker(within limit: Duration?) -> Prober { limit.map { prober.within($0) } ?? prober }
}

extension ActionExecutor {
    private func carryOut(_ write: NodeWrite, on registry: Registry) async throws -> StepOutcome {
        switch write {
        case .record(let write): return StepOutcome(try await record(write, on: registry))
        case .keep(let record, let version, let id, let node):
            return StepOutcome(
                try await registry.keep(
                    record, clusterVersion: version, clusterID: id ?? UUIDText.random(), as: node))
        case .answer(let switchover, let version, let node):
            return StepOutcome(try await registry.answer(switchover, version: version, as: node))
        case .removeSentinel(let id, let node):
            return StepOutcome(try await registry.removeSentinel(id: id, as: node))
        case .endPause(let node): return StepOutcome(try await registry.resume(as: node))
        case .correctCause(let cause, let master, let old, let who):
            await registry.correctHistory(cause, of: master, after: old, who: who)
            return .done
        }
    }

    private func record(_ write: RecordWrite, on registry: Registry) async throws -> RecordOutcome {
        let recording = write.recording
        let entry = HistoryEntry(
            time: Timestamp.now, old: recording.previous?.address.description, new: recording.master.description,
            cause: write.cause, epoch: recording.cluster.epoch, members: write.members, by: name, who: write.who,
            took: write.sign.map { Int((ContinuousClock.now - start - $0).wholeMilliseconds) })
        return try await registry.record(
            recording, clusterVersion: write.clusterVersion, lossVersion: write.lossVersion,
            clusterID: write.clusterID ?? UUIDText.random(), entry: entry, after: history)
    }
}

extension StepOutcome {
    fileprivate init(_ outcome: RecordOutcome) { self = outcome == .done ? .done : .overtaken }
}

extension Trouble {
    fileprivate init(_ error: any Error) {
        let reply = error as? RedisError
        self.init("\(error)", prefix: reply?.prefix)
        if let reply, reply.isRefusal, let command = reply.command, let server = reply.address {
            refusal = Refusal(server: server, command: command)
        }
    }
}

extension SentinelIdentity {
    fileprivate init(_ peer: SentinelPeer) {
        self.init(id: peer.isKnown ? peer.id : "", address: peer.address)
    }
}

extension RedisSettings {
    fileprivate func credentials(for kind: Line.Kind) -> Credentials? {
        kind == .server ? credentials : sentinelCredentials
    }
}

extension MonitorSettings {
    /// What a sentinel must be told, in this order, to monitor `master` as before.
    fileprivate func commands(monitoring master: Address, _ redis: RedisSettings) -> [[String]] {
        let name = redis.masterName
        let values = [
            ("down-after-milliseconds", Self.milliseconds(downAfter)),
            ("failover-timeout", Self.milliseconds(failoverTimeout)),
            ("parallel-syncs", String(parallelSyncs)),
        ]
        let secrets = [
            redis.credentials?.username.map { ("auth-user", $0) },
            redis.credentials.map { ("auth-pass", $0.password.text) },
        ].compactMap(\.self)
        let names = redis.commandNames.all.filter { !$0.name.isEmpty }
        return [["SENTINEL", "MONITOR", name, master.host.description, String(master.port), String(quorum)]]
            + (values + secrets).map { ["SENTINEL", "SET", name, $0.0, $0.1] }
            + names.map { ["SENTINEL", "SET", name, "rename-command", $0.command, $0.name] }
    }

    /// A number that came over the network must not overflow.
    private static func milliseconds(_ time: Duration) -> String { String(Int(min(time / .milliseconds(1), 1e15))) }
}
