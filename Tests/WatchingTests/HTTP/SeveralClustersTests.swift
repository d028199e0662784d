import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Several clusters", .inTurn) struct SeveralClustersTests {
    private func moved(_ root: String, to port: Int) -> ClusterStatus {
        var status = Sights.healthy(root)
        status.snapshot?.record = Record(Sights.address(port), version: 1)
        status.snapshot?.instances[Sights.address(port)] = Sights.master
        return status
    }

    @Test func eachUnderItsNames() async throws {
        let statuses = [moved("/parent/x", to: 21), moved("/parent/y", to: 22), moved("/z", to: 23)]
        try await TestServer.run(statuses, expectedRoots: nil) { server in
            for (path, port) in [
                ("parent/x", 21), ("x", 21), ("parent%2Fx", 21), ("parent/y", 22), ("y", 22), ("z", 23),
            ] {
                let answer = try await server.get("/clusters/\(path)/master")
                #expect(answer.code == 200 && answer.body == "10.0.0.1 \(port)\n")
            }
            for path in ["sentinel", "sentinels", "status", "history", "readyz", "primary/10.0.0.1:21"] {
                let answer = try await server.get("/clusters/x/\(path)")
                #expect(answer.code == 200, "\(path)")
            }
            let list = try await server.get("/clusters")
            #expect(
                list.body
                    == #"[{"name":"x","root":"/parent/x"},{"name":"y","root":"/parent/y"},{"name":"z","root":"/z"}]"#
                    + "\n")
            for path in ["clusters/nobody/master", "clusters/x", "clusters/x/nothing", "clusters//master"] {
                try await server.expect("/\(path)", code: 404)
            }
            let hint = try await server.get("/master")
            #expect(hint.code == 404)
            #expect(hint.body == "there may be several clusters; ask /clusters/NAME/master with one of: x, y, z\n")
            let status = try await server.get("/status")
            #expect(status.code == 200 && status.body.hasPrefix(#"{"clusters":[{"root":"/parent/x","#))
        }
    }

    @Test func ambiguousNames() async throws {
        try await TestServer.run([moved("/a/x", to: 21), moved("/b/x", to: 22)], expectedRoots: 2) { server in
            let answer = try await server.get("/clusters/x/master")
            #expect(answer.code == 404)
            #expect(answer.body == "x is the name of several clusters: a/x, b/x\n")
            try await server.expect("/clusters/b/x/master", body: "10.0.0.1 22\n")
            try await server.expect(
                "/clusters", body: #"[{"name":"a/x","root":"/a/x"},{"name":"b/x","root":"/b/x"}]"# + "\n")
        }
    }

    /// `/x` has no other name than `x`; a root that goes on like an endpoint is the longer one.
    @Test func wholeRootsComeFirst() {
        let names = ClusterNames(roots: ["/a/x", "/x", "/x/status"])
        #expect(names.find("x") == .root("/x") && names.find("a/x") == .root("/a/x"))
        #expect(names.find("/a/x") == .root("/a/x") && names.find("status") == .root("/x/status"))
        #expect(names.name(of: "/a/x") == "a/x" && names.name(of: "/x") == "x")
        #expect(names.split(["x", "status"]) == (.root("/x"), ["status"]))
        #expect(names.split(["x", "status", "master"]) == (.root("/x/status"), ["master"]))
        #expect(names.split([]) == (.unknown, []))
    }

    @Test func oneClusterHasBothPaths() async throws {
        try await TestServer.run([moved("/parent/x", to: 21)]) { server in
            for path in ["/master", "/clusters/x/master", "/clusters/parent/x/master"] {
                try await server.expect(path, body: "10.0.0.1 21\n")
            }
        }
    }

    /// The paths don't change while the second cluster isn't looked at yet.
    @Test func oneOfTwoIsNotTheOnlyOne() async throws {
        try await TestServer.run([moved("/x", to: 21)], expectedRoots: 2) { server in
            try await server.expect("/master", code: 404)
            #expect(try await server.get("/status").body.hasPrefix(#"{"clusters":["#))
            server.board.put(moved("/y", to: 22))
            try await server.expect("/clusters/y/master", code: 200)
            server.board.remove(root: "/y")
            try await server.expect("/clusters/y/master", code: 404)
        }
    }

    /// Nor while only one stands below a parent: another one may come at any time.
    @Test func oneBelowAParentIsNotTheOnlyOne() async throws {
        try await TestServer.run([moved("/parent/x", to: 21)], expectedRoots: nil) { server in
            let hint = "there may be several clusters; ask /clusters/NAME/master with one of: x\n"
            try await server.expect("/master", code: 404, body: hint)
            #expect(try await server.get("/status").body.hasPrefix(#"{"clusters":[{"root":"/parent/x","#))
            try await server.expect("/clusters/x/master", body: "10.0.0.1 21\n")
        }
    }

    @Test func noClusterAtAll() async throws {
        try await TestServer.run(expectedRoots: nil) { server in
            try await server.expect("/status", body: #"{"clusters":[]}"# + "\n")
            try await server.expect("/clusters", body: "[]\n")
            try await server.expect("/master", code: 503)
        }
    }
}
