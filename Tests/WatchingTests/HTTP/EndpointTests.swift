import FoundationEssentials
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Endpoints of one cluster", .inTurn) struct EndpointTests {
    @Test func oneSentinelOfThoseThatAnswered() async throws {
        try await TestServer.run([Sights.failover()]) { server in
            var seen: Set<String> = []
            for _ in 0..<60 {
                let answer = try await server.get("/sentinel")
                #expect(answer.code == 200)
                seen.insert(answer.body)
            }
            #expect(seen == ["10.0.0.1 11\n", "10.0.0.1 13\n"])
        }
    }

    @Test func noSentinelWhereNoneAnswered() async throws {
        var status = Sights.healthy()
        for index in 0..<3 { status.snapshot?.sentinels[index].opinion = nil }
        try await TestServer.run([status]) { server in
            let body = "no registered sentinel answers: 10.0.0.1:11, 10.0.0.1:12, 10.0.0.1:13\n"
            try await server.expect("/sentinel", code: 503, body: body)
            // Who can reach them finds them all.
            try await server.expect("/sentinels", body: "10.0.0.1:11,10.0.0.1:12,10.0.0.1:13\n")
        }
    }

    @Test func nothingRegistered() async throws {
        try await TestServer.run([Sights.empty()]) { server in
            for (path, line) in [
                ("/sentinel", "no sentinel is registered\n"), ("/sentinels", "no sentinel is registered\n"),
                ("/master", "no master is recorded\n"), ("/primary/10.0.0.1:1", "no master is recorded\n"),
                ("/replica/10.0.0.1:1", "no master is recorded\n"),
            ] {
                let answer = try await server.get(path)
                #expect(answer.code == 503)
                #expect(answer.body == line)
            }
            let answer = try await server.get("/sentinels?format=json")
            #expect(answer.code == 200 && answer.body == "[]\n")
        }
    }

    @Test(arguments: [
        "/sentinel", "/sentinels", "/sentinels?format=json", "/master", "/master?format=json", "/history",
        "/primary/10.0.0.1:1", "/replica/10.0.0.1:2",
    ])
    func notLookedAtYet(_ path: String) async throws {
        try await TestServer.run([Sights.unseen()]) { server in
            let answer = try await server.get(path)
            #expect(answer.code == 503 && answer.body == "/redis has not been looked at yet\n")
        }
        try await TestServer.run { server in
            let answer = try await server.get(path)
            #expect(answer.code == 503 && answer.body == "no cluster has been looked at yet\n")
        }
    }

    @Test func sentinelsAndMasterAsTextAndJSON() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            for accept in [nil, "*/*", "text/plain"] {
                let sentinels = try await server.get("/sentinels", accept: accept)
                #expect(sentinels.body == "10.0.0.1:11,10.0.0.1:12,10.0.0.1:13\n")
                #expect(sentinels.headers["content-type"] == "text/plain; charset=utf-8")
                try await server.expect("/master", accept: accept, body: "10.0.0.1 1\n")
            }
            let accepts = ["application/json", "text/html, Application/JSON;q=0.9", " application/json "]
            for accept in accepts {
                let sentinels = try await server.get("/sentinels", accept: accept)
                #expect(sentinels.body == #"["10.0.0.1:11","10.0.0.1:12","10.0.0.1:13"]"# + "\n")
                #expect(sentinels.headers["content-type"] == "application/json")
                let master = try await server.get("/master", accept: accept)
                #expect(master.body == #"{"host":"10.0.0.1","port":1}"# + "\n")
            }
            for accept in [
                "application/json;q=0", "text/plain, application/json;q=0.5", "application/*", "application/jsonx",
                "application/json; q=x",
            ] {
                try await server.expect("/master", accept: accept, body: "10.0.0.1 1\n")
            }
            try await server.expect("/master?format=json", body: #"{"host":"10.0.0.1","port":1}"# + "\n")
        }
    }

    @Test func twiceRegisteredIsListedOnce() async throws {
        var status = Sights.healthy()
        status.snapshot?.sentinels += [SentinelReport(Sights.address(11), nil)]
        try await TestServer.run([status]) { server in
            try await server.expect("/sentinels", body: "10.0.0.1:11,10.0.0.1:12,10.0.0.1:13\n")
        }
    }

    @Test func historyAsStored() async throws {
        try await TestServer.run([Sights.healthy()]) { server in
            let answer = try await server.get("/history")
            let entries = try JSONDecoder().decode([HistoryEntry].self, from: Data(answer.body.utf8))
            #expect(entries == Sights.healthy().history)
        }
    }
}
