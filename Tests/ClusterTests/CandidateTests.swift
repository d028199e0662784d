import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// The candidates of a cold start.
@Suite(.inTurn) struct CandidateTests {
    let fresh = Freshness(
        holdsData: true, isLoadable: false, isKept: false, epoch: 7, replicationID: String(repeating: "a", count: 40),
        offset: 1_234, keys: 56, modified: 1_700_000_000, clusterID: "0123456789abcdef")

    @Test func each_gets_the_next_number_and_keeps_what_it_said() async throws {
        try await Place.with { place in
            #expect(try await place.registry.candidates() == [])
            let other = try await place.another()
            let paths = try await [
                place.registry.stand(Address(7001), fresh), other.stand(Address("[2001:db8::1]:7002")!, .empty),
                place.registry.stand(Address(7003), Freshness(holdsData: true, modified: 5)),
            ]
            #expect(paths.compactMap(Candidate.number(ofNode:)) == [0, 1, 2])
            var since: [Int64] = []
            for path in paths { since.append(try #require(try await place.witness.exists(path)).created) }
            #expect(
                try await place.registry.candidates() == [
                    Candidate(number: 0, address: Address(7001), freshness: fresh, since: since[0]),
                    Candidate(
                        number: 1, address: Address("[2001:db8::1]:7002")!, freshness: .empty, since: since[1]),
                    Candidate(
                        number: 2, address: Address(7003), freshness: Freshness(holdsData: true, modified: 5),
                        since: since[2]),
                ])
            #expect(since == since.sorted() && since[0] > 0)
        }
    }

    /// One that must never be master says so; of all others nothing is said, which is what older versions write and
    /// read.
    @Test func a_witness_is_told_from_one_that_may_lead() async throws {
        try await Place.with { place in
            let paths = [
                try await place.registry.stand(Address(7001), fresh),
                try await place.registry.stand(Address(7002), fresh, mayLead: false),
            ]
            #expect(try await place.registry.candidates().map(\.mayLead) == [true, false])
            #expect(try await !place.text(paths[0]).contains("may_lead"))
            #expect(try await place.text(paths[1]).contains(#""may_lead":false"#))
        }
    }

    @Test func one_goes_with_its_session_or_when_it_is_removed() async throws {
        try await Place.with { place in
            let other = try await place.another()
            _ = try await other.stand(Address(7001), .empty)
            let mine = try await place.registry.stand(Address(7002), .empty)
            await other.session.close()
            #expect(try await place.registry.candidates().map(\.number) == [1])
            await place.registry.remove(mine)
            // Gone already is as good.
            await place.registry.remove(mine)
            #expect(try await place.registry.candidates() == [])
        }
    }

    @Test(arguments: [
        "candidates/n-0000000000": 0, "n-0000000017": 17, "n-2147483647": 2_147_483_647, "n-": nil, "n0000000001": nil,
        "n-x": nil, "": nil,
    ])
    func the_number_of_a_node(_ path: String, _ number: Int?) {
        #expect(Candidate.number(ofNode: path) == number)
    }

    @Test func a_node_whose_name_is_none_of_ours_is_left_out() async throws {
        try await Place.with { place in
            try await place.put("\(place.paths.candidates)/notes", "not JSON")
            _ = try await place.registry.stand(Address(7001), .empty)
            #expect(try await place.registry.candidates().map(\.address) == [Address(7001)])
        }
    }

    /// One that no session ends would stand, and bar every cold start, for ever.
    @Test(arguments: [
        #"{"address":"127.0.0.1 7009","freshness":{"holds_data":true,"epoch":9,"offset":9}}"#, "not JSON", "",
    ])
    func a_persistent_one_does_not_count(_ data: String) async throws {
        try await Place.with { place in
            try await place.put(place.paths.candidatePrefix + "0000000007", data)
            _ = try await place.registry.stand(Address(7001), .empty)
            #expect(try await place.registry.candidates().map(\.address) == [Address(7001)])
            #expect(try await place.registry.view().candidates.map(\.address) == [Address(7001)])
        }
    }

    /// By ZooKeeper's clock; a clock that goes a minute fast is nothing special.
    @Test func a_time_after_its_node_s_creation_is_no_argument() async throws {
        try await Place.with { (place) async throws in
            let path = try await place.registry.stand(Address(7001), .empty)
            let now = try #require(try await place.witness.exists(path)).created
            let hour: Int64 = 3_600_000
            let times = [0, now - hour, now + 30_000, now + hour, .max]
            for time in times {
                _ = try await place.registry.stand(Address(7002), Freshness(holdsData: true, modified: time))
            }
            let found = try await place.registry.candidates().dropFirst().map(\.freshness)
            #expect(found.map(\.modified) == [0, now - hour, now + 30_000, nil, nil])
            #expect(found.allSatisfy { $0.holdsData && $0.isLoadable })
        }
    }

    @Test(arguments: [
        "", "{", "[]", "null", "127.0.0.1 7001", #"{"address":"127.0.0.1 7001"}"#,
        #"{"address":"127.0.0.1 7001","freshness":{}}"#,
        #"{"address":"127.0.0.1:7001","freshness":{"holds_data":true}}"#,
        #"{"address":"127.0.0.1 7001\nx","freshness":{"holds_data":true}}"#,
        #"{"address":"127.0.0.1 70000","freshness":{"holds_data":true}}"#,
        "{\"address\":\"127.0.0.1 7001\",\n\"freshness\":{\"holds_data\":true}}",
    ])
    func data_that_none_of_us_would_write_is_left_out_and_named(_ data: String) async throws {
        try await Place.with { place in
            let path = place.paths.candidatePrefix + "0000000007"
            try await place.put(path, data, .ephemeral)
            let before = try await place.tree()
            #expect(try await place.registry.candidates() == [])
            #expect(try await place.registry.view().badNodes.map(\.path) == [path])
            #expect(try await place.tree() == before)
        }
    }
}
