import Testing
import Vocabulary

@testable import Rendering

@Suite(.timeLimit(.minutes(5))) struct MarkTests {
    @Test("the title is exactly the form that others look for")
    func title() throws {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "42424242")
        #expect(mark.template() == "{title} {listen-addr} {server-mode} /redis mymaster 42424242")
        #expect(Mark(root: "/redis", masterName: "mymaster").template().hasSuffix(" /redis mymaster -"))
    }

    @Test(
        "roots that are paths of ZooKeeper and one word",
        arguments: ["/", "/redis", "/a/b-c/d.e", "/é", "/a#b", "/..a"])
    func roots(_ root: String) throws {
        try Check.mark(Mark(root: root, masterName: "m"))
    }

    @Test(
        "roots that are not",
        arguments: [
            "", "redis", "//", "/a/", "/a//b", "/.", "/a/..", "/a b", "/a{", "/}", "/\"", "/'", "/\\", "/a\n", "/\0",
            "/\u{7F}", "/\u{85}", "/\u{A0}", "/\u{2003}", "/\u{E000}", "/\u{FFFE}",
        ])
    func badRoots(_ root: String) {
        #expect(throws: RenderingError.self) { try Check.mark(Mark(root: root, masterName: "m")) }
    }

    @Test("master names as Sentinel documents them", arguments: ["m", "My.Master_1-x", "-"])
    func masterNames(_ name: String) throws {
        try Check.mark(Mark(root: "/r", masterName: name))
    }

    @Test("other master names", arguments: ["", " ", "a b", "a{b}", "a\"", "é", "a/b", "a#", "a\n", "a:b"])
    func badMasterNames(_ name: String) {
        #expect(throws: RenderingError.self) { try Check.mark(Mark(root: "/r", masterName: name)) }
        #expect(throws: RenderingError.self) { try Check.mark(Mark(root: "/r", masterName: "m", clusterID: name)) }
    }

    @Test(
        "an id is what every reader of marks takes for one",
        arguments: ["-", "01234567", "a-B-c-D-", String(repeating: "a", count: 64)])
    func ids(_ id: String) throws { try Check.mark(Mark(root: "/r", masterName: "m", clusterID: id == "-" ? nil : id)) }

    @Test(
        "and nothing else", arguments: ["42", "0123456", "a.bcdefgh", "a_bcdefgh", String(repeating: "a", count: 65)])
    func badIDs(_ id: String) {
        #expect(throws: RenderingError.self) {
            try Check.mark(Mark(root: "/r", masterName: "m", clusterID: id == "-" ? nil : id))
        }
    }
}
