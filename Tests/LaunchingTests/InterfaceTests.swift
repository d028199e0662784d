import Cluster
import Glibc
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Launching

/// The address of a network interface.
@Suite(.inTurn) struct InterfaceTests {
    @Test("the loopback's is 127.0.0.1: IPv4 goes before IPv6")
    func loopback() throws {
        #expect(try Interface.address(of: "lo", Environment([:])) == Host("127.0.0.1"))
    }

    @Test(
        "an unknown one is refused in one line that lists what there is",
        arguments: ["eth99", "LO", "lo ", "\u{1b}[31m"])
    func unknown(_ name: String) {
        let failure = #expect(throws: Failure.self) { try Interface.address(of: name, Environment([:])) }
        #expect(failure?.code == .badConfiguration)
        let text = failure?.description ?? ""
        #expect(text.hasPrefix("NET_IFACE is ") && text.contains("BIND_IP") && !text.contains("\u{1b}"))
        for interface in entries(of: "/sys/class/net") { #expect(text.contains(interface)) }
    }

    /// The loopback of a network of its own, with other addresses than the usual ones.
    @Test(
        "IPv4 first, else global IPv6, else none",
        .enabled(if: Requirement.networkNamespace.isMetOrDemanded && hasIP, "needs root and the program ip"),
        arguments: [
            (["192.0.2.7/24", "2001:db8::7/64"], "bind 192.0.2.7"), (["2001:db8::7/64"], "bind 2001:db8::7"),
            (["192.0.2.8/24", "192.0.2.7/24"], "bind 192.0.2.8"), ([], nil),
        ] as [([String], String?)])
    func choice(_ addresses: [String], _ expected: String?) async throws {
        let script =
            ["ip link set lo up", "ip address flush dev lo", "ip address add fe80::7/64 dev lo scope link nodad"]
            + addresses.map { "ip address add \($0) dev lo \($0.contains(":") ? "nodad" : "")" }
            + [#"exec "$0" redis --render-only --role master"#]
        let outcome = try await Outcome.of(
            "unshare", ["--net", "sh", "-c", script.joined(separator: " && "), interrexBinary()],
            ["NET_IFACE": "lo"], in: TemporaryFolder())
        if let expected {
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.output.split(separator: "\n").contains { $0.hasPrefix(expected) }, "\(outcome)")
        } else {
            // A link-local address is there, and of no use.
            expectRefusal(outcome, 78, "NET_IFACE", "lo", "no IPv4 and no global IPv6")
        }
    }
}

private var hasIP: Bool { access("/usr/sbin/ip", X_OK) == 0 || access("/sbin/ip", X_OK) == 0 }
