import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// The history: a log for people that never stops a record.
@Suite(.inTurn) struct HistoryTests {
    static let good =
        #"{"by":"127.0.0.1:8080","cause":"agreed","members":3,"new":"127.0.0.1:7001","#
        + #""time":"2026-11-22T18:00:00.000Z"}"#

    static func entry(_ key: String, _ value: String) -> String {
        var fields = [
            "by": #""127.0.0.1:8080""#, "cause": #""agreed""#, "members": "3", "new": #""127.0.0.1:7001""#,
            "time": #""2026-11-22T18:00:00.000Z""#,
        ]
        fields[key] = value
        return "[{" + fields.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            + "}]"
    }

    static let unusable: [[UInt8]] =
        [
            "secret", "{}", "null", "[", "[null]", "[1]", "[{}]", "[\(good),{}]", "[\(good),\n\(good)]", "[\(good)] x",
            entry("new", #""127.0.0.1 7001""#), entry("new", #""127.0.0.1:0""#), entry("new", "null"),
            entry("old", #""secret""#), entry("time", #""\#(String(repeating: "1", count: 41))""#),
            entry("time", #""a\nb""#), entry("cause", #""two words""#), entry("cause", #""""#),
            entry("by", #""\#(String(repeating: "x", count: 301))""#), entry("by", #""a\u0000b""#),
            entry("members", "-1"), entry("members", "1e99"), entry("epoch", "-1"), entry("epoch", #""7""#),
            String(repeating: "[", count: 200_000),
        ].map { Array($0.utf8) } + [[0xff, 0xfe], [0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]]

    @Test(arguments: unusable) func an_unusable_one_is_set_aside_and_starts_anew(_ data: [UInt8]) async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.history, data)
            #expect(try await place.registry.history() == [])
            #expect(try await place.witness.get(place.paths.history).data == data)
            let entries = [HistoryEntry(7001, 7002), HistoryEntry(7002, 7003)]
            #expect(try await place.registry.recordUponLook(7002, entries[0]) == .done)
            let aside = try #require(try await place.asides().first)
            #expect(aside.wholeMatch(of: /history\.aside-[0-9]{8}T[0-9]{9}Z/) != nil)
            #expect(try await place.witness.get("\(place.root)/\(aside)").data == data)
            #expect(try await place.registry.recordUponLook(7003, entries[1]) == .done)
            #expect(try await place.registry.history() == entries)
            #expect(try await place.asides() == [aside])
        }
    }

    /// Who made the change puts its cause right, where another watcher recorded it for what it looked like.
    @Test func a_cause_is_put_right() async throws {
        try await Place.claimed { (place) async throws in
            let entries = [HistoryEntry(7001, 7002), HistoryEntry(7002, 7003)]
            for (entry, port) in zip(entries, [7002, 7003]) {
                #expect(try await place.registry.recordUponLook(port, entry) == .done)
            }
            let kept = try await place.registry.history().dropLast()
            // Another change, or none of theirs.
            await place.registry.correctHistory("forced", of: Address(7002), after: Address(7001))
            await place.registry.correctHistory("forced", of: Address(7003), after: nil)
            #expect(try await place.registry.history() == kept + [entries[1]])
            await place.registry.correctHistory("switchover", of: Address(7003), after: Address(7002), who: "somebody")
            var corrected = entries[1]
            (corrected.cause, corrected.who) = ("switchover", "somebody")
            #expect(try await place.registry.history() == kept + [corrected])
            // What its own maker wrote stays.
            await place.registry.correctHistory("forced", of: Address(7003), after: Address(7002))
            #expect(try await place.registry.history() == kept + [corrected])
        }
    }

    /// 300 KB, more than is read; and nearly as much as ZooKeeper takes, of which not all fits beside the rest.
    @Test(arguments: [300_000, 1_040_000]) func a_huge_one_is_set_aside(_ size: Int) async throws {
        try await Place.claimed { (place) async throws in
            let filler = [UInt8](repeating: UInt8(ascii: " "), count: size - Self.good.utf8.count - 2)
            let data = Array("[\(Self.good)]".utf8) + filler
            try await place.put(place.paths.history, data)
            let entry = HistoryEntry(7001, 7002)
            #expect(try await place.registry.recordUponLook(7002, entry) == .done)
            #expect(try await place.registry.history() == [entry])
            let aside = try #require(try await place.asides().first)
            let kept = try await place.witness.get("\(place.root)/\(aside)").data
            #expect(data.starts(with: kept))
            #expect(kept.count == min(size, 0xfffff - 32_768))
        }
    }

    @Test func an_empty_node_is_an_empty_history() async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.history)
            #expect(try await place.registry.recordUponLook(7002) == .done)
            #expect(try await place.registry.history().count == 1)
            #expect(try await place.asides().isEmpty)
        }
    }

    @Test func of_150_records_the_newest_100_are_kept_in_order() async throws {
        try await Place.claimed { (place) async throws in
            // As long as entries can be, and of characters that JSON spells with two.
            let by = String(repeating: "/", count: 300)
            for number in 1...150 {
                let entry = HistoryEntry(7000 + number, 7001 + number, by: by)
                #expect(try await place.registry.recordUponLook(7001 + number, entry) == .done)
            }
            let history = try await place.registry.history()
            #expect(history.map(\.new) == (51...150).map { "127.0.0.1:\(7001 + $0)" })
            #expect(try await place.text(place.paths.history).ranges(of: #""time""#).count == 100)
            #expect(try await place.registry.record() == Record(Address(7151), version: 150))
            #expect(try await place.asides().isEmpty)
        }
    }

    @Test func keys_are_sorted_and_what_is_unknown_is_left_out() async throws {
        try await Place.claimed { (place) async throws in
            let entry = HistoryEntry(nil, 7002, time: "2026-11-22T18:00:00.000Z")
            #expect(try await place.registry.recordUponLook(7002, entry) == .done)
            let text = try await place.text(place.paths.history)
            #expect(
                text == #"[{"by":"127.0.0.1:8080","cause":"agreed","epoch":7,"members":3,"new":"127.0.0.1:7002","#
                    + #""time":"2026-11-22T18:00:00.000Z"}]"#)
            let later = text.replacing(#""by""#, with: #""later":[1],"by""#)
            try await place.witness.set(place.paths.history, Array(later.utf8))
            #expect(try await place.registry.history() == [entry])
        }
    }

    @Test(arguments: [true, false])
    func what_another_writes_between_read_and_write_is_kept(_ exists: Bool) async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        proxy.record()
        try await Place.claimed(through: proxy) { (place) async throws in
            let theirs = try #require(try Registry.history(Array("[\(Self.good)]".utf8)).first)
            var port = 7001
            // Again where theirs was faster than the first read.
            try await eventually("it was read, written by somebody else, and read again") {
                if !exists, port > 7001 { try await place.witness.delete(place.paths.history) }
                if exists, port == 7001 { try await place.put(place.paths.history, "[]") }
                let before = try await place.registry.history()
                let view = try await place.registry.watcherView()
                port += 1
                let (recording, entry) = (Recording(port, previous: view.record), HistoryEntry(port - 1, port))
                let count = proxy.requests.count
                // The reply to the first read waits, and theirs does not.
                proxy.hold(replies: .milliseconds(300))
                async let outcome = place.registry.record(
                    recording, clusterVersion: view.clusterVersion, clusterID: "fedcba98", entry: entry)
                try await eventually("it has asked for the history") { proxy.requests.count > count }
                let data = Registry.encode(before + [theirs])
                if exists {
                    try await place.witness.set(place.paths.history, data)
                } else {
                    try await place.put(place.paths.history, data)
                }
                #expect(try await outcome == .done)
                proxy.hold(replies: .zero)
                #expect(try await place.registry.history() == before + [theirs, entry])
                return proxy.requests.dropFirst(count).prefix(4) == [.get, .multi, .get, .multi]
            }
        }
    }

    @Test func one_that_others_rewrite_all_the_time_stops_no_record() async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.history, "[]")
            let other = try await place.another()
            let isOver = Protected(false)
            async let disturbance: Void = {
                while !isOver.value { try await other.session.set(place.paths.history, Array("[\(Self.good)]".utf8)) }
            }()
            for number in 1...20 { #expect(try await place.registry.recordUponLook(7001 + number) == .done) }
            isOver.withLock { $0 = true }
            try await disturbance
            #expect(try await place.registry.record() == Record(Address(7021), version: 20))
        }
    }

    /// An ACL of somebody else's on the history itself.
    @Test(arguments: [ACL.owner, .readable]) func one_that_we_must_not_write_stops_no_record(_ acl: ACL) async throws {
        try await Place.claimed { (place) async throws in
            var configuration = Session.Configuration(servers: place.settings.servers)
            configuration.digest = Digest(user: "somebody", password: "else")
            configuration.acl = acl
            let other = try await Session.connect(configuration, within: .seconds(15))
            try await other.create(place.paths.history, Array("[]".utf8))
            #expect(try await place.registry.recordUponLook(7002) == .done)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
            #expect(try await other.get(place.paths.history).data == Array("[]".utf8))
            await other.close()
        }
    }
}
