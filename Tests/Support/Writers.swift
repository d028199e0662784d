import Runtime

/// A load that remembers: writers that do what clients of Sentinel do (ask a sentinel for the master, write there, ask
/// again after an error) and keep every write that a server acknowledged, each under a key of its own.
public final class Writers: Sendable {
    /// Where a server is.
    public struct Place: Hashable, Sendable {
        public var host: String
        public var port: Int

        public init(_ port: Int, at host: String = "127.0.0.1") {
            self.host = host
            self.port = port
        }
    }

    private let sentinels: @Sendable () -> [Place]
    private let only: Place?
    private let name: String
    private let state = Protected(State())

    private struct State {
        var ledger = Ledger()
        var hasEnded = false
        var tasks: [Task<Void, Never>] = []
    }

    /// Starts `count` writers, which ask these sentinels in turn; their keys begin with `name`.
    public convenience init(_ count: Int = 4, named name: String = "write", sentinels: [Place]) {
        self.init(count, name, { sentinels }, only: nil)
    }

    /// The same where sentinels come and go: `sentinels` says where they are at the moment.
    public convenience init(_ count: Int = 4, askingAt sentinels: @escaping @Sendable () -> [Place]) {
        self.init(count, "write", sentinels, only: nil)
    }

    /// Starts a writer that asks nobody and stays with one server, whatever it answers.
    public convenience init(staying name: String, with server: Place) {
        self.init(1, name, { [] }, only: server)
    }

    private init(_ count: Int, _ name: String, _ sentinels: @escaping @Sendable () -> [Place], only: Place?) {
        self.sentinels = sentinels
        self.only = only
        self.name = name
        let tasks = (0..<count).map { number in Task { await self.write(as: number) } }
        state.withLock { $0.tasks = tasks }
    }

    /// What is acknowledged so far.
    public var ledger: Ledger { state.withLock { $0.ledger } }

    /// Lets every writer end its write. Returns all that was acknowledged.
    public func stop() async -> Ledger {
        let tasks = state.withLock { state in
            state.hasEnded = true
            return state.tasks
        }
        for task in tasks { await task.value }
        return ledger
    }

    /// Waits until `count` more writes are acknowledged.
    public func write(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        let goal = ledger.entries.count + count
        try await eventually("\(count) more writes are acknowledged", within: limit) {
            self.ledger.entries.count >= goal
        }
    }

    private func write(as writer: Int) async {
        var (count, sentinel) = (0, writer)
        var master: Place?
        while !state.withLock({ $0.hasEnded }) {
            guard let place = only ?? master else {
                sentinel += 1
                let sentinels = sentinels()
                if !sentinels.isEmpty { master = await ask(sentinels[sentinel % sentinels.count]) }
                // A client's pause before it asks the next sentinel; nothing is waited for.
                if master == nil { try? await Task.sleep(for: .milliseconds(2)) }
                continue
            }
            let key = "\(name):\(writer):\(count)"
            let reply = try? await redis(place.port, "SET", key, "1", at: place.host, within: .seconds(1))
            if reply == "OK" {
                state.withLock { $0.ledger.enter(key, by: place) }
                count += 1
            } else {
                // A write without a reply may have happened: its key is never used again.
                if reply == nil { count += 1 }
                master = nil
                // A client's pause before it asks again; nothing is waited for.
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    private func ask(_ sentinel: Place) async -> Place? {
        let answer = try? await redis(
            sentinel.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster", at: sentinel.host, within: .seconds(1))
        let words = answer?.split(separator: "\n") ?? []
        guard words.count == 2, let port = Int(words[1]) else { return nil }
        return Place(port, at: String(words[0]))
    }
}

/// Acknowledged writes, in their order.
public struct Ledger: Sendable {
    public struct Entry: Sendable {
        public let key: String
        public let time: ContinuousClock.Instant
        /// Who acknowledged it.
        public let master: Writers.Place

        public init(key: String, time: ContinuousClock.Instant, master: Writers.Place) {
            (self.key, self.time, self.master) = (key, time, master)
        }
    }

    public private(set) var entries: [Entry]

    public init(_ entries: [Entry] = []) { self.entries = entries }

    mutating func enter(_ key: String, by master: Writers.Place) {
        entries.append(Entry(key: key, time: .now, master: master))
    }

    /// The longest time without an acknowledged write.
    public var longestPause: Duration {
        zip(entries, entries.dropFirst()).map { $1.time - $0.time }.max() ?? .zero
    }

    /// Those that a server does not have.
    public func lost(on server: Writers.Place) async throws -> [Entry] {
        var lost: [Entry] = []
        for start in stride(from: 0, to: entries.count, by: 1_000) {
            let some = entries[start..<min(start + 1_000, entries.count)]
            let answer = try await send(
                ["MGET"] + some.map(\.key), to: server.port, at: server.host, within: .seconds(30))
            let values = answer.split(separator: "\n", omittingEmptySubsequences: false)
            guard values.count == some.count else { throw TestFailure("MGET answered \(answer.prefix(200))") }
            lost += zip(some, values).filter { $1 == "(nil)" }.map(\.0)
        }
        return lost
    }
}

extension Launched {
    public var place: Writers.Place { Writers.Place(port, at: ip) }
}
