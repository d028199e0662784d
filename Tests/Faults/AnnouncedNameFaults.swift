import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Marathon's `HOST` is an agent's name, and Sentinel refuses names.
@Suite(.inTurn) struct AnnouncedNameFaults {
    @Test("F65: a name in ANNOUNCE_IP is resolved once: files and ZooKeeper hold the address, and the name may go")
    func f65_a_name_is_resolved_once() async throws {
        let names = try await NameService.start(["agent.test"])
        let variables = names.variables.merging(["ANNOUNCE_IP": "agent.test", "SENTINEL_QUORUM": "1"]) { $1 }
        try await TestCluster.with(variables.merging(briefSession) { $1 }) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).ready().linked(to: master)
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            let before = try await cluster.registered(3)
            #expect(try await cluster.recordedMaster() == master.address)
            #expect(try await cluster.leases("sentinels").keys.sorted() == [sentinel.address])
            for server in [master, replica, sentinel] {
                let file = "\(server.folder.path)/\(server.kind)-\(server.port).conf"
                #expect(contents(of: file).contains("\(server.port)") && !contents(of: file).contains("agent.test"))
            }

            names.goDown()
            // Who registers again does so without asking anybody.
            for path in before.keys { try await cluster.session.delete(path) }
            try await recovery {
                try await eventually("all are registered as before") {
                    let now = try await cluster.registrations()
                    return now.count == 3
                        && Set(now.values.map { String(decoding: $0.data, as: UTF8.self) })
                            == Set([master, replica, sentinel].map(\.address))
                }
            }
            // Nor does Sentinel when it starts from its own file.
            await sentinel.stop()
            let file = "\(sentinel.folder.path)/sentinel-\(sentinel.port).conf"
            let again = try ChildProcess(
                "redis-sentinel", [file],
                environment: names.variables.merging(["PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin"]) { $1 },
                output: "\(sentinel.folder.path)/output-again")
            try await eventually("it monitors the master: \(again.text)") {
                let monitored = await sentinel.monitored
                return monitored["flags"] == "master" && monitored["num-slaves"] == "1"
            }
            #expect(await sentinel.named == master.address)
            await again.end()
        }
    }

    @Test("F65: a master that another tool recorded by its name is monitored by its address")
    func f65_a_recorded_name_is_resolved() async throws {
        let names = try await NameService.start(["agent.test"])
        try await TestCluster.with(names.variables) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).ready().linked(to: master)
            try await cluster.session.set("\(cluster.root)/master", Array("agent.test \(master.port)".utf8))
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            try await eventually("it finds the replica") { await sentinel.promotableReplicas == 1 }
            #expect(await sentinel.named == master.address)
            #expect(await replica.isLinked(to: master))
            let preview = try Launched(
                .sentinel, zookeeper: "127.0.0.1:1", root: "/redis", names.variables,
                arguments: ["--render-only", "--master", "other.test:6379"])
            #expect(try await preview.process.wait() == 78, "\(preview.process.text)")
            #expect(preview.process.text.contains("other.test"), "\(preview.process.text)")
        }
    }

    @Test(
        "F65: a name that nobody knows, or that nobody can look up, is refused in one line before ZooKeeper is touched",
        arguments: [Launched.Kind.redis, .sentinel], [false, true])
    func f65_a_name_that_is_not_resolved_is_refused(kind: Launched.Kind, isDown: Bool) async throws {
        let names = try await NameService.start(["agent.test"])
        if isDown { names.goDown() }
        let variables = names.variables.merging(["ANNOUNCE_IP": isDown ? "agent.test" : "other.test"]) { $1 }
        let launch = try Launched(kind, zookeeper: "127.0.0.1:\(freePort())", root: "/redis", variables)
        #expect(try await launch.process.wait() == 78, "\(launch.process.text)")
        let lines = launch.process.text.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains("ANNOUNCE_IP") && lines[0].contains(".test"), "\(lines)")
        #expect(entries(of: launch.folder.path).filter { !$0.hasPrefix("output-") } == [])
    }
}
