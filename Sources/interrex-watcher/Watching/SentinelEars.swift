import Cluster
import Redis
import Succession

/// Subscriptions to all registered sentinels: whichever is first wakes the watch up.
actor SentinelEars {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private static let limit = Duration.seconds(1)
    /// A silent sentinel is noticed within this and `limit`; the periodic pass covers what it would have said.
    private static let keepalive = Duration.seconds(5)

    private nonisolated let loop: EventLoop
    private let settings: RedisSettings
    private let tell: @Sendable (Event) -> Void
    private var tasks: [Address: Task<Void, Never>] = [:]

    init(_ settings: RedisSettings, loop: EventLoop, tell: @escaping @Sendable (Event) -> Void) {
        self.settings = settings
        self.loop = loop
        self.tell = tell
    }

    /// Listens to these sentinels and no others.
    func listen(to sentinels: Set<Address>) {
        for (address, task) in tasks where !sentinels.contains(address) {
            task.cancel()
            tasks[address] = nil
        }
        for address in sentinels where tasks[address] == nil {
            tasks[address] = Task(executorPreference: loop) { await self.listen(to: address) }
        }
    }

    private func listen(to address: Address) async {
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            if let subscription = try? await Subscription.open(
                Endpoint(host: address.host.description, port: address.port), credentials: settings.sentinelCredentials,
                patterns: ["*"], on: loop, keepalive: Self.keepalive, within: Self.limit)
            {
                pause = .milliseconds(50)
                // What it said before this moment nobody heard.
                tell(.timer)
                do {
                    for try await message in subscription where message.concerns(masterNamed: settings.masterName) {
                        tell(.sentinel(address, name: message.channel, payload: message.text))
                    }
                } catch {
                    Log.debug("the subscription to sentinel \(address) ended: \(error)")
                }
                subscription.close()
                if !Task.isCancelled { tell(.timer) }
            }
            // No event tells of a sentinel that listens again; one that is gone is asked ever more seldom, until its node is
            // gone as well. A cancelled sleep ends the listening.
            guard (try? await loop.sleep(for: pause)) != nil else { return }
            pause = min(pause * 2, .seconds(2))
        }
    }
}
