import Cluster
import Processes
import Support
import Testing
import Throttle
import Vocabulary

/// Whether a server can listen where it shall.
@Suite(.inTurn) struct PortTests {
    @Test(arguments: ["127.0.0.1", "0.0.0.0"]) func one_that_somebody_has(_ host: String) async throws {
        let server = try await RedisServer.start()
        let failure = #expect(throws: Failure.self) { try Port.checkFree(try #require(Host(host)), server.port) }
        #expect(
            failure?.description
                == "port \(server.port) of \(host) is in use; stop what listens there, or set PORT0")
        #expect(failure?.code == .badConfiguration)
    }

    @Test func an_address_of_no_machine() throws {
        let failure = #expect(throws: Failure.self) { try Port.checkFree(try #require(Host("2001:db8::1")), 7_000) }
        let start = "can't listen on 2001:db8::1 port 7000 ("
        #expect(failure?.description.hasPrefix(start) == true)
        #expect(failure?.description.hasSuffix("); check BIND_IP, NET_IFACE and PORT0") == true)
    }

    @Test(arguments: ["127.0.0.1", "redis-1"]) func one_that_is_free(_ host: String) throws {
        try Port.checkFree(try #require(Host(host)), try Port.free())
    }
}
