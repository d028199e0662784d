import Cluster
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Data that none of us would write: refused with the path, never shown, never overwritten (exit code 65).
@Suite(.inTurn) struct HostileNodeTests {
    static let values: [[UInt8]] =
        [
            "", " ", "127.0.0.1", "127.0.0.1 ", "127.0.0.1  6379", "127.0.0.1 6379\n", "127.0.0.1 6379\nsecret",
            "127.0.0.1 0", "127.0.0.1 65536", "127.0.0.1 06379", "127.0.0.1 six", "127.0.0.1 6379 6380",
            "127.0.0.1:6379", "300.1.1.1 6379", "bad_host 6379", "-x 6379", "\u{202e}host 6379", "h\0st 6379",
            "secret; FLUSHALL 6379", String(repeating: "a", count: 600) + " 6379",
        ].map { Array($0.utf8) } + [[0xff, 0xfe, 0x20, 0x31]]

    private func refuses(
        _ path: String, _ place: Place, _ read: (Registry) async throws -> Void
    ) async throws {
        let before = try await place.tree()
        let failure = try await failure { try await read(place.registry) }
        #expect(failure.code == .badData)
        #expect(failure.description.hasPrefix("\(path) in ZooKeeper can't be used: "))
        #expect(!failure.description.contains("secret"))
        #expect(failure.description.hasSuffix("; repair or delete that node"))
        #expect(try await place.tree() == before)
    }

    @Test("F60: a bad address as the master is refused by its path, and is not shown", arguments: values)
    func f60_an_address(_ value: [UInt8]) async throws {
        try await Place.with { place in
            try await place.put(place.paths.master, value)
            try await refuses(place.paths.master, place) { _ = try await $0.view() }
        }
    }

    /// Only `/redis/master` and `/redis/cluster` are essential.
    @Test("F60: a bad address anywhere else is left out and named, and is not shown", arguments: values)
    func f60_another_address(_ value: [UInt8]) async throws {
        try await Place.with { place in
            let (lease, identity) = (place.paths.member("l"), place.paths.identity(UUIDText.random()))
            let bad = [place.paths.member("m"), place.paths.sentinel("s"), identity]
            for path in bad { try await place.put(path, value) }
            try await place.put(lease, value, .ephemeral)
            try await place.put(place.paths.member("good"), "127.0.0.1 7001", .ephemeral)
            let before = try await place.tree()
            let view = try await place.registry.view()
            #expect(Set(view.badNodes.map(\.path)) == Set(bad + [lease]))
            #expect(view.badNodes.allSatisfy { !$0.reason.contains("secret") && !$0.isEssential })
            #expect(view.members.map(\.id) == ["good"] && view.sentinels.isEmpty && view.identities.isEmpty)
            // Only who holds a lease lives.
            #expect(view.unreadableMembers == ["l"])
            #expect(try await place.tree() == before)
        }
    }

    @Test(arguments: [
        "", "{}", "[1]", "secret", #"{"id":"0123456789"}"#, #"{"members":1}"#, #"{"id":"short","members":1}"#,
        #"{"id":"0123 4567 secret","members":1}"#, #"{"id":"01234567","members":-1}"#,
        #"{"id":"01234567","members":1,"epoch":-2}"#, #"{"id":"01234567","members":1,"replication_id":"secret"}"#,
        #"{"id":"01234567","members":1e99}"#, "{\"id\":\"01234567\",\n\"members\":1}",
        #"{"id":"01234567","members":1,"epoch":9007199254740993}"#,
        #"{"id":"01234567","members":1,"sentinel_epoch":-1}"#, #"{"id":"01234567","members":1,"missing_since":-1}"#,
        #"{"id":"01234567","members":1,"holders":[{"at":"127.0.0.1 7001","e":1,"to":1}]}"#,
        #"{"id":"01234567","members":1,"holders":[{"at":"127.0.0.1:7001","e":1,"to":-1}]}"#,
        #"{"id":"01234567","members":1,"reigns":[{"e":1,"id":"secret","to":1}]}"#,
        #"{"id":"01234567","members":1,"holds":{"epoch":1,"keys":-1,"kept":true,"offset":1,"rate":0,"seen":"-"}}"#,
        #"{"id":"01234567","members":1,"holds":{"epoch":1,"keys":1,"kept":true,"offset":1,"rate":0,"seen":"secret!"}}"#,
        #"{"id":"01234567","members":1,"more":""# + String(repeating: "x", count: 8_200) + #""}"#,
    ])
    func the_cluster_record(_ value: String) async throws {
        try await Place.with { place in
            try await place.put(place.paths.cluster, value)
            try await refuses(place.paths.cluster, place) { _ = try await $0.view() }
        }
    }

    @Test("F79: a field that a newer version adds to /redis/cluster is no error")
    func f79_a_field_that_a_newer_version_adds_is_no_error() async throws {
        try await Place.with { place in
            try await place.put(place.paths.cluster, #"{"id":"01234567","members":3,"later":[1]}"#)
            #expect(try await place.registry.cluster()?.record == ClusterRecord(id: "01234567", members: 3))
        }
    }
}
