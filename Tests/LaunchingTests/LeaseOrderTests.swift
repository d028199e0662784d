import Cluster
import Processes
import Redis
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Launching

/// What a launcher tells its lease through the pipe.
@Suite(.inTurn) struct LeaseOrderTests {
    /// A sentinel's or a server's order with every field set.
    private func whole() -> LeaseOrder {
        var order = LeaseOrder(text: Self.least)!
        order.servers = "127.0.0.1:2181,::1:2182/chroot"
        order.digest = "user: p:w ü"
        order.sessionTimeout = .milliseconds(6_500)
        order.session = SessionCredentials(id: -7_123_456_789_012_345, password: Array(0...15).map { $0 * 17 })
        order.identity = "0a1b2c3d-0000-4000-8000-000000000000"
        order.credentials = Credentials(username: "app", password: Secret(Self.password))
        order.file = "/config with spaces/redis-6379.conf"
        order.commandNames = CommandNames(["config": "x-1", "SCRIPT": ""])
        order.startedUnder = Address("[2001:db8::2]:6380")
        order.priority = 0
        order.data = LeaseOrder.Data(
            folder: "/data with spaces", paths: ["/data with spaces/dump.rdb", "/d/appendonlydir", "/d/a b"],
            persistence: .aof, cluster: "0123456789abcdef", isUnknown: true)
        return order
    }

    private static let password = #" two  spaces, "quotes" 'and' \n # {{x}} = ü 日本 "#
    private static let least =
        "servers h:2181\nroot /redis\ntimeout 6000\nsession 5\npassword 1,2\nnode /redis/members/m\naddress [2001:db8::1]:6379\nserver 127.0.0.1:6379\nend\n"

    @Test("every field comes back as it was")
    func roundTrip() throws {
        let order = whole()
        let copy = try #require(LeaseOrder(text: order.text))
        #expect(copy == order)
        #expect(copy.credentials?.password.text == Self.password)
        #expect(copy.address == Address("[2001:db8::1]:6379") && copy.priority == 0)
    }

    @Test("fields that there may be are left out one by one")
    func optionalFields() throws {
        let drops: [(inout LeaseOrder) -> Void] = [
            { $0.digest = nil }, { $0.identity = nil }, { $0.credentials = nil }, { $0.credentials?.username = nil },
            { $0.file = nil },
            { $0.startedUnder = nil }, { $0.commandNames = CommandNames() }, { $0.priority = nil }, { $0.data = nil },
            { $0.data?.cluster = nil },
            { $0.data?.isUnknown = false }, { $0.data?.paths.removeLast() }, { $0.data?.paths = [] },
            { $0.data?.persistence = .rdb }, { $0.data?.persistence = .none },
        ]
        for drop in drops {
            var order = whole()
            drop(&order)
            #expect(LeaseOrder(text: order.text) == order && order != whole())
        }
        let least = try #require(LeaseOrder(text: Self.least))
        #expect(least.text == Self.least)
        #expect(least.credentials == nil && least.identity == nil && least.priority == nil && least.digest == nil)
        #expect(least.data == nil)
    }

    @Test("a sentinel is asked as itself: with its own password, and by the names that its commands always have")
    func sentinelsOwn() async throws {
        try await Place.with { place in
            let variables = [
                "RENAMED_COMMANDS": "CONFIG=hidden", "REDIS_PASSWORD": "sesame1", "SENTINEL_PASSWORD": "sesame2",
            ]
            let launch = try LaunchSettings(
                Environment(place.variables(port: 1, variables)), kind: .sentinel, forReal: false)
            let registry = try await Registry.open(launch.registry, within: .seconds(10))
            let server = LeaseOrder(launch, registry, node: "/m", address: launch.address)
            #expect(server.commandNames == CommandNames(["CONFIG": "hidden"]))
            #expect(server.credentials?.password == "sesame1" && server.identity == nil)
            let sentinel = LeaseOrder(launch, registry, node: "/s", address: launch.address, identity: "i")
            #expect(sentinel.commandNames == CommandNames() && sentinel.identity == "i")
            #expect(sentinel.credentials?.password == "sesame2")
            await registry.session.close()
        }
    }

    @Test(
        "a password that the server has written down since, by the names of Valkey too",
        arguments: ["masterauth", "primaryauth"])
    func writtenPassword(_ name: String) throws {
        let folder = try TemporaryFolder("lease-order")
        var order = whole()
        order.identity = nil
        order.file = "\(folder.path)/redis-6379.conf"
        order.credentials = Credentials(username: nil, password: "sesame-old")
        let read = try #require(LeaseOrder(text: order.text)?.credentials?.password)
        try write("port 6379\n\(name) sesame-new\n", to: "\(folder.path)/redis-6379.conf")
        #expect(read.isOther(than: "sesame-old") && read.text == "sesame-new")
    }

    @Test("text that was cut off is no order, wherever it was cut")
    func truncated() {
        let text = whole().text
        for count in 0..<text.unicodeScalars.count {
            let part = String(String.UnicodeScalarView(text.unicodeScalars.prefix(count)))
            #expect(LeaseOrder(text: part) == nil, "cut after \(count) characters")
        }
    }

    @Test(
        "a field that is malformed makes no order",
        arguments: [
            ("timeout 6000", "timeout six"), ("session 5", "session "), ("session 5", "session 99999999999999999999"),
            ("server 127.0.0.1:6379", "server 127.0.0.1"), ("address [2001:db8::1]:6379", "address [2001:db8::1]:0"),
            ("root /redis", "root"), ("end\n", ""), ("node /redis/members/m\n", ""), ("servers h:2181\n", ""),
            ("root /redis\n", ""),
        ])
    func malformed(_ good: String, _ bad: String) throws {
        let range = try #require(Self.least.firstRange(of: good))
        #expect(LeaseOrder(text: Self.least.replacingCharacters(in: range, with: bad)) == nil)
    }
}

extension LeaseOrder {
    fileprivate init?(text: String) { self.init(text) }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
