import Testing

@testable import Rendering

@Suite struct MarkTests {
    @Test("the title is exactly the form that others look for")
    func title() throws {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "42")
        #expect(mark.procTitle == "{title} {listen-addr} {server-mode} /redis mymaster 42")
        #expect(Mark(root: "/redis", masterName: "mymaster").procTitle.hasSuffix(" /redis mymaster -"))
    }

    @Test(
        "roots that are paths of ZooKeeper and one word",
        arguments: ["/", "/redis", "/a/b-c/d.e", "/é", "/a#b", "/..a"])
    func roots(_ root: String) throws {
        try Mark(root: root, masterName: "m").validate()
    }

    @Test(
        "roots that are not",
        arguments: [
            "", "redis", "//", "/a/", "/a//b", "/.", "/a/..", "/a b", "/a{", "/}", "/\"", "/'", "/\\", "/a\n", "/\0",
            "/\u{7F}", "/\u{85}", "/\u{A0}", "/\u{2003}", "/\u{E000}", "/\u{FFFE}",
        ])
    func badRoots(_ root: String) {
        #expect(throws: RenderingError.self) { try Mark(root: root, masterName: "m").validate() }
    }

    @Test("master names as Sentinel documents them", arguments: ["m", "My.Master_1-x", "-"])
    func masterNames(_ name: String) throws {
        try Mark(root: "/r", masterName: name, clusterID: name).validate()
    }

    @Test("other master names", arguments: ["", " ", "a b", "a{b}", "a\"", "é", "a/b", "a#", "a\n", "a:b"])
    func badMasterNames(_ name: String) {
        #expect(throws: RenderingError.self) { try Mark(root: "/r", masterName: name).validate() }
        #expect(throws: RenderingError.self) { try Mark(root: "/r", masterName: "m", clusterID: name).validate() }
    }
}
