import Cluster
import Testing
import Throttle

@testable import Watching

/// `ZK_ROOT` of a watcher.
@Suite(.inTurn) struct RootsTests {
    @Test func clusters_and_parents_are_told_apart_and_counted_once() throws {
        let roots = try Roots(Environment(["ZK_ROOT": " /a , /b/c/*,/a,/b/c/* "]))
        #expect(roots.clusters == ["/a"])
        #expect(roots.parents == ["/b/c"])
        #expect(roots.count == nil && roots.repeated == ["/a", "/b/c/*"])
        #expect(try Roots(Environment([:])).clusters == ["/redis"])
    }

    @Test(
        arguments: [
            ("/a,,/b", "\"/a,,/b\""), (",", "\",\""), ("/a, ", "\"/a, \""), ("/*", "/*"), ("/a/*/b", "\"/a/*/b\""),
            ("//*", "\"/\""),
            ("/a/", "\"/a/\""), ("*", "\"*\""),
        ])
    func what_is_no_root_is_quoted(text: String, quoted: String) throws {
        let failure = try #require(throws: Failure.self) { try Roots(Environment(["ZK_ROOT": text])) }
        #expect(failure.code == .badConfiguration)
        #expect(failure.description.contains("ZK_ROOT is \(quoted)"), "\(failure)")
    }

    @Test func the_parent_is_the_node_right_above() {
        #expect(Roots.parent(of: "/a/b/c") == "/a/b")
        #expect(Roots.parent(of: "/a") == "")
    }
}
