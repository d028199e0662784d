import Redis
import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Who is told a password: whom a node registers, and whom a registered one vouches for at this moment.
@Suite(.inTurn) struct ConfidantTests {
    private static let (ofServers, ofSentinels) = ("servers-4711", "sentinels-4712")

    private func asking<Value>(
        servers: [Int] = [], sentinels: [Int] = [], _ body: (Prober) async throws -> Value
    ) async throws -> Value {
        try await withProber(
            password: Self.ofServers, sentinelPassword: Self.ofSentinels, servers: servers, sentinels: sentinels, body)
    }

    private func server(_ extra: [String] = [], port: Int? = nil) async throws -> RedisServer {
        try await RedisServer.start(
            ["--requirepass", Self.ofServers, "--masterauth", Self.ofServers] + extra, port: port)
    }

    private func linked(to master: RedisServer) async throws -> RedisServer {
        let replica = try await server([
            "--replicaof", "127.0.0.1", "\(master.port)", "--repl-diskless-sync-delay", "0",
        ])
        try await eventually("it is linked, and its master lists it") {
            let link = try await redis(replica.port, "INFO", "replication", password: Self.ofServers)
            let list = try await redis(master.port, "INFO", "replication", password: Self.ofServers)
            return link.contains("master_link_status:up") && list.contains("port=\(replica.port),state=online")
        }
        return replica
    }

    @Test func nobody_that_no_node_registers_whatever_it_is_asked() async throws {
        let trap = try PasswordTrap()
        try await asking(servers: [1], sentinels: [2]) { prober in
            let address = Address(trap.port)
            #expect(await prober.instance(address) == Instance(.denied, mark: .unknown))
            #expect(await prober.opinion(of: address) == nil)
            #expect(await prober.detailedOpinion(of: address) == nil)
            #expect(await prober.peer(address) == .unproven)
            #expect(await !prober.answersPing(address, prober.settings.credentials))
        }
        #expect(trap.heard.contains("INFO") && trap.heard.contains("SENTINEL") && !trap.heard.contains("AUTH"))
    }

    @Test func each_kind_its_own_and_never_the_other_s() async throws {
        let (server, sentinel) = (try PasswordTrap(), try PasswordTrap())
        try await asking(servers: [server.port], sentinels: [sentinel.port]) { prober in
            for port in [server.port, sentinel.port] {
                _ = await prober.instance(Address(port))
                _ = await prober.detailedOpinion(of: Address(port))
            }
        }
        #expect(server.heard.contains(Self.ofServers) && !server.heard.contains(Self.ofSentinels))
        #expect(sentinel.heard.contains(Self.ofSentinels) && !sentinel.heard.contains(Self.ofServers))
    }

    @Test func a_replica_without_a_node_that_its_master_lists_and_not_whoever_takes_its_port() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking(servers: [master.port]) { prober in
            #expect(await prober.instance(Address(replica.port)).answer == .denied)
            #expect(prober.confidants.released(.server, among: [Address(replica.port)]) == [])
            _ = await prober.instance(Address(master.port))
            #expect(prober.confidants.knowsServer(Address(replica.port)))
            #expect(await prober.instance(Address(replica.port)).answer.replication?.isLinked == true)

            replica.kill9()
            try await replica.process.wait()
            let trap = try PasswordTrap(port: replica.port)
            try await eventually("the master has noticed") {
                _ = await prober.instance(Address(master.port))
                return !prober.confidants.knowsServer(Address(replica.port))
            }
            #expect(await prober.instance(Address(replica.port)).answer == .denied)
            #expect(!trap.heard.contains("AUTH"))
        }
    }

    @Test func a_master_without_a_node_that_a_member_is_linked_to() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking(servers: [replica.port]) { prober in
            #expect(await prober.instance(Address(master.port)).answer == .denied)
            _ = await prober.instance(Address(replica.port))
            // Nothing is taken that nobody asks for: it may be another cluster's.
            #expect(prober.confidants.released(.server, among: [Address(replica.port)]) == [])
            #expect(prober.confidants.released(.sentinel, among: [Address(master.port)]) == [])
            #expect(prober.confidants.released(.server, among: [Address(master.port)]) == [Address(master.port)])
            #expect(prober.confidants.released(.server, among: [Address(master.port)]) == [])
            #expect(await prober.instance(Address(master.port)).answer.history != nil)
        }
    }

    /// One list serves all clusters, and who is not known yet in one look may be a moment later.
    @Test func who_is_not_known_yet_is_asked_again_once_somebody_vouches_whoever_asked_in_between() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking(servers: [replica.port]) { prober in
            #expect(await prober.instance(Address(master.port)).answer == .denied)
            // Another cluster's look, and this one's before the replica has answered.
            #expect(prober.confidants.released(.server, among: [Address(1), Address(2)]) == [])
            #expect(prober.confidants.released(.server, among: [Address(master.port)]) == [])
            _ = await prober.instance(Address(replica.port))
            #expect(prober.confidants.released(.server, among: [Address(master.port)]) == [Address(master.port)])
        }
    }

    @Test func many_words_of_others_don_t_take_one_out_that_holds() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking(servers: [master.port]) { prober in
            _ = await prober.instance(Address(master.port))
            let line = "# Replication\r\nrole:master\r\nslave0:ip=127.0.0.1,port=9,state=online\r\n"
            for port in 1_000..<2_000 { prober.confidants.heard(Info(Array(line.utf8)), from: Address(port)) }
            #expect(prober.confidants.knowsServer(Address(replica.port)))
            #expect(!prober.confidants.knowsServer(Address(9)))
            // The last word: when it is over, all are.
            _ = await prober.instance(Address(master.port))
            try await eventually("it is over", within: .seconds(10)) {
                !prober.confidants.knowsServer(Address(replica.port))
            }
            for port in 2_000..<3_000 { prober.confidants.heard(Info(Array(line.utf8)), from: Address(port)) }
            #expect(prober.confidants.wordCount <= 1_000, "those that are over are gone")
        }
    }

    @Test func a_vouch_is_over_after_a_moment() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking(servers: [master.port]) { prober in
            _ = await prober.instance(Address(master.port))
            #expect(prober.confidants.knowsServer(Address(replica.port)))
            try await eventually("it is over", within: .seconds(10)) {
                !prober.confidants.knowsServer(Address(replica.port))
            }
        }
    }

    @Test func who_is_vouched_for_by_a_stranger_is_none_of_ours() async throws {
        let master = try await server()
        let replica = try await linked(to: master)
        try await asking { prober in
            prober.confidants.heard(
                Info(
                    Array(
                        "# Replication\r\nrole:master\r\nslave0:ip=127.0.0.1,port=\(replica.port),state=online\r\n".utf8
                    )),
                from: Address(master.port))
            #expect(!prober.confidants.knowsServer(Address(replica.port)))
        }
    }

    /// A launcher that follows a recorded master whose lease is dead.
    @Test func a_recorded_master_without_a_node_that_a_majority_of_the_sentinels_reaches() async throws {
        let master = try await server()
        let lines = ["sentinel auth-pass mymaster \(Self.ofServers)", "requirepass \(Self.ofSentinels)"]
        let ids = [UUIDText.random(), UUIDText.random()]
        var sentinels: [SentinelServer] = []
        for id in ids {
            sentinels.append(
                try await SentinelServer.start(
                    monitor: master.port, downAfter: .seconds(1), identity: id, extra: lines))
        }
        var view = View()
        view.record = Record(Address(master.port), version: 0)
        view.sentinels = zip(ids, sentinels).map {
            View.Registration(id: $0, address: Address($1.port), isLeased: true)
        }
        try await asking { prober in
            let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)
            let observer = Observer(prober, me: Address(1), mark: mark)
            try await eventually("it is asked with the password") {
                await observer.observe(view).instances[Address(master.port)]?.answer.history != nil
            }
            // Nobody's word counts for an address that is not recorded.
            let other = try PasswordTrap()
            for sentinel in sentinels {
                try await redis(sentinel.port, "SENTINEL", "REMOVE", "mymaster", password: Self.ofSentinels)
                try await redis(
                    sentinel.port, "SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "\(other.port)", "2",
                    password: Self.ofSentinels)
            }
            _ = await observer.observe(view)
            for _ in 0..<5 {
                let seen = await observer.observe(view)
                #expect(seen.instances[Address(other.port)]?.answer == .denied)
                #expect(seen.instances[Address(master.port)]?.answer == .denied)
            }
            #expect(!other.heard.contains("AUTH"))
        }
    }

    @Test func a_kept_connection_serves_on_for_one_that_has_lost_its_node() async throws {
        let server = try await server()
        let (loop, settings) = (
            EventLoop(),
            RedisSettings(
                masterName: "mymaster", credentials: Credentials(password: Secret(Self.ofServers)),
                sentinelCredentials: nil)
        )
        defer { loop.close() }
        let contacts = Contacts(on: loop)
        let prober = Prober(settings, on: loop, limit: .seconds(5), contacts: contacts)
        contacts.confidants.learn(servers: [Address(server.port)], sentinels: [], below: "/redis")
        #expect(await prober.instance(Address(server.port)).answer.history != nil)
        contacts.confidants.learn(servers: [], sentinels: [], below: "/redis")
        #expect(await prober.instance(Address(server.port)).answer.history != nil)
        // What opens a connection of its own otherwise uses it as well, and leaves it open.
        for _ in 0..<2 { #expect(await prober.answersPing(Address(server.port), settings.credentials)) }

        server.kill9()
        try await server.process.wait()
        let trap = try PasswordTrap(port: server.port)
        #expect(await prober.instance(Address(server.port)).answer == .denied)
        #expect(await !prober.answersPing(Address(server.port), settings.credentials))
        #expect(trap.heard.contains("INFO") && !trap.heard.contains("AUTH"))
        await contacts.retain([])
    }
}
