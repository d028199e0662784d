import NIOCore
import Runtime

/// Who is connected. Where it is full, a newcomer takes the place of a connection that waits for nothing: whoever holds
/// many and says nothing keeps nobody out, and `/livez` always gets in.
final class ConnectionLedger: Sendable {
    fileprivate struct Entry {
        var client: String
        /// In the order of the last change of state.
        var turn: UInt64
        var since: ContinuousClock.Instant
        var isBusy = false
        var isStream = false
        var close: @Sendable () -> Void
    }

    fileprivate struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var perClient: [String: Int] = [:]
        var streams = 0
        var lastTurn: UInt64 = 0
    }

    /// An answer takes milliseconds: one that takes longer is not taken by its client, and gives way as idle ones do.
    private static let longestAnswer = Duration.seconds(1)

    private let limits: @Sendable () -> HTTPLimits
    private let state = Protected(State())

    init(_ limits: @escaping @Sendable () -> HTTPLimits) { self.limits = limits }

    var currentLimits: HTTPLimits { limits() }

    /// Enters a connection until it is closed.
    /// - Returns: false where there is no room for it.
    func admit(_ channel: any Channel) -> Bool {
        let (id, most, now) = (ObjectIdentifier(channel), limits().connections, ContinuousClock.now)
        let entry = Entry(
            client: channel.client, turn: 0, since: now, close: { [weak channel] in channel?.close(promise: nil) })
        let (isAdmitted, evicted) = state.withLock { state -> (Bool, Entry?) in
            var evicted: Entry?
            if state.entries.count >= most {
                guard let victim = state.leastNeeded(at: now, Self.longestAnswer) else { return (false, nil) }
                evicted = state.remove(victim)
            }
            state.add(id, entry)
            return (true, evicted)
        }
        evicted?.close()
        if isAdmitted { channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.remove(id) } } }
        return isAdmitted
    }

    /// Notes whether an answer is under way.
    func note(_ channel: any Channel, isBusy: Bool) {
        state.withLock { state in
            state.lastTurn += 1
            let turn = state.lastTurn
            state.change(ObjectIdentifier(channel)) { entry in
                (entry.isBusy, entry.turn, entry.since) = (isBusy, turn, ContinuousClock.now)
            }
            if !isBusy { state.endStream(ObjectIdentifier(channel)) }
        }
    }

    /// Makes an event stream of the answer that is under way, until that ends.
    /// - Returns: false where there are too many.
    func beginStream(on channel: any Channel) -> Bool {
        let (id, limits) = (ObjectIdentifier(channel), limits())
        return state.withLock { state in
            guard let entry = state.entries[id] else { return false }
            if entry.isStream { return true }
            guard state.streams < limits.streams else { return false }
            let own = state.entries.values.count { $0.isStream && $0.client == entry.client }
            guard own < limits.streamsPerClient else { return false }
            state.streams += 1
            state.change(id) { $0.isStream = true }
            return true
        }
    }

    /// How many connections and event streams are open.
    var count: (connections: Int, streams: Int) { state.withLock { ($0.entries.count, $0.streams) } }
}

extension ConnectionLedger.State {
    fileprivate mutating func add(_ id: ObjectIdentifier, _ entry: ConnectionLedger.Entry) {
        lastTurn += 1
        var entry = entry
        entry.turn = lastTurn
        entries[id] = entry
        perClient[entry.client, default: 0] += 1
    }

    fileprivate mutating func remove(_ id: ObjectIdentifier) -> ConnectionLedger.Entry? {
        endStream(id)
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        let count = (perClient[entry.client] ?? 1) - 1
        perClient[entry.client] = count > 0 ? count : nil
        return entry
    }

    fileprivate mutating func change(_ id: ObjectIdentifier, _ change: (inout ConnectionLedger.Entry) -> Void) {
        guard var entry = entries[id] else { return }
        change(&entry)
        entries[id] = entry
    }

    fileprivate mutating func endStream(_ id: ObjectIdentifier) {
        guard entries[id]?.isStream == true else { return }
        entries[id]?.isStream = false
        streams -= 1
    }

    /// Of those that may go, the one that has waited longest, of the client that has most.
    fileprivate func leastNeeded(at now: ContinuousClock.Instant, _ longestAnswer: Duration) -> ObjectIdentifier? {
        let idle = entries.filter { !$0.value.isStream && (!$0.value.isBusy || now - $0.value.since > longestAnswer) }
        return idle.max { one, other in
            let counts = (perClient[one.value.client] ?? 0, perClient[other.value.client] ?? 0)
            return counts.0 == counts.1 ? one.value.turn > other.value.turn : counts.0 < counts.1
        }?.key
    }
}

extension Channel {
    /// Who is at the other end, whatever its port.
    fileprivate var client: String { remoteAddress?.ipAddress ?? "" }
}
