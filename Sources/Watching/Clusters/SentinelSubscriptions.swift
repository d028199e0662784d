import Cluster
import Redis
import Runtime
import Succession
import Vocabulary

/// Subscriptions to all registered sentinels: whichever is first wakes the watch up.
actor SentinelSubscriptions {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private static let limit = Duration.seconds(1)
    /// How long to wait before a sentinel that refuses is tried again.
    private static let (shortestRest, longestRest) = (Duration.milliseconds(50), Duration.seconds(2))

    private nonisolated let loop: EventLoop
    private let settings: RedisSettings
    private let confidants: Confidants
    /// How long a sentinel may be without a word before its kernel is asked; the periodic pass covers what it would
    /// have said.
    private let keepalive: @Sendable () -> Duration
    private let tell: @Sendable (Event) -> Void
    private let shortage: Shortage
    /// The root of the cluster whose sentinels these are.
    private let root: String
    private var subscriptions: [Address: State] = [:]

    /// How it stands with one sentinel. None of it keeps a task: a thousand clusters have three thousand sentinels.
    private enum State {
        case opening(Task<Void, Never>)
        case listening(Subscription)
        case resting(EventLoop.Alarm)
    }

    init(
        _ settings: RedisSettings, _ confidants: Confidants, of root: String, loop: EventLoop,
        keepalive: @escaping @Sendable () -> Duration,
        shortage: Shortage, tell: @escaping @Sendable (Event) -> Void
    ) {
        self.root = root
        self.shortage = shortage
        self.settings = settings
        self.confidants = confidants
        self.loop = loop
        self.keepalive = keepalive
        self.tell = tell
    }

    /// Listens to these sentinels and no others.
    func listen(to sentinels: Set<Address>) {
        for (address, state) in subscriptions where !sentinels.contains(address) {
            switch state {
            case .opening(let task): task.cancel()
            case .listening(let subscription): subscription.close()
            case .resting(let alarm): alarm.cancel()
            }
            subscriptions[address] = nil
        }
        for address in sentinels where subscriptions[address] == nil { open(address, orAfter: Self.shortestRest) }
    }

    private func open(_ address: Address, orAfter rest: Duration) {
        subscriptions[address] = .opening(
            Task(executorPreference: loop) { await self.subscribe(to: address, orAfter: rest) })
    }

    private func subscribe(to address: Address, orAfter rest: Duration) async {
        var subscription: Subscription?
        do {
            subscription = try await Subscription.open(
                address,
                credentials: confidants.may(settings.sentinelCredentials, at: address, of: settings), patterns: ["*"],
                on: loop, keepalive: keepalive(), within: Self.limit)
        } catch {
            shortage.note(error)
        }
        // Cancelled by whoever does not want to hear of this sentinel any more.
        if Task.isCancelled {
            subscription?.close()
        } else if let subscription {
            listen(to: address, over: subscription)
        } else {
            self.rest(address, for: rest)
        }
    }

    private func listen(to address: Address, over subscription: Subscription) {
        subscriptions[address] = .listening(subscription)
        // What it said before this moment nobody heard.
        tell(.timer)
        subscription.handOn(to: { result in self.assumeIsolated { $0.hear(result, from: address) } })
    }

    private func hear(_ result: Result<Message, RedisError>, from address: Address) {
        switch result {
        case .success(let message):
            guard message.concerns(masterNamed: settings.masterName) else { return }
            tell(.sentinel(address, name: message.channel, payload: message.text))
        case .failure(let error):
            Log.debug("the subscription to sentinel \(address) ended: \(error)", .address(address), .cluster(root))
            tell(.timer)
            rest(address, for: Self.shortestRest)
        }
    }

    /// No event tells of a sentinel that listens again: one that is gone is asked ever more seldom, until its node is
    /// gone as well.
    private func rest(_ address: Address, for time: Duration) {
        let alarm = loop.after(time) {
            self.assumeIsolated { $0.open(address, orAfter: min(time * 2, Self.longestRest)) }
        }
        subscriptions[address] = .resting(alarm)
    }
}
