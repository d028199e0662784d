import Cluster
import Runtime
import Succession
import Vocabulary

/// Asks servers for load balancers, over connections that are kept, and once for all who ask at the same time: how
/// often a server is asked does not depend on how often we are.
actor ServerProbe {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// For how long an answer serves those who ask next.
    private static let life = Duration.milliseconds(100)
    /// Who has not been asked for so long is not to be kept a connection to.
    private static let rest = Duration.seconds(60)

    private struct Question {
        var task: Task<Instance?, Never>
        var answered: ContinuousClock.Instant?
    }

    private nonisolated let loop: EventLoop
    private let contacts: Contacts
    private let ask: @Sendable (Address) async -> Instance?
    private var questions: [Address: Question] = [:]

    init(_ settings: RedisSettings, _ watcher: WatcherContext, on loop: EventLoop) {
        let contacts = Contacts(on: loop, confidants: watcher.confidants)
        let prober = Prober(settings, on: loop, contacts: contacts, shortage: watcher.probeShortage)
        self.init(on: loop, contacts: contacts) { await prober.knownInstance($0) }
    }

    init(on loop: EventLoop, contacts: Contacts, _ ask: @escaping @Sendable (Address) async -> Instance?) {
        self.loop = loop
        self.contacts = contacts
        self.ask = ask
    }

    /// What the server answers at this moment; nil where our own machine keeps us from asking.
    func instance(_ address: Address) async -> Instance? {
        let now = ContinuousClock.now
        if let question = questions[address], question.answered.map({ now - $0 < Self.life }) ?? true {
            return await question.task.value
        }
        questions = questions.filter { $0.value.answered.map { now - $0 < Self.rest } ?? true }
        let task = Task(executorPreference: loop) { [ask] in await ask(address) }
        questions[address] = Question(task: task)
        await contacts.retain(Set(questions.keys))
        let instance = await task.value
        questions[address]?.answered = .now
        return instance
    }
}
