import Testing
import Throttle

@testable import ZooKeeper

/// Paths with and without a chroot.
@Suite(.inTurn) struct ZNodePathTests {
    @Test(
        arguments: [
            ("/", "", "/"), ("/a/b", "", "/a/b"), ("/", "/x", "/x"), ("/a/b", "/x/y", "/x/y/a/b"), ("/x", "/x", "/x/x"),
            ("/\u{301}a", "/x", "/x/\u{301}a"),
        ])
    func fullAndBack(path: String, chroot: String, full: String) {
        #expect(ZNodePath.full(path, chroot: chroot) == full)
        #expect(ZNodePath.relative(full, chroot: chroot) == path)
    }

    @Test(arguments: [("/", []), ("/a", []), ("/a/b", ["/a"]), ("/a/b/c", ["/a", "/a/b"]), ("/a/\u{301}b", ["/a"])])
    func parents(path: String, parents: [String]) {
        #expect(ZNodePath.parents(path) == parents)
    }

    @Test func everyScalarAtTheEdgesOfWhatIsRefused() {
        let allowed: [UInt32] = [0x20, 0x7e, 0xa0, 0xd7ff, 0xf900, 0xffef]
        let refused: [UInt32] = [0, 1, 0x1f, 0x7f, 0x9f, 0xe000, 0xf8ff, 0xfff0, 0xffff, 0x10000, 0x10ffff]
        for (values, isFine) in [(allowed, true), (refused, false)] {
            for value in values {
                let path = "/a\(Unicode.Scalar(value)!)b"
                #expect((ZNodePath.problem(path) == nil) == isFine, "U+\(String(value, radix: 16))")
            }
        }
    }

    /// To Swift, a slash and the accent after it are one character.
    @Test(arguments: ["a", "", "//a", "/a/", "/a//b", "/a//\u{301}b", "/./a", "/a/..", "/a/../\u{301}b"])
    func badPaths(path: String) {
        #expect(ZNodePath.problem(path) != nil)
    }

    @Test(arguments: ["/", "/a", "/a/b", "/...", "/.a", "/a.", "/a b", "/-"])
    func goodPaths(path: String) {
        #expect(ZNodePath.problem(path) == nil)
    }
}
