import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Watching

@Suite("Checks of load balancers", .inTurn) struct LoadBalancerTests {
    @Test func primaryIsTheRecordedMasterOnly() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let master = try await server.get("/primary/10.0.0.1:1")
            #expect(master.code == 200 && master.body == "10.0.0.1:1 is the master\n")
            let replica = try await server.get("/primary/10.0.0.1:2")
            #expect(replica.code == 503)
            #expect(replica.body == "10.0.0.1:2 is not the recorded master, which is 10.0.0.1:1\n")
            try await server.expect("/primary/10.0.0.1%3A1", code: 200)
            for bad in ["10.0.0.1", "10.0.0.1:0", "10.0.0.1:70000", "a b:1", "%2e%2e:1", ""] {
                let path = bad.contains(" ") ? "a%20b:1" : bad
                try await server.expect("/primary/\(path)", code: 400)
            }
        }
    }

    @Test(arguments: [
        Answer.refused, .silent, .loading, .denied, .notRedis,
        .replica(.init(of: nil, synchronised: true, history: .init(replicationID: "a"))),
    ])
    func primaryThatDoesNotAnswerMaster(_ answer: Answer) async throws {
        var status = Sights.healthy()
        status.snapshot?.instances[Sights.address(1)] = Instance(answer)
        try await TestServer.run([status]) { server in
            try await server.expect("/primary/10.0.0.1:1", code: 503)
            try await server.expect("/master", code: 503)
        }
    }

    /// What our own machine keeps us from asking is as it was, until nothing is known of it any more.
    @Test func primaryThatCannotBeAsked() async throws {
        var status = Sights.healthy()
        status.snapshot?.shortage = "Too many open files"
        status.snapshot?.unasked = [Sights.address(1)]
        try await TestServer.run([status]) { server in
            try await server.expect("/primary/10.0.0.1:1", code: 200)
            try await server.expect("/master", code: 200, body: "10.0.0.1 1\n")
        }
        status.snapshot?.unknown = [Sights.address(1)]
        status.snapshot?.instances[Sights.address(1)] = Instance(.silent)
        let text = "nothing is known of 10.0.0.1:1, because it can't be asked: Too many open files\n"
        try await TestServer.run([status]) { server in
            for path in ["/primary/10.0.0.1:1", "/master"] { try await server.expect(path, code: 503, body: text) }
        }
    }

    /// A replica that nobody can ask is as it was in the last look, as long as that is young enough for what is asked.
    @Test func replicaThatCannotBeAsked() async throws {
        let nobody: @Sendable (Address) async -> Instance? = { _ in nil }
        var status = Sights.healthy()
        status.seen = .now - .seconds(5)
        try await TestServer.run([status], probe: nobody) { server in
            for query in ["", "?max-lag=1mb", "?max-lag=20s"] {
                try await server.expect("/replica/10.0.0.1:2\(query)", code: 200)
            }
            try await server.expect("/replica/10.0.0.1:2?max-lag=2s", code: 503)
        }
        status.seen = .now - .seconds(31)
        try await TestServer.run([status], probe: nobody) { server in
            for query in ["", "?max-lag=1mb", "?max-lag=60s"] {
                try await server.expect("/replica/10.0.0.1:2\(query)", code: 503)
            }
        }
    }

    /// A limit that is misspelt is none, and would let clients to a replica that is to be kept from them.
    @Test(arguments: ["replica/10.0.0.1:2?max_lag=1mb", "replica/10.0.0.1:2?maxlag=1", "primary/10.0.0.1:1?max-lag=1"])
    func parametersThatAreNotUnderstood(_ path: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let answer = try await server.get("/\(path)")
            #expect(answer.code == 400 && answer.body.contains("is not understood"))
        }
    }

    @Test(arguments: ["max-lag=1mb&max-lag=junk", "max-lag=junk&max-lag=1mb", "max-lag=1mb&max-lag=1mb"])
    func parametersThatAreGivenTwice(_ query: String) async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let answer = try await server.get("/replica/10.0.0.1:2?\(query)")
            #expect(answer.code == 400 && answer.body == "the parameter max-lag is given more than once\n")
        }
    }

    @Test func primaryOfAnotherCluster() async throws {
        var status = Sights.healthy()
        let other = Mark(root: "/other", masterName: "mymaster", clusterID: nil)
        status.snapshot?.instances[Sights.address(1)]?.mark = .mark(other)
        try await TestServer.run([status]) { server in
            let answer = try await server.get("/primary/10.0.0.1:1")
            #expect(answer.code == 503 && answer.body == "10.0.0.1:1 is no server of this cluster any more\n")
        }
    }

    @Test func literalsOfIPv6() async throws {
        var status = Sights.healthy()
        let address = try #require(Address("[fd00::1]:6379"))
        status.snapshot?.record = Record(address, version: 1)
        status.snapshot?.instances[address] = Sights.master
        try await TestServer.run([status]) { server in
            try await server.expect("/primary/[fd00::1]:6379", code: 200)
            try await server.expect("/primary/%5Bfd00%3A%3A1%5D%3A6379", code: 200)
            try await server.expect("/primary/[fd00:0::1]:6379", code: 200)
            try await server.expect("/master", body: "fd00::1 6379\n")
        }
    }

    /// What a replica answers when it is asked, the request's `max-lag`, and the status that follows.
    static let replicas: [(Instance, String, Int)] = [
        (Sights.replica(), "", 200),
        (Sights.replica(linked: false, contact: nil), "", 503),
        (Sights.replica(of: 3), "", 503),
        (Sights.master, "", 503),
        (Instance(.refused), "", 503),
        (Instance(.silent), "", 503),
        (Instance(.loading), "", 503),
        (Instance(.notRedis), "", 503),
        (Sights.replica(contact: .seconds(2)), "?max-lag=2s", 200),
        (Sights.replica(contact: .seconds(2)), "?max-lag=2", 200),
        (Sights.replica(contact: .seconds(2)), "?max-lag=1m", 200),
        (Sights.replica(contact: .seconds(2)), "?max-lag=1999ms", 503),
        (Sights.replica(contact: .seconds(2)), "?max-lag=1", 503),
        (Sights.replica(contact: nil), "?max-lag=1", 503),
        (Sights.replica(offset: 900), "?max-lag=100b", 200),
        (Sights.replica(offset: 900), "?max-lag=99b", 503),
        (Sights.replica(offset: 900), "?max-lag=1kb", 200),
        (Sights.replica(offset: 900), "?max-lag=1MB", 200),
        (Sights.replica(offset: 2_000), "?max-lag=0b", 200),
        (Sights.replica(), "?max-lag=", 400),
        (Sights.replica(), "?max-lag=fast", 400),
        (Sights.replica(), "?max-lag=-1s", 400),
        (Sights.replica(), "?max-lag=1.5s", 400),
        (Sights.replica(), "?max-lag=9999999999", 400),
    ]

    @Test func replicaIsAskedAnew() async throws {
        for (instance, query, code) in Self.replicas {
            let asked = Protected<[Address]>([])
            // What was seen last says the opposite: only the new answer counts.
            var status = Sights.healthy()
            status.snapshot?.instances[Sights.address(2)] =
                code == 200 ? Instance(.refused) : Sights.replica(contact: .zero, offset: 1_000)
            try await TestServer.run([status]) { address in
                asked.withLock { $0.append(address) }
                return address == Sights.address(1) ? Sights.master : instance
            } _: { server in
                let answer = try await server.get("/replica/10.0.0.1:2\(query)")
                #expect(answer.code == code, "\(query) \(instance): \(answer.body)")
            }
            let master = query.isEmpty ? [] : [Sights.address(1)]
            #expect(Set(asked.value) == Set(code == 400 ? [] : [Sights.address(2)] + master))
        }
    }

    /// The master in the last look, the master and the replica when they are asked, the request's `max-lag`, and the
    /// status.
    static let pairs: [(Int64, Instance, Instance, String, Int)] = [
        // 10 s ago nobody had written anything.
        (0, master(at: 5_000_000), Sights.replica(offset: 1_000), "1mb", 503),
        (5_000_000, master(at: 1_000), Sights.replica(offset: 1_000), "0b", 200),
        // The replica has all that there is, though nothing was sent for long; or it hasn't.
        (0, master(at: 1_000), Sights.replica(contact: .seconds(9), offset: 1_000), "500ms", 200),
        (0, master(at: 1_001), Sights.replica(contact: .seconds(9), offset: 1_000), "500ms", 503),
        (0, Instance(.silent), Sights.replica(contact: .seconds(9), offset: 1_000), "500ms", 503),
        (0, Instance(.silent), Sights.replica(contact: .seconds(1), offset: 1_000), "1s", 200),
        (0, Instance(.silent), Sights.replica(offset: 1_000), "1mb", 503),
        (0, stranger, Sights.replica(contact: .seconds(9), offset: 1_000), "1s", 503),
    ]

    private static func master(at offset: Int64) -> Instance {
        Instance(.master(History(replicationID: "a", offset: offset, keys: 1)))
    }

    private static var stranger: Instance {
        var instance = master(at: 1)
        instance.mark = .mark(Mark(root: "/other", masterName: "mymaster", clusterID: nil))
        return instance
    }

    @Test func lagIsWhatBothSayAtOnce() async throws {
        for (seen, master, replica, limit, code) in Self.pairs {
            var status = Sights.healthy()
            status.snapshot?.instances[Sights.address(1)] = Self.master(at: seen)
            try await TestServer.run([status]) { address in
                address == Sights.address(1) ? master : replica
            } _: { server in
                let answer = try await server.get("/replica/10.0.0.1:2?max-lag=\(limit)")
                #expect(answer.code == code, "\(limit) \(master) \(replica): \(answer.body)")
            }
        }
    }

    @Test func onlyLiveMembersAreAsked() async throws {
        let asked = Protected(0)
        try await TestServer.run([Sights.healthy()]) { _ in
            asked.withLock { $0 += 1 }
            return Sights.replica()
        } _: { server in
            let answer = try await server.get("/replica/10.0.0.9:2")
            #expect(answer.code == 503 && answer.body == "10.0.0.9:2 is no live member\n")
            try await server.expect("/replica/nobody", code: 400)
        }
        #expect(asked.value == 0)
    }

    @Test func replicaOfAnotherCluster() async throws {
        var instance = Sights.replica()
        instance.mark = .mark(Mark(root: "/other", masterName: "mymaster", clusterID: nil))
        let stranger = instance
        try await TestServer.run([Sights.healthy()]) { _ in
            stranger
        } _: { server in
            try await server.expect("/replica/10.0.0.1:2", code: 503)
        }
    }

    @Test func unknownOffsetOfTheMaster() async throws {
        try await TestServer.run([Sights.failover()]) { _ in
            Sights.replica()
        } _: { server in
            try await server.expect("/replica/10.0.0.1:2", code: 200)
            try await server.expect("/replica/10.0.0.1:2?max-lag=1mb", code: 503)
        }
    }
}
