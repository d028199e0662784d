import Glibc
import Runtime

/// Several hosts on this machine: a network namespace each, with an address of its own on one bridge. This process is
/// on the bridge too, so that it sees every host whatever is cut between them. Needs root, `ip` and `nft`.
///
/// Nothing outside the namespaces can reach them: there is no route and no forwarding.
public final class Network: Sendable {
    public struct Host: Hashable, Sendable {
        public let ip: String
        let namespace: String

        /// Put before a command, it runs on this host.
        public var prefix: [String] { ["ip", "netns", "exec", namespace] }
    }

    public let hosts: [Host]
    /// Where this process is.
    private let here: String
    private let bridge: String

    /// Runs `body` with so many hosts, from 1 to 9, and removes them behind it, also after a failure. The processes
    /// that `body` started on them must have ended by then.
    public static func with(_ count: Int, _ body: (Network) async throws -> Void) async throws {
        guard geteuid() == 0 else { throw TestFailure("needs root, to make a network of its own") }
        await removeLeftovers()
        let network = Network(count, number: nextNumber())
        do {
            try await network.build()
            try await body(network)
        } catch {
            await network.remove()
            throw error
        }
        await network.remove()
    }

    private init(_ count: Int, number: Int) {
        // Names of interfaces have 15 characters at most.
        let name = "ix\(getpid())n\(number)"
        bridge = "\(name)b"
        // 198.18.0.0/15 is set aside for such tests (RFC 2544): nobody's real network.
        let net = "198.18.\((Int(getpid()) + number) % 256)"
        here = "\(net).254"
        hosts = (1...count).map { Host(ip: "\(net).\($0)", namespace: "\(name)h\($0)") }
    }

    private func build() async throws {
        var lines = ["link add \(bridge) type bridge", "addr add \(here)/24 dev \(bridge)", "link set \(bridge) up"]
        for host in hosts {
            let outside = interface(host)
            lines += [
                "netns add \(host.namespace)",
                "link add \(outside) type veth peer name eth0 netns \(host.namespace)",
                "link set \(outside) master \(bridge) up",
                "-n \(host.namespace) addr add \(host.ip)/24 dev eth0",
                "-n \(host.namespace) link set eth0 up", "-n \(host.namespace) link set lo up",
            ]
        }
        for line in lines { try await Self.run("ip", line.split(separator: " ").map(String.init)) }
        for host in hosts {
            try await nft(
                host,
                """
                table inet cuts {
                    set unheard { type ipv4_addr; }
                    set unreached { type ipv4_addr; }
                    set dead { type inet_service; }
                    chain in { type filter hook input priority 0; ip saddr @unheard drop; tcp dport @dead drop; }
                    chain out { type filter hook output priority 0; ip daddr @unreached drop; tcp sport @dead drop; }
                }
                """)
        }
    }

    /// Drops every packet between the two groups: connections stay open and silent.
    public func cut(_ some: [Host], from others: [Host]) async throws {
        for (here, there) in [(some, others), (others, some)] {
            for host in here { try await change(host, unheard: there.map(\.ip), unreached: there.map(\.ip)) }
        }
    }

    /// Drops every packet between the host and this process.
    public func isolate(_ host: Host) async throws { try await change(host, unheard: [here], unreached: [here]) }

    /// `deaf` gets nothing from `others` any more; what it sends arrives.
    public func deafen(_ deaf: [Host], to others: [Host]) async throws {
        for host in deaf { try await change(host, unheard: others.map(\.ip), unreached: []) }
    }

    /// Silences the connections that `host` has opened to `others`, on both ends and for good; new ones work. Returns
    /// how many they are.
    @discardableResult
    public func deaden(_ host: Host, to others: [Host]) async throws -> Int {
        let table = try await Self.run("ip", ["netns", "exec", host.namespace, "cat", "/proc/net/tcp"])
        // Local address, remote address and state, in hexadecimal; 01 is an established one (proc(5)).
        let ports = table.split(separator: "\n").dropFirst().compactMap { line -> Int? in
            let fields = line.split(separator: " ")
            let (local, remote) = (fields[1].split(separator: ":"), fields[2].split(separator: ":"))
            guard fields[3] == "01", let ip = UInt32(remote[0], radix: 16),
                others.contains(where: { inet_addr($0.ip) == ip })
            else { return nil }
            return Int(local[1], radix: 16)
        }
        guard !ports.isEmpty else { return 0 }
        try await nft(host, "add element inet cuts dead { \(ports.map(String.init).joined(separator: ", ")) }")
        return ports.count
    }

    /// Ends every cut.
    public func heal() async throws {
        for host in hosts { try await nft(host, "flush set inet cuts unheard; flush set inet cuts unreached") }
    }

    /// What a test process that was killed left behind: its id is in each name.
    private static func removeLeftovers() async {
        let bridges = entries(of: "/sys/class/net").filter { isLeftover($0) && $0.hasSuffix("b") }
        for name in entries(of: "/run/netns") where isLeftover(name) {
            _ = try? await run("ip", ["netns", "del", name])
        }
        for name in bridges { _ = try? await Self.run("ip", ["link", "del", name]) }
    }

    private static func isLeftover(_ name: String) -> Bool {
        guard let match = name.wholeMatch(of: /ix(\d+)n\d+[bh]\d*/), let pid = Int32(match.1) else { return false }
        return kill(pid, 0) != 0 && errno == ESRCH
    }

    private func remove() async {
        for host in hosts {
            _ = try? await Self.run("ip", ["netns", "del", host.namespace])
            // Goes with its peer in the namespace, but the kernel takes its time.
            _ = try? await Self.run("ip", ["link", "del", interface(host)])
        }
        _ = try? await Self.run("ip", ["link", "del", bridge])
    }

    private func change(_ host: Host, unheard: [String], unreached: [String]) async throws {
        let lines = [("unheard", unheard), ("unreached", unreached)].filter { !$0.1.isEmpty }.map { set, ips in
            "add element inet cuts \(set) { \(ips.joined(separator: ", ")) }"
        }
        try await nft(host, lines.joined(separator: "\n"))
    }

    private func interface(_ host: Host) -> String { host.namespace.replacing("h", with: "v") }

    private func nft(_ host: Host, _ text: String) async throws {
        try await Self.run("ip", ["netns", "exec", host.namespace, "nft", text])
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let folder = try TemporaryFolder("network")
        let process = try ChildProcess(program, arguments, output: "\(folder.path)/output")
        guard try await process.wait() == 0 else {
            throw TestFailure("\(program) \(arguments.joined(separator: " ")): \(process.text)")
        }
        return process.text
    }
}

private let numbers = Protected(0)
private func nextNumber() -> Int {
    numbers.withLock { number in
        number += 1
        return number
    }
}
