public import Redis
public import Runtime
public import Succession
public import Vocabulary

/// Asks servers and sentinels who they are, each within a limit.
public struct Prober: Sendable {
    public let loop: EventLoop
    public let settings: RedisSettings
    /// How long a connection and each answer may take before the server counts as silent.
    public let limit: Duration
    /// Connections that are kept for the next question; nil where each question opens its own.
    private let contacts: Contacts?
    /// Whom passwords may be told.
    public let confidants: Confidants
    /// What kept us from asking.
    public let shortage: Shortage

    /// - Parameter confidants: those of `contacts` where they are left out; without either nobody is told a password.
    public init(
        _ settings: RedisSettings, on loop: EventLoop, limit: Duration = .seconds(1), contacts: Contacts? = nil,
        confidants: Confidants? = nil, shortage: Shortage = Shortage()
    ) {
        self.settings = settings
        self.loop = loop
        self.limit = limit
        self.contacts = contacts
        self.confidants = confidants ?? contacts?.confidants ?? Confidants()
        self.shortage = shortage
    }

    /// The same with another limit.
    public func within(_ limit: Duration) -> Prober {
        Prober(
            settings, on: loop, limit: limit, contacts: contacts, confidants: confidants, shortage: shortage)
    }

    /// What the server at `address` answers, and whose mark it bears. Silent where our own machine kept us from asking,
    /// which `shortage` tells.
    public func instance(_ address: Address) async -> Instance { await knownInstance(address) ?? Instance(.silent) }

    /// The same; nil where our own machine kept us from asking.
    public func knownInstance(_ address: Address) async -> Instance? {
        let isTold = confidants.knowsServer(address)
        do {
            return try await asking(address, settings.credentials) { try await instance(over: $0) }
        } catch {
            shortage.note(error)
            guard !error.isOurs else { return nil }
            let answer = Answer(error)
            if answer == .denied, !isTold { confidants.withhold(.server, from: address, of: settings) }
            return Instance(answer)
        }
    }

    /// The same over a connection that is there: what is sent on it next reaches the very server that answered.
    /// - Parameter command: sent in the same write; the answer is of the moment right behind it.
    public func instance(over connection: Connection, after command: [String]? = nil) async throws -> Instance {
        // In one write, so that a slow network is paid for once.
        let (info, template) = try await connection.infoAndConfig(
            ["replication", "keyspace", "persistence"], "proc-title-template", after: command, within: limit)
        confidants.heard(info, from: connection.address)
        var answer = Answer(info)
        if case .replica(var replication) = answer, let template {
            replication.awaitedPriority = Mark.awaitedPriority(in: template)
            answer = .replica(replication)
        }
        return Instance(answer, mark: MarkReading(template))
    }

    /// Whether the server at `address` answers `PING`.
    public func answersPing(_ address: Address, _ credentials: Credentials?) async -> Bool {
        (try? await connected(to: address, credentials) { try await $0.ping(within: limit) }) != nil
    }

    /// Whether anybody answers at an address, whatever the answer: the kernel accepts connections for a frozen process
    /// too.
    public enum Reach: Equatable, Sendable {
        case answers, refused, silent
        /// Our own machine keeps us from asking, for this reason.
        case unknown(String)
    }

    public func reach(_ address: Address) async -> Reach {
        do {
            try await connected(to: address, nil) { try await $0.ping(within: limit) }
            return .answers
        } catch {
            if let error = error as? RedisError, error.isOurs { return .unknown(error.message) }
            return switch Answer(error) {
            case .refused: .refused
            case .silent: .silent
            default: .answers
            }
        }
    }

    /// Asks over a kept connection, where there is one, else over a new one. Only for what may be said twice: where the
    /// kept connection ended meanwhile, `body` is run again.
    public func asking<Value: Sendable>(
        _ address: Address, _ credentials: Credentials?, _ body: @Sendable (Connection) async throws -> Value
    ) async throws -> Value {
        guard let contacts else { return try await connected(to: address, credentials, body) }
        if let kept = await contacts.connection(to: address) {
            do {
                return try await body(kept)
            } catch {
                let isGivenUp = await failed(error, on: kept, to: address, credentials)
                guard isGivenUp, (error as? RedisError)?.code == .closed else { throw error }
            }
        }
        let connection = try await open(address, credentials)
        do {
            let value = try await body(connection)
            await contacts.keep(connection, to: address)
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Takes note of an error on a connection that may be kept. Returns whether it is given up.
    @discardableResult public func failed(
        _ error: any Error, on connection: Connection, to address: Address, _ credentials: Credentials?
    ) async -> Bool {
        // One that was silent for a moment answers on it again, and might not be told the password on another.
        if (error as? RedisError)?.code == .timedOut, isIrreplaceable(address, credentials),
            await connection.overdue < Self.patience
        {
            return false
        }
        await contacts?.drop(connection, to: address)
        return true
    }

    /// For how long a connection is kept that could not be opened again and on which nothing comes any more.
    private static let patience = Duration.seconds(60)

    /// Whether a connection to `address` could not be opened anew: who asks for a password there is not told it.
    private func isIrreplaceable(_ address: Address, _ credentials: Credentials?) -> Bool {
        credentials != nil && confidants.may(credentials, at: address, of: settings) == nil
    }

    private func open(_ address: Address, _ credentials: Credentials?) async throws -> Connection {
        try await Connection.open(
            address, credentials: confidants.may(credentials, at: address, of: settings), on: loop,
            within: limit, names: settings.commandNames)
    }

    /// Opens a connection, which whoever asks for it closes. Where the server may not be told a password, and a
    /// connection is kept on which it was, that one is returned, and goes on being kept.
    public func opened(
        _ address: Address, _ credentials: Credentials?
    ) async throws -> (connection: Connection, isKept: Bool) {
        if isIrreplaceable(address, credentials), let kept = await contacts?.connection(to: address) {
            return (kept, true)
        }
        return (try await open(address, credentials), false)
    }

    /// Opens a connection for `body`, as `opened` does, and closes it behind it.
    public func connected<Value: Sendable>(
        to address: Address, _ credentials: Credentials?, _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let (connection, isKept) = try await opened(address, credentials)
        do {
            let value = try await body(connection)
            if !isKept { await connection.close() }
            return value
        } catch {
            if !isKept { await connection.close() }
            throw error
        }
    }
}

extension MarkReading {
    /// From what `CONFIG GET proc-title-template` answered: nil where it told nothing.
    fileprivate init(_ template: String?) {
        self = template.map { Mark(template: $0).map(MarkReading.mark) ?? .absent } ?? .unknown
    }
}

extension Answer {
    /// Reads `INFO`. A server without a `role` field is taken for no Redis.
    init(_ info: Info) {
        var history = History(info)
        // A replica that is loading has a file to load; its keyspace is not there yet.
        if info["loading"] == "1" { history?.keys = 1 }
        switch (info["role"], history) {
        case ("master", _) where info["loading"] == "1": self = .loading
        case ("master", let history?): self = .master(history)
        case ("slave", let history?): self = .replica(Replication(info, history))
        // A sentinel on that port is a Redis of sorts, but never one of our servers.
        default: self = .notRedis
        }
    }

    init(_ error: any Error) {
        guard let error = error as? RedisError else {
            self = .silent
            return
        }
        switch error.code {
        case .refused: self = .refused
        case .denied: self = .denied
        case .loading: self = .loading
        case .notRedis, .unexpectedReply, .server: self = .notRedis
        default: self = .silent
        }
    }
}

extension History {
    init?(_ info: Info) {
        guard let id = info["master_replid"], isReplicationID(id) else { return nil }
        // Redis writes forty zeros where there is no second id.
        let previous = info["master_replid2"].flatMap { isReplicationID($0) && $0.contains { $0 != "0" } ? $0 : nil }
        // Anybody may answer on a port: a number that no server counts to must not be reckoned with.
        let shared = info["second_repl_offset"].flatMap(Int64.init).flatMap { $0 > 0 ? $0 : nil }
        self.init(
            replicationID: id, previousID: previous, previousOffset: previous == nil ? nil : shared,
            offset: max(0, info["master_repl_offset"].flatMap(Int64.init) ?? 0), keys: info.keys)
    }
}

extension Info {
    /// The keyspace section has a line for each database that holds a key, `db0:keys=3,expires=0,...`, and none for an
    /// empty one.
    public var keys: Int64 {
        numbered("db").reduce(0) { sum, line in
            let number = line.firstRange(of: "keys=").map { line[$0.upperBound...].prefix { $0.isNumber } }
            let (keys, overflows) = sum.addingReportingOverflow(max(number.flatMap { Int64($0) } ?? 1, 1))
            return overflows ? .max : keys
        }
    }
}

extension Replication {
    init(_ info: Info, _ history: History) {
        let master = info["master_host"].flatMap { host in
            info["master_port"].flatMap(Int.init).flatMap { Address(host: host, port: $0) }
        }
        // -1 says that the link was never up (replication.c: repl_down_since 0).
        let isLinked = info["master_link_status"] == "up"
        let wasUp = isLinked || info["master_link_down_since_seconds"].map { $0 != "-1" } ?? false
        self.init(
            of: master, synchronised: wasUp && info["master_sync_in_progress"] != "1", isLinked: isLinked,
            priority: info["slave_priority"].flatMap(Int.init) ?? 100,
            lastContact: isLinked
                ? info["master_last_io_seconds_ago"].flatMap(Int.init).map { .seconds(max(0, $0)) } : nil,
            history: history)
        isSynchronising = info["master_sync_in_progress"] == "1"
    }
}
