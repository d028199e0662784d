import Cluster
import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Watching

@Suite("Asking servers for load balancers", .inTurn) struct ServerProbeTests {
    private static let loop = EventLoop()

    private func probe(_ ask: @escaping @Sendable (Address) async -> Instance?) -> ServerProbe {
        ServerProbe(on: Self.loop, contacts: Contacts(on: Self.loop), ask)
    }

    @Test func manyAtOnceAreOneQuestion() async throws {
        let asked = Protected<[Address]>([])
        let probe = probe { address in
            asked.withLock { $0.append(address) }
            try? await Self.loop.sleep(for: .milliseconds(100))
            return Sights.replica()
        }
        let answers = await withTaskGroup(of: Instance?.self) { group in
            for number in 0..<1_000 { group.addTask { await probe.instance(Sights.address(number % 2 + 1)) } }
            return await group.reduce(into: [Instance?]()) { $0.append($1) }
        }
        #expect(answers.count == 1_000 && answers.allSatisfy { $0 == Sights.replica() })
        #expect(asked.value.sorted() == [Sights.address(1), Sights.address(2)])
    }

    @Test func anAnswerIsOfTheMoment() async throws {
        let count = Protected(0)
        let probe = probe { _ in
            count.withLock { $0 += 1 }
            return count.value == 1 ? Instance(.silent) : Sights.replica()
        }
        #expect(await probe.instance(Sights.address(1)) == Instance(.silent))
        try await eventually("it is asked again") { await probe.instance(Sights.address(1)) == Sights.replica() }
    }

    /// The last look says that it is a replica.
    @Test func whatOurOwnMachineKeepsUsFromAskingIsAsItWas() async throws {
        try await TestServer.run([Sights.healthy()]) { _ in
            nil
        } _: { server in
            try await server.expect("/replica/10.0.0.1:2?max-lag=10mb")
            try await server.expect("/replica/10.0.0.1:1", code: 503)
        }
    }
}
