import Redis
public import Runtime
public import ZooKeeper

/// What is wrong with ZooKeeper, as far as it can be seen from here: libzookeeper only says that there is no session.
public enum ZooKeeperReach {
    /// For how long nothing is said: a connection takes that long now and then.
    static let patience = Duration.milliseconds(600)
    /// How long a server may take to accept a connection.
    private static let connectLimit = Duration.milliseconds(250)

    /// One line about each server, those alike together:
    /// `a:2181 and b:2181 refuse connections; c:2181 does not answer`.
    ///
    /// It connects to each and sends nothing.
    public static func words(about servers: ConnectString, on loop: EventLoop) async -> String {
        let states = await withTaskGroup(of: (Int, State).self) { group in
            for (index, server) in servers.servers.enumerated() {
                group.addTask { (index, await state(of: server, on: loop)) }
            }
            return await group.reduce(into: [Int: State]()) { $0[$1.0] = $1.1 }
        }
        return words(servers.servers.enumerated().map { ($0.element, states[$0.offset] ?? .silent) })
    }

    enum State: Hashable {
        case accepting, refusing, silent
        /// With the machine's own word for it.
        case unresolved(String)
        case unreachable(String)
    }

    static func words(_ states: [(server: String, state: State)]) -> String {
        var groups: [(state: State, servers: [String])] = []
        for (server, state) in states {
            if let index = groups.firstIndex(where: { $0.state == state }) {
                groups[index].servers.append(server)
            } else {
                groups.append((state, [server]))
            }
        }
        return groups.map { state, servers in
            let isOne = servers.count == 1
            let names =
                (servers.dropLast().joined(separator: ", ") + (isOne ? "" : " and ")) + servers[servers.count - 1]
            return "\(names) \(predicate(state, isOne))"
        }.joined(separator: "; ")
    }

    private static func predicate(_ state: State, _ isOne: Bool) -> String {
        switch state {
        case .accepting:
            "\(isOne ? "accepts" : "accept") connections and \(isOne ? "gives" : "give") no session "
                + "(no quorum, overloaded, or no ZooKeeper)"
        case .refusing: "\(isOne ? "refuses" : "refuse") connections"
        case .silent: "\(isOne ? "does" : "do") not answer"
        case .unresolved(let why): "can't be resolved (\(why))"
        case .unreachable(let why): "can't be reached (\(why))"
        }
    }

    private static func state(of server: String, on loop: EventLoop) async -> State {
        guard let colon = server.lastIndex(of: ":"), let port = Int(server[server.index(after: colon)...]) else {
            return .unresolved("no host and port")
        }
        do {
            let host = String(server[..<colon])
            await (try Connection.open(host: host, port: port, on: loop, within: connectLimit)).close()
            return .accepting
        } catch {
            return switch error.code {
            case .refused: .refusing
            case .unresolved: .unresolved(error.message)
            case .timedOut: .silent
            default: .unreachable(error.message)
            }
        }
    }
}

extension Registry {
    /// Does `body`, which waits for ZooKeeper; meanwhile `tell` hears what is wrong with it, within a second at first,
    /// then every second.
    /// - Parameter setting: what names these servers.
    /// - Throws: what `body` throws; where that is a lack of ZooKeeper, in the words that were told last.
    public static func explaining<Value: Sendable>(
        _ servers: ConnectString, of setting: String = "ZK_HOSTS", on loop: EventLoop,
        telling tell: @escaping @Sendable (String) async -> Void,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let told = Protected<String?>(nil)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                do {
                    return try await body()
                } catch let failure as Failure where failure.code == .unavailable {
                    guard let words = told.withLock({ $0 }) else { throw failure }
                    throw Failure(
                        .unavailable, "no session with ZooKeeper: \(words); check \(setting) and the servers")
                }
            }
            group.addTask {
                // Nothing tells that a session does not come; the time is up, again and again, until `body` has ended.
                // A wait that is cancelled is for `body` to end: what it has may have to be given back.
                var pause = ZooKeeperReach.patience
                while (try? await loop.sleep(for: pause)) != nil {
                    let words = await ZooKeeperReach.words(about: servers, on: loop)
                    guard !Task.isCancelled else { break }
                    told.withLock { $0 = words }
                    await tell(words)
                    pause = .seconds(1)
                }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }
}

extension Session {
    /// Follows the connection until the session is over. `tell` hears what is wrong where it stays lost for most of a
    /// second; `back` hears of each one that is there again.
    public func followConnection(
        to servers: ConnectString, on loop: EventLoop, telling tell: @escaping @Sendable (String) async -> Void,
        back: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for await state in states() {
                switch state {
                case .connecting:
                    group.addTask {
                        // A connection that is soon back is not worth a word.
                        try? await loop.sleep(for: ZooKeeperReach.patience)
                        guard !Task.isCancelled, self.state == .connecting else { return }
                        let words = await ZooKeeperReach.words(about: servers, on: loop)
                        if !Task.isCancelled, self.state == .connecting { await tell(words) }
                    }
                case .connected: await back()
                default: break
                }
            }
            group.cancelAll()
        }
    }
}
