import Runtime
import Testing
import Throttle
import Vocabulary

@testable import Redis

@Suite(.inTurn) struct TypedReplyTests {
    private func text(_ text: String) -> Reply { .string(Array(text.utf8)) }

    @Test func role_of_a_master() {
        let replica = Reply.array([text("10.0.0.2"), text("6380"), text("991")])
        #expect(
            Role(.array([text("master"), .integer(1_000), .array([replica])]))
                == .master(offset: 1_000, replicas: [Address(host: "10.0.0.2", port: 6_380)!]))
    }

    @Test func role_of_a_replica_and_of_a_sentinel() {
        #expect(
            Role(.array([text("slave"), text("::1"), .integer(6_379), text("sync"), .integer(-1)]))
                == .replica(of: Address(host: "::1", port: 6_379)!, link: "sync", offset: -1))
        #expect(Role(.array([text("sentinel"), .array([text("a"), text("b")])])) == .sentinel(masters: ["a", "b"]))
    }

    @Test(arguments: [
        Reply.null, .status("OK"), .array([]), .array([.status("master")]), .integer(1),
        .array([.status("slave"), .status(""), .integer(1), .status("sync"), .integer(1)]),
        .array([.status("slave"), .status("h"), .integer(70_000), .status("sync"), .integer(1)]),
    ]) func no_role(_ reply: Reply) { #expect(Role(reply) == nil) }

    @Test func info_reads_lines_and_passes_over_the_rest() {
        let info = Info(
            Array("# Replication\r\nrole:master\r\n\r\nmaster0:name=m,address=[::1]:1\r\nodd\r\nempty:\r\nlast:1".utf8))
        #expect(info.names == ["role", "master0", "empty", "last"])
        #expect(info["role"] == "master" && info["master0"] == "name=m,address=[::1]:1")
        #expect(info["empty"] == "" && info["last"] == "1")
        #expect(info["absent"] == nil && info["rol"] == nil && info["odd"] == nil && info["# Replication"] == nil)
    }

    @Test(arguments: [
        ("db0:keys=1", ["keys=1"]), ("a:1\ndb15:keys=2\ndb0:keys=3", ["keys=2", "keys=3"]), ("db:1", []), ("dbx:1", []),
        ("db1x:1", []), ("mydb0:1", []), ("db٣:1", []), ("", []),
    ]) func info_knows_databases(_ text: String, _ values: [String]) {
        #expect(Info(Array(text.utf8)).numbered("db") == values)
    }

    @Test func fields_are_found_by_name() throws {
        let fields = try #require(
            Reply.array([.string(Array("name".utf8)), .string(Array("m".utf8)), .status("flags"), .status("master")])
                .fields)
        #expect(fields.count == 2 && fields["name"] == "m" && fields["flags"] == "master")
        #expect(fields["m"] == nil && fields["nam"] == nil && fields[""] == nil)
    }

    @Test(arguments: [
        Reply.null, .array([.status("odd")]), .array([.status("a"), .integer(1)]), .array([.null, .status("a")]),
        .string([1]),
    ]) func no_fields(_ reply: Reply) { #expect(reply.fields == nil) }

    @Test(arguments: [
        ("NOAUTH Authentication required.", RedisError.Code.denied), ("WRONGPASS invalid", .denied),
        ("NOPERM this user has no permissions", .denied), ("DENIED Redis is running in protected mode", .denied),
        ("ERR invalid password", .denied), ("LOADING Redis is loading", .loading), ("BUSY Redis is busy", .loading),
        ("MASTERDOWN Link with MASTER is down", .loading), ("BUSYGROUP exists", .server), ("ERR syntax error", .server),
        ("NOGOODSLAVE No suitable replica to promote", .server),
    ]) func codes(_ line: String, _ code: RedisError.Code) {
        let error = RedisError(line: line, address: nil, command: "X")
        #expect(error.code == code)
        #expect(error.prefix.map { line.hasPrefix($0 + " ") } == true)
    }

    @Test func secrets_stay_out_of_errors() {
        let line = "ERR unknown command 'AUTH', with args beginning with: 'hunter2' "
        let error = RedisError(line: line, address: Address(host: "h", port: 1)!, command: "AUTH")
        #expect("\(error)" == "h:1: AUTH: ERR unknown command 'AUTH'")
        let credentials = Credentials(username: "u", password: "hunter2")
        #expect(!"\(credentials) \(String(reflecting: credentials))".contains("hunter2"))
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func errors_are_one_printable_line() {
        let error = RedisError(
            line: "ERR a\nb\u{1b}[31m" + String(repeating: "x", count: 999), address: nil, command: nil)
        #expect(error.message.hasPrefix("ERR a?b?[31mx"))
        #expect(error.message.count == 256)
    }

    @Test func what_a_peer_says_has_none_and_is_one_line() {
        // Of this test alone: what is known is known to the whole process.
        Secrets.add([String(repeating: "long4713", count: 50)])
        let line = "ERR a\u{1b}[2J\tb \(String(repeating: "long4713", count: 50)) c"
        #expect(RedisError(line: line, address: nil, command: nil).message == "ERR a?[2J?b <hidden> c")
    }

    @Test func command_names_hold_no_arguments() {
        #expect(commandName(["auth", "secret"]) == "AUTH")
        #expect(commandName(["config", "set", "requirepass", "secret"]) == "CONFIG SET")
        #expect(commandName(["SENTINEL", "MASTER", "m"]) == "SENTINEL MASTER")
    }

    /// A container's name may hold an underscore.
    @Test func a_sentinel_by_a_name_that_no_address_has_is_listed_and_spoken_for() throws {
        let id = String(repeating: "a", count: 40)
        let fields = ["ip", "sentinel_1", "port", "26379", "runid", id, "flags", "sentinel"]
        let peer = try #require(SentinelPeer(.array(fields.map(text))))
        #expect(peer.address == nil && peer.isKnown)
        let master = try #require(Address("10.0.0.1:6379"))
        let hello = SentinelHello(speaker: peer, masterName: "m", master: master, epoch: 7)
        #expect(hello.text == "sentinel_1,26379,\(id),7,m,10.0.0.1,6379,7")
        let link = Reply.array([text("slave"), text("redis_1"), .integer(6_379), text("connected"), .integer(1)])
        #expect(Role(link) == .replica(of: nil, link: "connected", offset: 1))
        for (field, value) in [("ip", ""), ("port", "0"), ("port", "65536"), ("port", "a")] {
            var wrong = fields
            wrong[wrong.firstIndex(of: field)! + 1] = value
            #expect(SentinelPeer(.array(wrong.map(text))) == nil, "\(field) \(value)")
        }
    }

    @Test func messages_of_both_kinds_and_nothing_else() {
        #expect(Message(.array([text("message"), text("c"), text("p")])) == Message(channel: "c", payload: [112]))
        #expect(
            Message(.array([text("pmessage"), text("*"), text("c"), text("p")]))
                == Message(channel: "c", pattern: "*", payload: [112]))
        #expect(Message(.array([text("pong"), text("")])) == nil)
        #expect(Message(.array([text("subscribe"), text("c"), .integer(1)])) == nil)
        #expect(Message(.status("PONG")) == nil)
    }
}
