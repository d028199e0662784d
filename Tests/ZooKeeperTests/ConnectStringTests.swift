import Testing
import Throttle

@testable import ZooKeeper

/// What a connect string may look like, and what is refused with a reason.
@Suite(.inTurn) struct ConnectStringTests {
    @Test(
        arguments: [
            ("localhost:2181", ["localhost:2181"], ""),
            ("a:1,b:65535", ["a:1", "b:65535"], ""),
            ("a", ["a:2181"], ""),
            (" a:1 , b:2 \n", ["a:1", "b:2"], ""),
            (",a:1,,b:2,", ["a:1", "b:2"], ""),
            ("zk://a:1,b:2/mesos", ["a:1", "b:2"], "/mesos"),
            ("a:1/", ["a:1"], ""),
            ("a:1/x/y/", ["a:1"], "/x/y"),
            ("a:1/x / /", ["a:1"], "/x"),
            ("10.0.0.1:2181/x", ["10.0.0.1:2181"], "/x"),
            ("a:1/x,b:2/x/", ["a:1", "b:2"], "/x"),
            ("a:1/,b:2/x", ["a:1", "b:2"], "/x"),
            ("zk://a:1/x,zk://b:2/x", ["a:1", "b:2"], "/x"),
            (" zk:// a:1 /x , b:2/x / ,", ["a:1", "b:2"], "/x"),
            ("[::1]:1/x/y,h/x/y", ["::1:1", "h:2181"], "/x/y"),
            ("[::1]:2181", ["::1:2181"], ""),
            ("[fe80::1%eth0]", ["fe80::1%eth0:2181"], ""),
            ("::1:2181", ["::1:2181"], ""),
            ("fe80::1", ["fe80::1:2181"], ""),
            ("1:2:3:4:5:6:7:8", ["1:2:3:4:5:6:7:8:2181"], ""),
            ("zk_1.local-net:2181", ["zk_1.local-net:2181"], ""),
        ])
    func accepted(text: String, servers: [String], chroot: String) throws {
        let string = try ConnectString(text)
        #expect(string.servers == servers)
        #expect(string.chroot == chroot)
    }

    @Test(
        arguments: [
            "", " ", ",", "/x", "zk://", "zk:///x", "a:", "a:0", "a:65536", "a:99999", "a:-1", "a:+1", "a:x", "a:1:2",
            "a b:1", "http://a:1", "[::1", "[::1]x", "[::1]:", "[a]:1", "a:1//x", "a:1/x//y", "a:1/x/../y", "a:1/.",
            "a:1/x\u{1}", "a\u{0}:1", "::1\u{0}x", "a:1;b:2", "ä:1", ":2181",
            "a:1/x,b:2", "a:1/x,b:2/y", "a:1/x,b:2/x,c:3", "a:1,b:2/x,c:3/x",
            "a:1/x,b:2/X", "zk://zk://a:1", "a:1/x,b:2/x/y",
        ])
    func refused(text: String) {
        let error = #expect(throws: ConnectStringError.self) { try ConnectString(text) }
        #expect(error?.description.split(separator: "\n").count == 1)
    }

    @Test func passwordIsRefusedAndNotRepeated() {
        let error = #expect(throws: ConnectStringError.self) { try ConnectString("zk://me:secret@a:1/x") }
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: [("127.0.0.1:1,::1:2", true), ("127.0.0.1,b", false), ("[fe80::1%eth0]:1", true)])
    func literalsNeedNoNameServer(text: String, isNumeric: Bool) throws {
        #expect(try ConnectString(text).isNumeric == isNumeric)
    }

    @Test func describesWhatIsUsed() throws {
        #expect(try ConnectString("zk://a, b:3/x/").description == "a:2181,b:3/x")
    }
}
