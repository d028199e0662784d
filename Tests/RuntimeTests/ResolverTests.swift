import Glibc
import Support
import Testing
import Throttle

@testable import Runtime

@Suite(.inTurn) struct ResolverTests {
    private let address = SocketAddress(literal: "127.0.0.1", port: 1)!

    @Test func literals_need_no_resolver() async throws {
        let resolver = Resolver { _ in .failure(.unresolved("asked")) }
        try await withLoop { loop in
            for host in ["127.0.0.1", "::1", "fe80::1%lo", "::ffff:1.2.3.4"] {
                let addresses = try await resolver.addresses(of: host, port: 6_379, on: loop, within: .seconds(20))
                #expect(addresses.count == 1)
            }
        }
    }

    @Test func a_hanging_lookup_costs_the_limit_and_is_shared() async throws {
        let (release, calls) = (Protected(false), Protected(0))
        let address = address
        let resolver = Resolver { _ in
            calls.withLock { $0 += 1 }
            while !release.value { usleep(1_000) }
            return .success([address])
        }
        try await withLoop { loop in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await #expect(
                            throws: Resolver.Failure.unresolved("no answer from the name service in 0.05 seconds")
                        ) {
                            _ = try await resolver.addresses(
                                of: "slow", port: 1, on: loop, within: .milliseconds(50))
                        }
                    }
                }
            }
            #expect(calls.value == 1)
            async let answer = resolver.addresses(of: "slow", port: 1, on: loop, within: .seconds(20))
            try await loop.sleep(for: .milliseconds(5))
            release.withLock { $0 = true }
            let addresses = try await answer
            #expect(addresses == [address])
        }
    }

    @Test func a_hanging_lookup_can_be_cancelled() async throws {
        let release = Protected(false)
        let resolver = Resolver { _ in
            while !release.value { usleep(1_000) }
            return .success([])
        }
        defer { release.withLock { $0 = true } }
        try await withLoop { loop in
            let task = Task {
                try await resolver.addresses(of: "slow", port: 1, on: loop, within: .seconds(60))
            }
            try await loop.sleep(for: .milliseconds(5))
            task.cancel()
            await #expect(throws: Resolver.Failure.cancelled) { _ = try await task.value }
        }
    }

    @Test func many_names_are_looked_up_on_few_threads() async throws {
        let (running, most) = (Protected(0), Protected(0))
        let address = address
        let resolver = Resolver { _ in
            let now = running.withLock { running in
                running += 1
                return running
            }
            most.withLock { $0 = max($0, now) }
            running.withLock { $0 -= 1 }
            return .success([address])
        }
        try await withLoop { loop in
            await withTaskGroup(of: Int.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let found = try? await resolver.addresses(
                            of: "h\(number)", port: 1, on: loop, within: .seconds(20))
                        return found?.count ?? 0
                    }
                }
                #expect(await group.reduce(0, +) == 500)
            }
        }
        #expect(most.value <= 8)
    }
}
